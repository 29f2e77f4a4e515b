"""One port that is asked what it speaks, and that does what no mail server should."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.smtp.inquiry import Heard, Place, inquire
from bot.smtp.network import Network
from bot.smtp.wire import Wire

HOST = "mail.example.com"

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Listen = Callable[..., Awaitable[int]]


def place(port: int, tls: ssl.SSLContext, *, seconds: float = 6, **changes: Any) -> Place:
    values = {
        "host": HOST,
        "port": port,
        "addresses": ("127.0.0.1",),
        "hello": "bot.example.com",
        "tls": tls,
        "patience": seconds / 4,
        "until": asyncio.get_running_loop().time() + seconds,
    }
    return Place(**(values | changes))


@pytest.fixture
def ask(network: Network) -> Callable[..., Awaitable[Heard]]:
    async def at(port: int, *, tls_first: bool = False, **changes: Any) -> Heard:
        return await inquire(place(port, network.tls, **changes), tls_first=tls_first)

    return at


def says(banner: bytes) -> Callable[[Reader, Writer], Awaitable[None]]:
    async def serve(reader: Reader, writer: Writer) -> None:
        writer.write(banner)
        await reader.read()

    return serve


@pytest.mark.parametrize(
    ("banner", "cause"),
    [
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "not-smtp-imap"),
        (b"+OK POP3 ready\r\n", "not-smtp-pop"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not-smtp-ssh"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-smtp-http"),
        (b"\x00\xff\x00\xff\x00\xff", "not-smtp"),
        (b"554 5.7.1 Go away\r\n", "reply"),
        (b"421 4.7.0 Too many connections\r\n", "reply"),
        (b"250 what?\r\n", "reply-malformed"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "plain-on-tls-port"),
    ],
)
@pytest.mark.parametrize("tls_first", [False, True])
async def test_what_is_no_mail_server_is_named(
    scripted: Listen, ask: Any, *, banner: bytes, cause: str, tls_first: bool
) -> None:
    heard = await ask(await scripted(says(banner)), tls_first=tls_first)
    if tls_first and cause == "plain-on-tls-port":
        assert (heard.cause, heard.at_once) == ("server-tls-broken", True)
    else:
        assert (heard.cause, heard.at_once) == (cause, False)
    assert not heard.ready
    assert not heard.verified


@pytest.mark.parametrize("tls_first", [False, True])
async def test_a_port_is_asked_over_two_connections_at_most(
    scripted: Listen, ask: Any, polite: Any, *, tls_first: bool
) -> None:
    arrivals = count(1)
    seen = 0

    async def silent(reader: Reader, _writer: Writer) -> None:
        nonlocal seen
        seen = next(arrivals)
        await reader.read()

    heard = await ask(await scripted(silent), tls_first=tls_first, seconds=0.8)
    assert heard == Heard(cause="stage-timeout", milliseconds=heard.milliseconds)
    assert seen == (1 if tls_first else 2)
    port, _server = await polite()
    heard = await ask(port, tls_first=tls_first)
    assert (heard.starttls, heard.ready, heard.at_once) == (True, True, False)


async def test_a_server_that_greets_late_is_heard_all_the_same(scripted: Listen, ask: Any) -> None:
    second = asyncio.Event()
    arrivals = count()

    async def slow(reader: Reader, writer: Writer) -> None:
        if next(arrivals):
            second.set()  # it was taken for a port that waits for TLS
        else:
            await second.wait()
        writer.write(b"220 sorry, I was busy\r\n")
        while line := await reader.readline():
            writer.write(b"250 fine\r\n" if line.startswith(b"EHLO") else b"221 bye\r\n")

    heard = await ask(await scripted(slow), seconds=2)
    assert (heard.greeted, heard.ready, heard.at_once) == (True, True, False)


async def drip(_reader: Reader, writer: Writer) -> None:
    writer.write(b"220-")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flood(_reader: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"220-and so on\r\n" * 100)
        await writer.drain()


async def endless_line(_reader: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"220" + b"-" * 10_000)
        await writer.drain()


async def slam(_reader: Reader, writer: Writer) -> None:
    writer.close()


@pytest.mark.parametrize(
    ("conversation", "cause"),
    [
        (drip, "stage-timeout"),
        (flood, "reply-too-long"),
        (endless_line, "reply-too-long"),
        (slam, "server-closed"),
    ],
)
@pytest.mark.parametrize("tls_first", [False, True])
async def test_a_server_that_misbehaves_costs_no_more_than_its_time(
    scripted: Listen, ask: Any, conversation: Any, *, cause: str, tls_first: bool
) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    heard = await ask(await scripted(conversation), tls_first=tls_first, seconds=1)
    assert heard.cause == cause
    assert not heard.greeted
    assert loop.time() - start < 3


@pytest.mark.parametrize(
    ("state", "misbehaves", "cause"),
    [
        ("ehlo", b"554 no", "reply"),
        ("ehlo", slam, "server-closed"),
        ("starttls", b"454 4.7.0 TLS not available", "reply"),
        ("starttls", b"220 go ahead\r\n250 slipped in", "starttls-injection"),
        ("handshake", slam, "server-closed-in-handshake"),
        ("handshake", says(b""), "stage-timeout"),
        ("ehlo-tls", b"hello?", "reply-malformed"),
        ("ehlo-tls", says(b""), "stage-timeout"),
    ],
)
async def test_starttls_that_fails_is_told_as_far_as_it_came(
    polite: Any, ask: Any, state: str, misbehaves: Any, cause: str
) -> None:
    port, _server = await polite(misbehave={state: misbehaves})
    heard = await ask(port, seconds=1.5)
    assert (heard.cause, heard.greeted, heard.ready) == (cause, True, False)
    assert heard.starttls is (state != "ehlo")
    assert heard.verified is (state == "ehlo-tls")
    assert heard.mechanisms == ()


@pytest.mark.parametrize("tls_first", [False, True])
async def test_another_service_behind_tls_is_named(
    scripted: Listen, ask: Any, server_tls: ssl.SSLContext, *, tls_first: bool
) -> None:
    port = await scripted(says(b"* OK IMAP4rev1 ready\r\n"), ssl=server_tls)
    heard = await ask(port, tls_first=tls_first)
    assert (heard.at_once, heard.verified, heard.cause) == (True, True, "not-smtp-imap")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_a_client_certificate_is_told(
    ask: Any, authority: trustme.CA, version: ssl.TLSVersion
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED

    def refuse(listening: socket.socket) -> None:
        """Shake hands by blocking sockets: asyncio leaves without its last alert."""
        connected, _address = listening.accept()
        with connected, pytest.raises(ssl.SSLError):
            context.wrap_socket(connected, server_side=True, suppress_ragged_eofs=False)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        refusing = asyncio.create_task(asyncio.to_thread(refuse, listening))
        heard = await ask(listening.getsockname()[1], tls_first=True)
        await refusing
    assert (heard.at_once, heard.ready, heard.cause) == (True, False, "client-cert-required")
    assert heard.verified is (version is ssl.TLSVersion.TLSv1_3)


async def test_without_a_name_we_give_our_address(scripted: Listen, ask: Any) -> None:
    heard: list[bytes] = []

    async def serve(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 hello\r\n")
        heard.append(await reader.readline())
        writer.write(b"250 fine\r\n")
        await reader.read()

    assert (await ask(await scripted(serve), hello="")).ready
    assert heard == [b"EHLO [127.0.0.1]\r\n"]


@pytest.mark.parametrize(
    ("address", "literal"), [("127.0.0.1", "[127.0.0.1]"), ("::1", "[IPv6:::1]")]
)
async def test_our_address_is_written_as_a_literal(address: str, literal: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listening:
        wire = await Wire.connect(address, listening.getsockname()[1])
        assert wire.own_literal == literal
        wire.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from([b"220 x\r\n", b"250 STARTTLS\r\n", b"\x16\x03\x03\x00\x7a\x02"]),
        ),
        max_size=4,
    ),
    tls_first=st.booleans(),
)
async def test_rubbish_never_raises(
    scripted: Listen, ask: Any, parts: list[bytes], *, tls_first: bool
) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        for each in parts:
            writer.write(each)
            await reader.read(1000)

    heard = await ask(await scripted(serve), tls_first=tls_first, seconds=0.4)
    assert not heard.verified
    assert heard.cause or heard.ready
