"""Requests that are none: whatever shape comes over the wire, an answer within three seconds."""

import asyncio
import gzip
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.demo.door import signed

SIGNING_SECRET = "signing-secret-0123"
COMMAND = urlencode({"command": "/mailsettings", "team_id": "T1", "text": "help"}).encode()
FORM = b"application/x-www-form-urlencoded"


@pytest.fixture
def environ() -> dict[str, str]:
    """The password page is there."""
    return {"MAILSETTINGS_PUBLIC_URL": "https://bot.example.com"}


def errors_in(log: Path) -> list[Any]:
    told = [json.loads(each) for each in log.read_text().splitlines()]
    return [each for each in told if each["level"] in {"error", "critical"}]


async def exchange(bot: Any, sent: bytes) -> bytes:
    """Send *sent* to the letter, keep the connection open, and return all that is answered.

    What is answered must end within three seconds, and the connection with it.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.program.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(3):
            return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.transport.abort()


def head(*lines: bytes, path: bytes = b"/slack/events", body: bytes = COMMAND) -> bytes:
    """Return the head of a signed POST, with more *lines*."""
    made = signed(body.decode("latin-1"), SIGNING_SECRET, sign="good", now=time.time())
    own = [f"{name}: {value}".encode() for name, value in made.items()]
    first = [b"POST " + path + b" HTTP/1.1", b"Host: bot", b"Content-Type: " + FORM]
    return b"\r\n".join([*first, *own, *lines, b"", b""])


LENGTH = b"Content-Length: %d" % len(COMMAND)
BOMB = gzip.compress(bytes(50_000_000))
CHUNKED = b"Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(COMMAND), COMMAND)

SHAPES = {
    # what is sent, and the statuses that may answer it
    "a request": (head(LENGTH) + COMMAND, {200}),
    "a request in chunks": (head(CHUNKED) + CHUNKS, {200}),
    "many small chunks": (
        head(CHUNKED) + b"".join(b"1\r\n%c\r\n" % each for each in COMMAND) + b"0\r\n\r\n",
        {200},
    ),
    "a length and chunks": (head(LENGTH, CHUNKED) + CHUNKS, {400}),
    "chunks and a length": (head(CHUNKED, b"Content-Length: 4") + CHUNKS, {400}),
    "two lengths": (head(LENGTH, b"Content-Length: 0") + COMMAND, {400}),
    "two lengths in one": (head(LENGTH + b", 3") + COMMAND, {400}),
    "a length below zero": (head(b"Content-Length: -1") + COMMAND, {400}),
    "a length with a sign": (head(b"Content-Length: +5") + COMMAND, {400}),
    "a length of other digits": (head("Content-Length: ٣".encode()) + COMMAND, {400}),
    "chunks twice": (head(CHUNKED, CHUNKED) + CHUNKS, {400}),
    "chunks by another name": (head(b"Transfer-Encoding: xchunked") + CHUNKS, {400}),
    "chunks, then something else": (head(CHUNKED + b", identity") + CHUNKS, {400}),
    "a chunk of no size": (head(CHUNKED) + b"zz\r\n" + COMMAND, {400}),
    "a chunk below zero": (head(CHUNKED) + b"-5\r\n" + COMMAND, {400}),
    "a chunk that goes on": (head(CHUNKED) + b"2\r\nabcd\r\n0\r\n\r\n", {400}),
    "a chunk of any size": (head(CHUNKED) + b"f" * 40 + b"\r\n" + COMMAND, {400, 408, 413}),
    "a name with a space": (head(b"Content-Length : 5") + COMMAND, {400}),
    "a line that goes on": (head(LENGTH, b"X-A: b", b" c: d") + COMMAND, {400}),
    "a zero in a line": (head(LENGTH, b"X-A: \0") + COMMAND, {400}),
    "a lone line feed": (head(LENGTH, b"X-A: b\nContent-Length: 0") + COMMAND, {400}),
    "a lone carriage return": (head(LENGTH, b"X-A: b\rContent-Length: 0") + COMMAND, {400}),
    "a line of no end": (head(b"X-A: " + b"x" * 100_000), {400}),
    "very many lines": (head(*[b"X-%d: x" % each for each in range(5000)]), {400}),
    "a method of no kind": (b"\x00\x01\x02 / HTTP/1.1\r\n\r\n", {400}),
    "a version of no kind": (b"GET /livez HTTP/9.9\r\nHost: bot\r\n\r\n", {400}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "another address": (b"GET http://evil.example/ HTTP/1.1\r\nHost: bot\r\n\r\n", {404}),
    "a tunnel": (b"CONNECT mail.example.com:25 HTTP/1.1\r\nHost: bot\r\n\r\n", {400, 404, 405}),
    "a path upwards": (b"GET /password/../../etc/passwd HTTP/1.1\r\nHost: b\r\n\r\n", {404}),
    "an upgrade": (head(LENGTH, b"Upgrade: websocket", b"Connection: Upgrade"), {400, 408}),
    "a length of ten megabytes": (head(b"Content-Length: 10000000") + b"x" * 2_000_000, {413}),
    "a body that stops": (head(LENGTH) + COMMAND[:9], {408}),
    "chunks that stop": (head(CHUNKED) + CHUNKS[:9], {408}),
    "an expectation": (head(LENGTH, b"Expect: 100-continue"), {100}),
    "an expectation of no kind": (head(LENGTH, b"Expect: the-worst") + COMMAND, {417}),
    "a page's body that stops": (head(LENGTH, path=b"/password/x") + COMMAND[:9], {408}),
    "what is not compressed": (head(b"Content-Encoding: gzip", LENGTH) + COMMAND, {400}),
    "a compressed bomb": (
        head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(BOMB)) + BOMB,
        {400, 413},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_any_shape_of_a_request_is_answered_in_time(
    bot: Any, leaks: Path, shape: str
) -> None:
    sent, statuses = SHAPES[shape]
    # The table was signed when it was made, perhaps minutes ago.
    stamp = sent.partition(b"Timestamp: ")[2].partition(b"\r\n")[0]
    answer = await exchange(bot, renewed(sent) if stamp else sent)
    assert int(answer.split()[1]) in statuses, answer
    assert b"Traceback" not in answer
    assert (await bot.admin.command("/mailsettings", "help")).status == 200
    assert errors_in(leaks) == []


def renewed(sent: bytes) -> bytes:
    """Sign the request anew."""
    made = signed(COMMAND.decode(), SIGNING_SECRET, sign="good", now=time.time())
    for name, value in made.items():
        before, _, rest = sent.partition(f"{name}: ".encode())
        sent = before + f"{name}: {value}".encode() + b"\r\n" + rest.partition(b"\r\n")[2]
    return sent


async def test_one_request_hides_no_other(bot: Any) -> None:
    """Two servers that disagree on where a request ends let a second one through."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: bot\r\n\r\n"
    for lines in ([LENGTH, CHUNKED], [b"Content-Length: 0", LENGTH], [CHUNKED, CHUNKED]):
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.program.port)
        writer.write(head(*lines) + b"0\r\n\r\n" + hidden)
        async with asyncio.timeout(3):
            answered = await reader.read(-1)  # to the end: the connection is closed
        assert answered.count(b"HTTP/1.") == 1
        assert b"mailsettings_" not in answered
        writer.close()


async def test_who_is_slow_delays_nobody(bot: Any) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", bot.program.port) for _ in range(50)]
    for number, (_, writer) in enumerate(slow):
        writer.write(head(LENGTH)[: 20 if number % 2 else None])
    replies = [await bot.admin.command("/mailsettings", "help") for _ in range(5)]
    assert [each.status for each in replies] == [200] * 5
    assert max(each.ack_ms for each in replies) < 1000
    for _, writer in slow:
        writer.transport.abort()
