"""A test message to a real Postfix, by our bot, by `smtplib` and by swaks, near and far."""

import asyncio
import smtplib
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import trustme

from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Network
from bot.smtp.policy import AddressPolicy
from bot.smtp.transcript import Outcome, Stage
from tests.bench.distance import Distance
from tests.bench.plan import Plan
from tests.bench.process import ROOT
from tests.bench.slack import Unanswered
from tests.bench.spread import Spread
from tests.servers.cage import lacking
from tests.servers.postfix import start_postfix
from tests.servers.real_server import HOST, READER, USERNAME, Door, RealServer, certify
from tests.servers.sending import Sender
from tests.servers.swaks import PROGRAM, options_for, swaks

_PASSWORD = "a password in ascii"
"""smtplib can't send another."""
_DOORS = (Door.STARTTLS, Door.IMPLICIT)
_OURS, _SMTPLIB, _SWAKS, _PIPELINING = "mailsettings", "smtplib", "swaks", "swaks --pipeline"

_STAGES = frozenset(Stage) - {Stage.SETTINGS}

Send = Callable[[Door, int], Awaitable[None]]
"""Sends one message by a door to the server on a port of 127.0.0.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFigures:
    """One client at one door; milliseconds for each message."""

    client: str
    door: str
    took: dict[int, Spread]
    """By the round trip to the server, in milliseconds."""

    @property
    def round_trips(self) -> float:
        """How many round trips a message takes: what each more of distance costs."""
        near, far = sorted(self.took)[-2:]
        return round((self.took[far].p50 - self.took[near].p50) / (far - near), 2)


async def measure(
    directory: Path, plan: Plan, say: Callable[[str], None]
) -> tuple[str, list[MessageFigures]]:
    """Send with each client by turns; else return what is not here. Raises Unanswered."""
    if reason := lacking("postfix"):
        return reason, []
    authority, state = trustme.CA(), directory / "postfix"
    state.mkdir(parents=True)
    certify(state, authority=authority, customers=trustme.CA())
    with _running(state) as server:
        clients = _clients(directory, authority, server)
        found: dict[tuple[str, Door], dict[int, list[float]]] = {
            (name, door): {} for name in clients for door in _DOORS
        }
        for round_trip_ms, count in plan.messages.items():
            say(f"test messages, {round_trip_ms} ms to the server")
            async with AsyncExitStack() as undo:
                ports = {door: server.ports[door] for door in _DOORS}
                for door in _DOORS if round_trip_ms else ():
                    away = Distance(to_port=ports[door], seconds=round_trip_ms / 1000)
                    await away.start()
                    undo.push_async_callback(away.stop)
                    ports[door] = away.port
                if round_trip_ms == min(plan.messages):  # nobody's first message counts
                    for name, door in found:
                        await clients[name](door, ports[door])
                for _ in range(count):
                    for (name, door), took in found.items():
                        began = time.perf_counter()
                        await clients[name](door, ports[door])
                        spent = (time.perf_counter() - began) * 1000
                        took.setdefault(round_trip_ms, []).append(spent)
    return "", [
        MessageFigures(
            client=name,
            door=str(door),
            took={each: Spread.of(samples) for each, samples in took.items()},
        )
        for (name, door), took in found.items()
    ]


@contextmanager
def _running(state: Path) -> Iterator[RealServer]:
    server = start_postfix(state, ROOT / "tests/servers/etc")
    try:
        (state / "passwords").write_text(f"{USERNAME}:{_PASSWORD}\n")
        yield server
    finally:
        server.process.stop()


def _clients(directory: Path, authority: trustme.CA, server: RealServer) -> dict[str, Send]:
    trusted = directory / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    hosts = directory / "hosts"
    hosts.write_text(f"127.0.0.1 {HOST}\n")
    network = Network(
        resolver=Resolver(nameservers=("127.0.0.1",), port=1, hosts_file=hosts),
        policy=AddressPolicy(allowed_hosts=("127.0.0.0/8",), allowed_ports=None),
        tls=client_context(trusted=trusted),
    )

    async def ours(door: Door, port: int) -> None:
        sender = Sender(server=replace(server, ports={door: port}), network=network)
        transcript = (await sender(door, password=_PASSWORD)).transcript
        if transcript.outcome is not Outcome.ACCEPTED:
            raise Unanswered(f"Postfix did not take our message: {transcript.failure}")
        if missing := _STAGES - {step.stage for step in transcript.steps}:
            raise Unanswered(f"We did not tell all stages apart: {missing}")

    async def by_smtplib(door: Door, port: int) -> None:
        await asyncio.to_thread(_send_by_smtplib, door, port, trusted)

    clients: dict[str, Send] = {_OURS: ours, _SMTPLIB: by_smtplib}
    if PROGRAM is not None:
        clients |= {_SWAKS: _by_swaks(), _PIPELINING: _by_swaks("--pipeline")}
    return clients


def _send_by_smtplib(door: Door, port: int, trusted: Path) -> None:
    context = ssl.create_default_context(cafile=str(trusted))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = USERNAME, READER, "Test message"
    message.set_content("Code: 4821")
    where = {"host": "127.0.0.1", "port": port, "local_hostname": "example.com", "timeout": 30}
    if door is Door.IMPLICIT:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=context)
    else:
        smtp = smtplib.SMTP(**where)
    with smtp:
        if door is Door.STARTTLS:
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        smtp.user, smtp.password = USERNAME, _PASSWORD
        smtp.auth("PLAIN", smtp.auth_plain)  # as we do; by itself it takes CRAM-MD5, one trip more
        smtp.send_message(message)


def _by_swaks(*options: str) -> Send:
    async def send(door: Door, port: int) -> None:
        given = options_for(door, port, login=False)
        login = ("--auth", "PLAIN", "--auth-user", USERNAME, "--auth-password", _PASSWORD)
        verdict = await swaks(*given, *login, *options)
        if verdict.stage is not None:
            raise Unanswered(f"Postfix did not take the message of swaks:\n{verdict.transcript}")

    return send
