"""What the ports of one host answer: real servers of every kind, side by side, on loopback."""

import asyncio
import datetime as dt
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot.smtp.inquiry import Heard
from bot.smtp.lookup import Resolver
from bot.smtp.network import Deadlines, Network
from bot.smtp.policy import AddressPolicy
from bot.smtp.remedy import lines
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.ssl_key_files import read_key_file
from bot.smtp.survey import Door, DoorState, Survey, _door, dump_survey, load_survey, survey
from bot.smtp.transcript import Certificate, Failure, Line, Outcome, Stage, TLSFacts, Transcript

HOST = "mail.example.com"
SIBLING = "smtp.example.com"
VERIFIED = TLSFacts(version="TLSv1.3", cipher=None, chain=(), verified=True)
HARMLESS = {"EHLO", "STARTTLS", "QUIT"}

Look = Callable[..., Awaitable[Survey]]


def failed(port: int, cause: str = "tcp-refused", **values: Any) -> Transcript:
    stage = values.pop("stage", Stage.CONNECTION)
    failure = Failure(stage=stage, cause=cause)
    return Transcript(
        outcome=Outcome.FAILED, host=HOST, port=port, steps=(), failure=failure, **values
    )


def context_for(authority: trustme.CA, *names: str, **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def nearby(network: Network, tmp_path: Path) -> Network:
    """The world on loopback, with two names of one domain, and a stranger's."""
    hosts = tmp_path / "names"
    hosts.write_text(f"127.0.0.1 {HOST} {SIBLING} mail.example.net\n127.0.0.2 {HOST}\n")
    resolver = Resolver(nameservers=("127.0.0.1",), port=1, hosts_file=hosts)
    return replace(network, resolver=resolver, deadlines=Deadlines(survey=6))


@pytest.fixture
def look(nearby: Network) -> Look:
    """Look further after a failure at the first port; all the others are asked too."""

    async def at(*ports: int, **changes: Any) -> Survey:
        network = changes.pop("network", nearby)
        transcript = changes.pop("transcript", failed(ports[0], address="127.0.0.1"))
        values = {"host": HOST, "port": ports[0], "tls_mode": TLSMode.STARTTLS}
        found = await survey(
            MailServer(**(values | changes)),
            transcript,
            network=network,
            sender="team@example.org",
            ports=ports,
        )
        assert found is not None
        written = json.loads(json.dumps(dump_survey(found)))
        assert load_survey(written) == found
        assert found.doors == tuple(sorted(found.doors, key=lambda each: each.port))
        assert all(each.milliseconds > 0 for each in found.doors)
        return found

    return at


def door(found: Survey, port: int) -> Door:
    return next(each for each in found.doors if each.port == port)


async def test_what_the_settings_trust_is_believed_on_every_port(
    mail_server: Callable[..., Any], look: Look, closed_port: int
) -> None:
    private = trustme.CA()
    server = mail_server(context=context_for(private, HOST), mode=TLSMode.IMPLICIT)
    key = read_key_file(private.cert_pem.bytes(), passphrase="", name="Our authority")
    assert not door(await look(closed_port, server.port), server.port).verified
    assert door(await look(closed_port, server.port, ssl_key=key), server.port).verified


async def test_real_servers_of_every_kind_are_told_apart(
    mail_server: Callable[..., Any], look: Look, closed_port: int
) -> None:
    at_once = mail_server(mode=TLSMode.IMPLICIT)
    starttls = mail_server(mechanisms=("PLAIN",))
    clear = mail_server(mode=TLSMode.NONE, credentials=None)
    servers = (at_once, starttls, clear)
    found = await look(closed_port, *(each.port for each in servers))
    assert found.host == HOST
    assert found.addresses == ("127.0.0.1", "127.0.0.2")
    facts = {"verified": True, "names": (HOST,), "ready": True}
    for server, expected in (
        (at_once, {"state": DoorState.TLS, "mechanisms": ("LOGIN", "PLAIN"), **facts}),
        (starttls, {"state": DoorState.STARTTLS, "mechanisms": ("PLAIN",), **facts}),
        (clear, {"state": DoorState.CLEAR, "verified": None, "ready": True}),
    ):
        seen = door(found, server.port)
        wanted = Door(port=server.port, milliseconds=seen.milliseconds, **expected)
        assert seen == wanted
    assert door(found, closed_port).state is DoorState.CLOSED
    tls_line = f"Port {at_once.port}: speaks TLS from the start, certificate valid"
    assert set(lines(found)) == {
        f"{tls_line}; sign-in with LOGIN, PLAIN",
        f"Port {starttls.port}: offers STARTTLS, certificate valid; sign-in with PLAIN",
        f"Port {clear.port}: a mail server without encryption; no sign-in",
        f"Port {closed_port}: closed",
        f"Addresses of {HOST}: 127.0.0.1, 127.0.0.2",
    }


async def test_nobody_is_signed_in_and_no_mail_is_begun(
    mail_server: Callable[..., Any], polite: Any, look: Look, server_tls: ssl.SSLContext
) -> None:
    servers = [mail_server(mode=each) for each in TLSMode]
    port, scripted = await polite()
    tls_port, tls_scripted = await polite(implicit=server_tls)
    login = {"username": "login@example.com", "password": "secret"}
    await look(port, tls_port, *(each.port for each in servers), **login)
    for server in servers:
        server.wait_for(lambda each: "QUIT" in each.commands)
        assert {each.split()[0] for each in server.commands} <= HARMLESS
        assert set(server.commands) == {"EHLO example.org", "QUIT"}
        assert not server.logins
        assert not server.messages
    for each in (scripted, tls_scripted):
        await asyncio.wait_for(each.ended.wait(), 30)
        assert {line.split()[0] for line in each.received} <= HARMLESS
        assert each.received[-1] == "QUIT"


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("expired", "its certificate has expired"),
        ("another name", "its certificate is for other names"),
        ("unknown authority", "its certificate comes from an authority that we don't know"),
    ],
)
async def test_a_certificate_that_is_not_believed_is_read_and_nothing_more_is_said(
    polite: Any, look: Look, authority: trustme.CA, *, kind: str, note: str, implicit: bool
) -> None:
    long_ago = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    context = {
        "expired": lambda: context_for(authority, HOST, not_after=long_ago),
        "another name": lambda: context_for(authority, "*.example.net", "192.0.2.1", "mx.test"),
        "unknown authority": lambda: context_for(trustme.CA(), HOST),
    }[kind]()
    port, server = await polite(**({"implicit": context} if implicit else {"tls": context}))
    found = await look(port)
    seen = door(found, port)
    assert seen.state is (DoorState.TLS if implicit else DoorState.STARTTLS)
    assert (seen.verified, seen.ready, seen.mechanisms, seen.note) == (False, False, (), note)
    assert seen.names == (("*.example.net", "mx.test") if kind == "another name" else (HOST,))
    assert server.received == ([] if implicit else ["EHLO example.org", "STARTTLS"])
    speaks = "speaks TLS from the start" if implicit else "offers STARTTLS"
    told = lines(found)
    names = ": *.example.net, mx.test" if kind == "another name" else ""
    assert told[0] == f"Port {port}: {speaks}, but {note}{names}"


async def test_only_ports_that_the_policy_allows_are_asked(
    mail_server: Callable[..., Any], nearby: Network, look: Look
) -> None:
    server, other = mail_server(), mail_server()
    policy = AddressPolicy(allowed_hosts=("127.0.0.0/8",), allowed_ports=frozenset({server.port}))
    network = replace(nearby, policy=policy)
    refused = failed(other.port, "port-refused", stage=Stage.SETTINGS)
    found = await look(other.port, server.port, network=network, transcript=refused)
    assert [each.port for each in found.doors] == [server.port]
    assert not other.commands


@pytest.mark.parametrize(
    "policy",
    [
        AddressPolicy(allowed_hosts=("127.0.0.1",), allowed_ports=None),
        AddressPolicy(allowed_hosts=("127.0.0.0/8",), allowed_ports=frozenset({9})),
    ],
)
async def test_a_host_with_a_forbidden_address_or_without_a_port_is_not_asked(
    mail_server: Callable[..., Any], nearby: Network, policy: AddressPolicy
) -> None:
    server = mail_server()
    found = await survey(
        MailServer(host=HOST, port=server.port, tls_mode=TLSMode.STARTTLS),
        failed(server.port),
        network=replace(nearby, policy=policy),
        ports=(server.port,),
    )
    assert found is None
    assert not server.commands


async def test_without_a_name_or_a_reason_nothing_is_asked(nearby: Network) -> None:
    server = MailServer(host="nowhere.example.com", port=587, tls_mode=TLSMode.STARTTLS)
    accepted = replace(failed(587), outcome=Outcome.ACCEPTED, failure=None)
    for transcript in (failed(587), accepted):
        assert await survey(server, transcript, network=nearby) is None


@pytest.mark.parametrize(
    ("sender", "helo_name", "expected"),
    [
        ("a@example.org", "bot.example.com", "bot.example.com"),
        ("", "", "said.example.com"),
        ("a@example.org", "", "example.org"),
    ],
)
async def test_our_name_is_the_one_of_the_test(
    mail_server: Callable[..., Any], nearby: Network, sender: str, helo_name: str, expected: str
) -> None:
    server = mail_server(mode=TLSMode.NONE, credentials=None)
    values = {"host": HOST, "port": server.port, "tls_mode": TLSMode.STARTTLS}
    said = (
        Line(sent=False, text="220 hello", milliseconds=1),
        Line(sent=True, text="EHLO said.example.com", milliseconds=1),
    )
    await survey(
        MailServer(helo_name=helo_name, **values),
        failed(server.port, "tcp-timeout", lines=said),
        network=nearby,
        sender=sender,
        ports=(),
    )
    assert server.commands[0] == f"EHLO {expected}"


async def meet(polite: Any, run: Any, context: ssl.SSLContext, mode: TLSMode) -> Transcript:
    implicit = {"implicit": context} if mode is TLSMode.IMPLICIT else {"tls": context}
    port, _server = await polite(**implicit)
    transcript: Transcript = await run(port, tls_mode=mode)
    assert transcript.failure is not None
    assert transcript.failure.cause == "cert-hostname-mismatch"
    return transcript


@pytest.mark.parametrize("mode", [TLSMode.IMPLICIT, TLSMode.STARTTLS])
@pytest.mark.parametrize(
    ("names", "proved"),
    [
        (("gone.example.com", SIBLING), SIBLING),
        (("mail.example.net",), ""),
        (("gone.example.com",), ""),
    ],
)
async def test_another_name_is_offered_when_it_is_proved_and_in_the_same_domain(
    *,
    polite: Any,
    run: Any,
    look: Look,
    authority: trustme.CA,
    mode: TLSMode,
    names: tuple[str, ...],
    proved: str,
) -> None:
    transcript = await meet(polite, run, context_for(authority, *names), mode)
    found = await look(transcript.port, transcript=transcript, tls_mode=mode)
    assert found.proved_name == proved


async def test_a_name_that_only_an_unknown_authority_vouches_for_is_not_offered(
    polite: Any, run: Any, look: Look, authority: trustme.CA
) -> None:
    transcript = await meet(polite, run, context_for(authority, SIBLING), mode := TLSMode.STARTTLS)
    impostor, _server = await polite(tls=context_for(trustme.CA(), SIBLING))
    moved = replace(transcript, port=impostor)
    found = await look(impostor, transcript=moved, tls_mode=mode)
    assert found.proved_name == ""


async def test_a_certificate_that_could_not_be_read_offers_no_name(
    mail_server: Callable[..., Any], look: Look
) -> None:
    server = mail_server()
    facts = TLSFacts(version=None, cipher=None, chain=(), verified=False)
    transcript = failed(server.port, "cert-hostname-mismatch", stage=Stage.TLS, tls=facts)
    found = await look(server.port, transcript=transcript)
    assert found.proved_name == ""
    assert door(found, server.port).verified


async def test_with_every_port_hanging_it_ends_in_its_time(
    scripted: Callable[..., Awaitable[int]], nearby: Network, look: Look
) -> None:
    """Also when a certificate's other names are asked, and hang as well."""
    connections: dict[int, int] = {}

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        connections[port] = connections.get(port, 0) + 1
        await reader.read()

    ports = [await scripted(hang) for _ in range(5)]
    leaf = Certificate(
        subject="",
        names=(SIBLING, "a.example.com", "b.example.com"),
        issuer="",
        not_before=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        not_after=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        sha256="",
    )
    facts = TLSFacts(version=None, cipher=None, chain=(leaf,), verified=False)
    transcript = failed(ports[0], "cert-hostname-mismatch", stage=Stage.TLS, tls=facts)
    loop = asyncio.get_running_loop()
    start = loop.time()
    found = await look(
        *ports, transcript=transcript, network=replace(nearby, deadlines=Deadlines(survey=1))
    )
    assert loop.time() - start < 2.5
    assert {each.state for each in found.doors} == {DoorState.SILENT}
    assert found.proved_name == ""
    assert lines(found)[0].endswith(": no answer in time")
    assert all(connections[port] == 2 for port in ports[1:])


@pytest.mark.parametrize(
    ("heard", "state", "note"),
    [
        ({"cause": "tcp-timeout"}, DoorState.SILENT, ""),
        ({"cause": "ipv6-or-routing"}, DoorState.UNREACHABLE, ""),
        ({"cause": "server-closed"}, DoorState.CLOSED, ""),
        ({"cause": "reply"}, DoorState.CLEAR, "it turns us away"),
        ({"cause": "reply-too-long"}, DoorState.OTHER, "no mail server"),
        ({"cause": "not-smtp-ssh"}, DoorState.OTHER, "an SSH server"),
        (
            {"cause": "not-smtp-imap", "at_once": True, "tls": VERIFIED},
            DoorState.OTHER,
            "an IMAP server",
        ),
        (
            {"cause": "client-cert-required", "at_once": True, "tls": VERIFIED},
            DoorState.TLS,
            "it wants a client certificate",
        ),
        (
            {"cause": "reply", "greeted": True, "starttls": True},
            DoorState.STARTTLS,
            "its TLS doesn't work",
        ),
        (
            {"cause": "reply", "greeted": True, "starttls": True, "tls": VERIFIED},
            DoorState.STARTTLS,
            "it turns us away",
        ),
        ({"cause": "server-closed", "greeted": True}, DoorState.CLEAR, "it closes the connection"),
    ],
)
def test_what_was_heard_has_one_name(heard: dict[str, Any], state: DoorState, note: str) -> None:
    seen = _door(25, Heard(**heard))
    assert (seen.state, seen.note) == (state, note)
    encrypted = state in {DoorState.TLS, DoorState.STARTTLS}
    assert seen.verified == ("tls" in heard if encrypted else None)


def test_what_a_server_offers_is_bounded_in_kind_and_number() -> None:
    odd = ("PLAIN", "<!channel>", "X" * 21, *(f"M{each}" for each in range(100)))
    seen = _door(25, Heard(greeted=True, ready=True, mechanisms=odd))
    assert seen.mechanisms[:2] == ("PLAIN", "M0")
    assert len(seen.mechanisms) == 10
    assert lines(Survey(host=HOST, doors=(seen,), addresses=())) == (
        "Port 25: a mail server without encryption; sign-in with PLAIN, M0, M1 and 7 more",
    )
