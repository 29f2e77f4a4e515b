"""Looks further when a test failed: which ports of the host would do. No sign-in, no mail."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from bot.smtp.authentication import PREFERENCE
from bot.smtp.domain.organisation import registered_domain
from bot.smtp.inquiry import Heard, Place, inquire
from bot.smtp.lookup import Unresolved
from bot.smtp.network import Network
from bot.smtp.policy import DEFAULT_PORTS
from bot.smtp.prospects import may_be_cured_elsewhere
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.siblings import dns_names, siblings
from bot.smtp.transcript import Transcript


class DoorState(StrEnum):
    """What a port speaks."""

    TLS = "tls"
    """TLS at once."""
    STARTTLS = "starttls"
    CLEAR = "clear"
    """SMTP without encryption."""
    OTHER = "other"
    """Another service."""
    SILENT = "silent"
    """No answer in time."""
    CLOSED = "closed"
    """It refuses connections, or closes them at once."""
    UNREACHABLE = "unreachable"
    """There is no way from here."""


OTHER_NAMES = "its certificate is for other names"

_NOTES = {
    "cert-expired": "its certificate has expired",
    "cert-not-yet-valid": "its certificate isn't valid yet",
    "cert-hostname-mismatch": OTHER_NAMES,
    "cert-self-signed": "it signed its certificate itself",
    "cert-unknown-ca-or-chain": "its certificate comes from an authority that we don't know",
    "cert-invalid": "its certificate isn't in order",
    "weak-key": "the key in its certificate is too weak",
    "client-cert-required": "it wants a client certificate",
    "server-tls-broken": "its TLS doesn't work",
    "server-closed-in-handshake": "its TLS doesn't work",
    "starttls-injection": "something unencrypted was slipped in before TLS",
    "not-smtp-imap": "an IMAP server",
    "not-smtp-pop": "a POP server",
    "not-smtp-ssh": "an SSH server",
    "not-smtp-http": "a web server",
    "not-smtp": "no mail server",
    "reply-malformed": "it doesn't answer as mail servers do",
    "reply-too-long": "its answers have no end",
    "reply": "it turns us away",
    "server-closed": "it closes the connection",
    "stage-timeout": "it stops answering",
}

_UNGREETED = {
    "tcp-refused": DoorState.CLOSED,
    "server-closed": DoorState.CLOSED,
    "ipv6-or-routing": DoorState.UNREACHABLE,
    "reply": DoorState.CLEAR,
    "reply-malformed": DoorState.OTHER,
    "reply-too-long": DoorState.OTHER,
}
"""What it is that never greeted, by how that ended. Anything else is silence."""

_MECHANISM = re.compile(r"[A-Z0-9_-]{1,20}")
"""RFC 4422 3.1."""

_MOST_NAMES = 10
_MOST_MECHANISMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What one port of a host answers."""

    port: int
    state: DoorState
    verified: bool | None = None
    """Whether its certificate was believed; None without TLS."""
    names: tuple[str, ...] = ()
    """The DNS names in its certificate. Untrusted, but of a host name's characters only."""
    mechanisms: tuple[str, ...] = ()
    """The AUTH mechanisms that it offers, after TLS where there is TLS."""
    ready: bool = False
    """EHLO was answered, over verified TLS where there is TLS: mail could be handed in here."""
    milliseconds: float
    note: str = ""
    """What is odd about it, or what service it is, in our words."""

    def serves(self, server: MailServer) -> bool:
        """Tell whether mail could be handed in here, with a sign-in where *server* has one."""
        return self.ready and (
            server.username is None or any(each in PREFERENCE for each in self.mechanisms)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a host's ports answer, and what else was found."""

    host: str
    doors: tuple[Door, ...]
    """In the order of their ports."""
    addresses: tuple[str, ...]
    """All IP addresses of the host's name."""
    proved_name: str = ""
    """A name in the host's domain under which the port that was tried proved itself, if its
    certificate is for other names than the host's."""


def dump_survey(found: Survey) -> dict[str, Any]:
    """Return *found* as values that JSON can hold."""
    return asdict(found)


def load_survey(document: Mapping[str, Any]) -> Survey:
    """Read what `dump_survey` returned."""
    doors = (
        each
        | {
            "state": DoorState(each["state"]),
            "names": tuple(each["names"]),
            "mechanisms": tuple(each["mechanisms"]),
        }
        for each in document["doors"]
    )
    values = dict(document) | {
        "doors": tuple(Door(**each) for each in doors),
        "addresses": tuple(document["addresses"]),
    }
    return Survey(**values)


async def survey(
    server: MailServer,
    transcript: Transcript,
    *,
    network: Network,
    sender: str = "",
    ports: Iterable[int] = DEFAULT_PORTS,
) -> Survey | None:
    """Ask *ports*, and the one that was tried, what they speak; within `Deadlines.survey`.

    None where another port can't be the cure, and where policy or name leave none to ask.
    *sender* is the envelope's: its domain is our name where the settings have none.
    """
    if not may_be_cured_elsewhere(server, transcript):
        return None
    allowed = [
        each for each in sorted({*ports, server.port}) if network.policy.port_refusal(each) is None
    ]
    # Whom the settings trust, and who they say we are, holds on every port.
    network = replace(network, tls=await network.tls_for(server.ssl_key))
    asking = _Asking(
        network=network,
        hello=_our_name(server, transcript, sender=sender),
        until=asyncio.get_running_loop().time() + network.deadlines.survey,
    )
    addresses = await asking.addresses(server.host, allowed[0]) if allowed else ()
    if not addresses:
        return None
    pinned = [each for each in addresses if each == transcript.address] or addresses
    tls_ports = {TLSMode.IMPLICIT.port}
    if server.tls_mode is TLSMode.IMPLICIT and transcript.tls and transcript.tls.chain:
        tls_ports.add(server.port)
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(
                asking.ask(server.host, port, addresses=pinned, tls_first=port in tls_ports)
            )
            for port in allowed
        ]
        proved = group.create_task(_proved_name(server, transcript, asking=asking))
    return Survey(
        host=server.host,
        doors=tuple(each.result() for each in asked),
        addresses=addresses,
        proved_name=proved.result(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """What all questions of one survey share."""

    network: Network
    hello: str
    until: float

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses of *host*, none where the policy refuses one of them."""
        answer = await self.network.resolver.addresses(host, seconds=self._step)
        if isinstance(answer, Unresolved):
            return ()
        refusal = self.network.policy.refusal(host, port, answer.found)
        return answer.found if refusal is None else ()

    async def ask(self, host: str, port: int, *, addresses: Sequence[str], tls_first: bool) -> Door:
        """Ask one port of *host*, at one address of each family at most."""
        place = Place(
            host=host,
            port=port,
            addresses=tuple(addresses[:2]),
            hello=self.hello,
            tls=self.network.tls,
            patience=self._step,
            until=self.until,
        )
        return _door(port, await inquire(place, tls_first=tls_first))

    @property
    def _step(self) -> float:
        return self.network.deadlines.survey / 4


async def _proved_name(server: MailServer, transcript: Transcript, *, asking: _Asking) -> str:
    """Return a name from the certificate that the port proves as the settings would ask it to."""
    failure, tls = transcript.failure, transcript.tls
    if failure is None or failure.cause != "cert-hostname-mismatch" or not (tls and tls.chain):
        return ""
    wanted = {TLSMode.IMPLICIT: DoorState.TLS}.get(server.tls_mode, DoorState.STARTTLS)
    domain = await registered_domain(server.host)
    with suppress(TimeoutError):
        async with asyncio.timeout_at(asking.until):
            for name in siblings(server.host, tls.chain[0].names, domain=domain):
                if addresses := await asking.addresses(name, server.port):
                    door = await asking.ask(
                        name,
                        server.port,
                        addresses=addresses,
                        tls_first=wanted is DoorState.TLS,
                    )
                    if door.verified and door.state is wanted and door.serves(server):
                        return name
    return ""


def _our_name(server: MailServer, transcript: Transcript, *, sender: str) -> str:
    """Return the name that the test gave in EHLO, or would have given."""
    said = (each.text for each in transcript.lines if each.sent and each.text.startswith("EHLO "))
    return server.helo_name or sender.rpartition("@")[2] or next(said, "").removeprefix("EHLO ")


def _door(port: int, heard: Heard) -> Door:
    state = _state(heard)
    encrypted = state in {DoorState.TLS, DoorState.STARTTLS}
    leaf = heard.tls.chain[:1] if encrypted and heard.tls else ()
    mechanisms = (each for each in heard.mechanisms if _MECHANISM.fullmatch(each))
    return Door(
        port=port,
        state=state,
        verified=heard.verified if encrypted else None,
        names=tuple(name for each in leaf for name in dns_names(each.names))[:_MOST_NAMES],
        mechanisms=tuple(mechanisms)[:_MOST_MECHANISMS],
        ready=heard.ready,
        milliseconds=heard.milliseconds,
        note=_note(state, heard),
    )


def _state(heard: Heard) -> DoorState:
    if heard.cause.startswith("not-smtp"):
        return DoorState.OTHER
    if heard.at_once:
        return DoorState.TLS
    if heard.starttls:
        return DoorState.STARTTLS
    if heard.greeted:
        return DoorState.CLEAR
    return _UNGREETED.get(heard.cause, DoorState.SILENT)


def _note(state: DoorState, heard: Heard) -> str:
    cause = heard.cause
    if state in {DoorState.SILENT, DoorState.CLOSED, DoorState.UNREACHABLE}:
        return ""
    if state is DoorState.OTHER and not cause.startswith("not-smtp"):
        cause = "not-smtp"
    if state is DoorState.STARTTLS and cause == "reply" and heard.tls is None:
        cause = "server-tls-broken"  # it offers what it then refuses
    return _NOTES.get(cause, "")
