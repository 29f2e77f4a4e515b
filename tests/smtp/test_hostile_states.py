"""A server that breaks the protocol: each state of the conversation times each way to break it."""

import asyncio
import os
import socket
import ssl
import struct
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.smtp.diagnosis import diagnose
from bot.smtp.network import Deadlines, Network
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.transcript import Outcome, Transcript

Run = Callable[..., Awaitable[Transcript]]
Misbehave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

PATIENT = Deadlines(lookup=5, connection=2, stage=20, final=20, total=60, aside=0.3)
HASTY = replace(PATIENT, connection=1.5, stage=4, final=4)

USUAL = {
    "greeting": b"220 hello",
    "ehlo": b"250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
    "starttls": b"220 go ahead",
    "handshake": b"",
    "ehlo-tls": b"250-x\r\n250 AUTH PLAIN LOGIN",
    "challenge": b"334 VXNlcm5hbWU6",
    "auth": b"235 welcome",
    "mail": b"250 fine",
    "rcpt": b"250 fine",
    "data": b"354 go on",
    "dot": b"250 2.0.0 Ok: queued as 4F1234567",
    "quit": b"221 bye",
}
"""The states, in order, and the reply that belongs there."""
ENCRYPTED = list(USUAL)[list(USUAL).index("ehlo-tls") :]


async def hang(_reader: Any, _writer: Any) -> None:
    await asyncio.Event().wait()


async def close(_reader: Any, writer: asyncio.StreamWriter) -> None:
    writer.close()
    await hang(_reader, writer)


async def reset(_reader: Any, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    await hang(_reader, writer)


async def drip(_reader: Any, writer: asyncio.StreamWriter) -> None:
    """Send one octet after the other; of a reply that never ends, or of TLS's own records."""
    for each in b"250-" + b"x" * 10_000:
        writer.write(bytes([each]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_records(_reader: Any, writer: asyncio.StreamWriter) -> None:
    for each in b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb" + b"\x03" * 10_000:
        writer.write(bytes([each]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def huge_line(_reader: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(b"250 ")
    await flood(writer, b"x" * 16_384)


async def huge_multi_line(_reader: Any, writer: asyncio.StreamWriter) -> None:
    await flood(writer, b"250-more\r\n" * 1600)


async def flood(writer: asyncio.StreamWriter, what: bytes) -> None:
    while True:
        writer.write(what)
        await writer.drain()
        await asyncio.sleep(0)


async def plain_text(reader: Any, writer: asyncio.StreamWriter) -> None:
    """Go past the encryption, and write on the wire itself."""
    os.write(writer.get_extra_info("socket").fileno(), b"250 2.7.0 in clear\r\n" * 3)
    await hang(reader, writer)


def said(words: bytes) -> Misbehave:
    async def say(reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await hang(reader, writer)

    return say


def after_hello(misbehave: Misbehave) -> Misbehave:
    """Wait for TLS's first message, so that nothing comes in one packet with STARTTLS's reply."""

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await misbehave(reader, writer)

    return wait


def ways(state: str) -> dict[str, Any]:
    """Return every way to break the protocol in *state*; what is none there is left out."""
    wrong = {"data": b"250 fine", "challenge": b"250 fine", "greeting": b"250 hello"}
    found: dict[str, Any] = {
        "close": close,
        "reset": reset,
        "hang": hang,
        "drip": drip_records if state == "handshake" else drip,
        "garbage": said(bytes(range(256)) * 4),
        "huge line": huge_line,
        "huge multi-line": huge_multi_line,
        "wrong code": wrong.get(state, b"354 go on"),
        "refusal": b"554 5.7.1 no",
        "overloaded": b"421-4.3.2 too busy\r\n421 4.3.2 later",
        "no code": b"650 what",
        "two codes": b"250-yes\r\n550 no",
        "empty line": b"",
        "early reply": USUAL[state] + b"\r\n250 2.0.0 Ok: queued as 4F1234567",
    }
    if state == "handshake":
        for each in ("refusal", "overloaded", "no code", "two codes", "empty line"):
            found[each] = said(found[each] + b"\r\n")
        found["wrong code"] = said(b"454 4.7.0 TLS not available\r\n")
        found["early reply"] = said(b"250 2.0.0 Ok: queued as 4F1234567\r\n")
        found["plain text after STARTTLS"] = plain_text
        found = {way: after_hello(each) for way, each in found.items()}
    if state == "starttls":
        found["plain text after STARTTLS"] = USUAL[state] + b"\r\n250-x\r\n250 AUTH PLAIN"
    if state in ENCRYPTED:
        found["plain text after STARTTLS"] = plain_text
    return found


WAYS = list(ways("handshake"))


@pytest.mark.timeout(240)
async def test_a_protocol_broken_in_any_state_and_any_way_ends_in_time_with_its_cause(
    polite: Any, run: Run, network: Network, snapshot: Any
) -> None:
    """The table of outcomes is this test's golden file."""
    table = {"connect": await unconnected(run, network)}

    async def meet(state: str, way: str, misbehaves: Any, *, pipelining: bool) -> str:
        login = "LOGIN" if state == "challenge" else "PLAIN"
        port, server = await polite(
            misbehave={state: misbehaves},
            extensions=("STARTTLS", f"AUTH {login}", *(["PIPELINING"] if pipelining else [])),
            challenges=(b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6") if state == "challenge" else (),
        )
        deadlines = HASTY if way in {"hang", "drip"} else PATIENT
        started = time.perf_counter()
        transcript = await run(port, network=replace(network, deadlines=deadlines))
        assert time.perf_counter() - started < deadlines.stage * 2, (state, way)
        # The server says yes where the table says so, and had the whole message.
        if transcript.outcome is Outcome.ACCEPTED:
            assert state in {"dot", "quit"}
            assert server.body.endswith(b"\r\n.\r\n")
        return told(transcript)

    for way in WAYS:
        cells = {state: ways(state)[way] for state in USUAL if way in ways(state)}
        met = [
            asyncio.gather(*(meet(state, way, each, pipelining=yes) for yes in (True, False)))
            for state, each in cells.items()
        ]
        for state, ends in zip(cells, await asyncio.gather(*met), strict=True):
            # Where PIPELINING makes a difference, the end with it stands first.
            table.setdefault(state, {})[way] = "; ".join(dict.fromkeys(ends))
    assert markdown(table) == snapshot
    print(markdown(table))  # noqa: T201 - for whoever runs it with -s


async def unconnected(run: Run, network: Network) -> dict[str, str]:
    """Meet ports that refuse, that take nobody in, and that break the connection at once."""
    network = replace(network, deadlines=HASTY)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    found = {"close": told(await run(port, network=network))}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        taken = [socket.socket() for _ in range(4)]
        for each in taken:  # until nobody else gets in
            each.setblocking(False)
            each.connect_ex(listening.getsockname())
        found["hang"] = told(await run(listening.getsockname()[1], network=network))
        for each in taken:
            each.close()
    return found


def told(transcript: Transcript) -> str:
    """Return how it ended, for the table. Each end is explained, and its last step shows it."""
    if transcript.failure is None:
        assert transcript.outcome is Outcome.ACCEPTED
        return "accepted"
    failure = transcript.failure
    assert failure.text
    assert [each.ok for each in transcript.steps[:-1]] == [True] * (len(transcript.steps) - 1)
    assert (transcript.steps[-1].stage, transcript.steps[-1].ok) == (failure.stage, False)
    server = MailServer(host="mail.example.com", port=587, tls_mode=TLSMode.STARTTLS)
    diagnosis = diagnose(transcript, server, sender="team@example.com")
    assert diagnosis.meaning
    assert diagnosis.advice
    return f"{transcript.outcome}: {failure.stage}, {failure.cause}"


def markdown(table: dict[str, dict[str, str]]) -> str:
    rows = [["state", *WAYS], ["---"] * (len(WAYS) + 1)]
    rows += [[state, *(ends.get(way, "") for way in WAYS)] for state, ends in table.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@pytest.mark.parametrize("state", list(USUAL)[:-1])
async def test_a_flood_in_any_state_takes_no_memory(
    polite: Any, run: Run, network: Network, state: str
) -> None:
    network = replace(network, deadlines=PATIENT)
    ports = [
        (await polite(misbehave={state: each}, extensions=("STARTTLS", "AUTH PLAIN")))[0]
        for each in (huge_line, huge_multi_line)
        if state != "challenge"
    ]
    tracemalloc.start()
    try:
        for port in ports:
            await run(port, network=network)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


async def test_tls_from_the_start_is_as_hard_to_break(
    polite: Any, run: Run, network: Network, server_tls: ssl.SSLContext
) -> None:
    for way, misbehaves in ways("greeting").items():
        port, _server = await polite(misbehave={"greeting": misbehaves}, implicit=server_tls)
        deadlines = replace(HASTY, stage=1.5) if way in {"hang", "drip"} else PATIENT
        transcript = await run(
            port, tls_mode=TLSMode.IMPLICIT, network=replace(network, deadlines=deadlines)
        )
        assert told(transcript).startswith("failed: "), way
