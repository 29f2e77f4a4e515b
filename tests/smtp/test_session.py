"""Conversations with servers that misbehave: each state, each kind, over a real socket."""

import asyncio
import base64
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.smtp.message import Built
from bot.smtp.network import Deadlines, Network
from bot.smtp.session import _protection
from bot.smtp.settings import TLSMode
from bot.smtp.transcript import Outcome, Stage, TLSFacts, Transcript

Run = Callable[..., Awaitable[Transcript]]

STATES = {
    "greeting": Stage.GREETING,
    "ehlo": Stage.EHLO,
    "starttls": Stage.TLS,
    "ehlo-tls": Stage.TLS,
    "auth": Stage.AUTHENTICATION,
    "mail": Stage.SENDER,
    "rcpt": Stage.RECIPIENT,
    "data": Stage.MESSAGE,
    "dot": Stage.ACCEPTED,
}
SHORT = Deadlines(lookup=5, connection=5, stage=2.5, final=2.5, total=60, aside=0.3)
VERY_SHORT = replace(SHORT, stage=0.4, final=0.4, aside=0.1)


async def close(_reader: Any, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(_reader: Any, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang(_reader: Any, _writer: Any) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("state", STATES)
async def test_a_code_of_another_kind_is_no_yes(polite: Any, run: Run, state: str) -> None:
    said = b"250 fine" if state == "data" else b"354 go on"
    port, _server = await polite(misbehave={state: said})
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.stage is STATES[state]
    assert transcript.failure.cause == ("reply-lost" if state == "dot" else "reply-malformed")


@pytest.mark.parametrize("said", [b"250 hello", b"221 bye", b"200 news", b"354 go on"])
@pytest.mark.parametrize("mode", list(TLSMode))
async def test_only_220_greets(
    polite: Any, run: Run, server_tls: ssl.SSLContext, said: bytes, mode: TLSMode
) -> None:
    implicit = server_tls if mode is TLSMode.IMPLICIT else None
    port, server = await polite(misbehave={"greeting": said}, implicit=implicit)
    transcript = await run(port, tls_mode=mode, username=None, password=None)
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.GREETING
    assert transcript.failure.cause == "reply-malformed"
    assert transcript.failure.reply is not None
    assert transcript.failure.reply.code == int(said[:3])
    assert not [each for each in server.received if each != "QUIT"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
async def test_only_235_says_that_we_are_logged_in(polite: Any, run: Run, mechanism: str) -> None:
    port, server = await polite(
        extensions=("STARTTLS", f"AUTH {mechanism}"),
        challenges=(b"", b"") if mechanism == "LOGIN" else (),
        misbehave={"challenge": b"250 fine", "auth": b"250 fine"},
    )
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.AUTHENTICATION
    assert transcript.failure.cause == "reply-malformed"
    assert not server.body


@pytest.mark.parametrize("state", STATES)
async def test_a_reply_of_two_codes_is_never_shown_as_one(
    polite: Any, run: Run, state: str
) -> None:
    port, _server = await polite(misbehave={state: b"550-first\r\n554 second"})
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.reply is None
    assert transcript.failure.stage is STATES[state]
    assert not any("first" in each.text or "second" in each.text for each in transcript.lines)


@pytest.mark.parametrize("state", [each for each in STATES if each not in {"starttls", "dot"}])
async def test_an_answer_before_the_question_is_not_taken(
    polite: Any, run: Run, state: str
) -> None:
    usual = {"greeting": b"220 hello", "data": b"354 go on", "auth": b"235 welcome"}
    usual |= dict.fromkeys(("ehlo", "ehlo-tls"), b"250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN")
    said = usual.get(state, b"250 fine")
    port, server = await polite(
        misbehave={state: said + b"\r\n250 2.0.0 Ok: queued as 4F1234567"}, extensions=()
    )
    server.extensions = ("STARTTLS", "AUTH PLAIN")
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.cause == "reply-malformed"
    assert "before" in transcript.failure.text
    assert transcript.outcome is Outcome.FAILED
    assert not server.body


async def test_421_is_read_before_the_connection_counts_as_lost(polite: Any, run: Run) -> None:
    """The server says why it leaves while we are still about to send."""
    for state, usual in {"greeting": b"220 hi", "ehlo": b"250 hi", "mail": b"250 fine"}.items():
        port, _server = await polite(
            misbehave={state: usual + b"\r\n421 4.3.2 going down"}, extensions=()
        )
        transcript = await run(port, tls_mode=TLSMode.NONE, username=None, password=None)
        assert transcript.failure is not None
        assert transcript.failure.cause == "reply"
        assert transcript.failure.reply is not None
        assert transcript.failure.reply.code == 421
        assert transcript.failure.reply.text == "going down"


async def test_an_early_half_reply_is_not_waited_for(polite: Any, run: Run) -> None:
    async def greet(_reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n250 ha")

    port, _server = await polite(misbehave={"greeting": greet})
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.cause == "reply-malformed"


@pytest.mark.parametrize(
    ("greeting", "cause"),
    [
        (b"* OK IMAP4rev1 secret-imap.internal ready\r\n", "not-smtp-imap"),
        (b"+OK POP3 ready\r\n", "not-smtp-pop"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "not-smtp-ssh"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-smtp-http"),
        (b"<html>", "not-smtp-http"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "plain-on-tls-port"),
        (b"J\x00\x00\x00\x0a8.0.35", "not-smtp"),
        (bytes(range(128, 256)), "not-smtp"),
    ],
)
@pytest.mark.parametrize("mode", list(TLSMode))
async def test_another_service_is_named_and_not_quoted(
    scripted: Any, run: Run, greeting: bytes, cause: str, mode: TLSMode
) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        await reader.read(-1)

    port = await scripted(greet)
    transcript = await run(port, tls_mode=mode, username=None, password=None)
    assert transcript.failure is not None
    if mode is TLSMode.IMPLICIT:
        # An alert of TLS in the place of a handshake is just that.
        assert transcript.failure.stage is Stage.TLS
        cause = "server-tls-broken" if cause == "plain-on-tls-port" else cause
    else:
        assert transcript.failure.stage is Stage.GREETING
    assert transcript.failure.cause == cause
    assert "internal" not in repr(transcript)


async def test_a_hello_that_is_not_understood_is_said_in_the_old_way(polite: Any, run: Run) -> None:
    for code in (b"500", b"502", b"504"):
        port, server = await polite(misbehave={"ehlo": code + b" what?"})
        transcript = await run(port, tls_mode=TLSMode.NONE, username=None, password=None)
        assert transcript.failure is not None  # this server refuses HELO as well
        assert transcript.failure.stage is Stage.EHLO
        await server.ended.wait()
        assert [each.split()[0] for each in server.received] == ["EHLO", "HELO", "QUIT"]


async def test_a_server_of_old_is_served_without_extensions(scripted: Any, run: Run) -> None:
    received: list[bytes] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 old\r\n")
        while line := await reader.readline():
            received.append(line.split()[0])
            writer.write(b"500 what?\r\n" if line.startswith(b"EHLO") else b"250 fine\r\n")

    port = await scripted(converse)
    transcript = await run(port, tls_mode=TLSMode.NONE, username=None, password=None, message=None)
    assert transcript.outcome is Outcome.ACCEPTED
    assert transcript.capabilities == ()
    assert received[:5] == [b"EHLO", b"HELO", b"MAIL", b"RCPT", b"RSET"]


async def test_a_refused_hello_is_not_said_again(polite: Any, run: Run) -> None:
    port, server = await polite(misbehave={"ehlo": b"421 4.7.0 who are you"})
    transcript = await run(port)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.EHLO, "reply")
    await server.ended.wait()
    assert [each.split()[0] for each in server.received] == ["EHLO", "QUIT"]


@pytest.mark.parametrize(
    ("extensions", "cause"),
    [
        (("STARTTLS",), "auth-not-offered"),
        (("STARTTLS", "AUTH"), "auth-not-offered"),
        (("STARTTLS", "AUTH GSSAPI NTLM"), "auth-mech-not-offered"),
    ],
)
async def test_without_a_way_to_log_in_nothing_is_tried(
    polite: Any, run: Run, extensions: tuple[str, ...], cause: str
) -> None:
    port, server = await polite(extensions=extensions)
    transcript = await run(port)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.AUTHENTICATION, cause)
    assert not any(each.startswith("AUTH") for each in server.received)


async def test_a_long_password_goes_after_the_command(polite: Any, run: Run) -> None:
    port, server = await polite(challenges=(b"",))
    transcript = await run(port, password="x" * 600, message=None)
    assert transcript.outcome is Outcome.ACCEPTED
    assert "AUTH PLAIN" in server.received
    assert "x" * 20 not in repr(transcript)


async def test_a_login_may_end_before_all_was_said(polite: Any, run: Run) -> None:
    port, server = await polite(
        extensions=("STARTTLS", "AUTH LOGIN"), misbehave={"auth": b"454 4.7.0 not now"}
    )
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.reply is not None
    assert transcript.failure.reply.code == 454
    await server.ended.wait()
    assert server.received[-1] == "QUIT"


async def test_a_server_that_waits_for_a_message_after_a_refusal_gets_none(
    polite: Any, run: Run
) -> None:
    # PIPELINING: DATA was on its way, and a QUIT would be read as mail (RFC 2920 3.1).
    port, server = await polite(misbehave={"rcpt": b"550 5.1.1 nobody"})
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.reply is not None
    assert transcript.failure.reply.text == "nobody"
    assert transcript.lines[-1].text == "354 go on"
    await server.ended.wait()
    assert server.received[-1] == "DATA"


async def test_what_a_server_still_owes_after_a_refusal_is_not_waited_for_long(
    polite: Any, run: Run, network: Network
) -> None:
    port, _server = await polite(misbehave={"rcpt": b"550 5.1.1 nobody", "data": hang})
    deadlines = replace(network.deadlines, aside=0.1)
    transcript = await run(port, network=replace(network, deadlines=deadlines))
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.RECIPIENT, "reply")
    assert transcript.milliseconds < 2000


@pytest.mark.parametrize(
    ("mechanism", "challenges"),
    [("CRAM-MD5", (b"no base64 !",)), ("PLAIN", (b"", b"more")), ("LOGIN", (b"", b"", b"more"))],
)
async def test_a_login_that_asks_for_more_is_left_and_never_answered_with_quit(
    polite: Any, run: Run, mechanism: str, challenges: tuple[bytes, ...]
) -> None:
    port, server = await polite(extensions=("STARTTLS", f"AUTH {mechanism}"), challenges=challenges)
    transcript = await run(port)
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.AUTHENTICATION
    assert transcript.failure.cause == "reply-malformed"
    await server.ended.wait()
    assert "QUIT" not in server.received
    hidden = [each.text for each in transcript.lines if each.text.startswith("334")]
    assert set(hidden) == {"334 ***"}


async def test_credentials_that_a_server_echoes_are_taken_out(
    polite: Any, run: Run, login: tuple[str, str]
) -> None:
    username, password = login
    blob = base64.b64encode(f"\0{username}\0{password}".encode())
    said = (
        b"535-5.7.8 no "
        + blob
        + b"\r\n535 5.7.8 "
        + password.encode()
        + b" of "
        + username.encode()
    )
    port, _server = await polite(misbehave={"auth": said})
    transcript = await run(port)  # looks for every form in all of the transcript
    assert transcript.failure is not None
    assert transcript.failure.reply is not None
    assert transcript.failure.reply.text == "no ***\n*** of ***"


async def test_rset_may_fail_since_nothing_was_sent(
    polite: Any, run: Run, network: Network
) -> None:
    network = replace(network, deadlines=SHORT)
    for said in (hang, close, b"500 what?"):
        port, _server = await polite(misbehave={"rset": said})
        transcript = await run(port, message=None, network=network)
        assert transcript.outcome is Outcome.ACCEPTED


async def test_silence_of_a_port_that_wants_tls_is_understood(
    scripted: Any, run: Run, network: Network, server_tls: ssl.SSLContext
) -> None:
    port = await scripted(hang, ssl=server_tls)
    deadlines = replace(SHORT, aside=2)
    for mode in (TLSMode.STARTTLS, TLSMode.NONE):
        transcript = await run(
            port,
            tls_mode=mode,
            username=None,
            password=None,
            network=replace(network, deadlines=deadlines),
        )
        assert transcript.failure is not None
        assert transcript.failure.stage is Stage.GREETING
        assert transcript.failure.cause == "plain-on-tls-port"


async def test_silence_of_a_server_that_leaves_is_a_timeout(
    scripted: Any, run: Run, network: Network
) -> None:
    """It took one connection and no other, so it can't be asked whether it wants TLS."""

    async def hang_once(_reader: Any, _writer: Any) -> None:
        for each in listening:
            each.close()
        await hang(_reader, _writer)

    listening: list[Any] = []
    port = await scripted(hang_once, servers=listening)
    deadlines = replace(SHORT, stage=2, aside=1.5)
    transcript = await run(port, network=replace(network, deadlines=deadlines))
    assert transcript.failure is not None
    assert transcript.failure.cause == "stage-timeout"


async def test_all_of_it_has_an_end(polite: Any, run: Run, network: Network) -> None:
    port, _server = await polite(misbehave={"greeting": hang})
    deadlines = replace(SHORT, stage=20, total=0.5)
    transcript = await run(port, network=replace(network, deadlines=deadlines))
    assert transcript.failure is not None
    assert transcript.failure.cause == "total-timeout"


async def test_after_the_final_dot_the_end_of_time_means_unknown(
    polite: Any, run: Run, network: Network
) -> None:
    port, server = await polite(misbehave={"dot": hang})
    transcript = await run(port, network=replace(network, deadlines=replace(SHORT, final=0.3)))
    assert transcript.outcome is Outcome.UNKNOWN
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.ACCEPTED, "reply-lost")
    assert server.body.endswith(b"\r\n.\r\n")
    assert "QUIT" not in server.received


@pytest.mark.parametrize(("leave", "stage"), [(reset, Stage.MESSAGE), (close, Stage.ACCEPTED)])
@pytest.mark.parametrize(
    ("last_words", "cause"),
    [
        (b"", "server-closed"),
        (b"250 taken, honestly\r\n", "server-closed"),
        (b"421 4.3.2 going down\r\n", "reply"),
    ],
)
async def test_a_server_that_leaves_before_the_final_dot_has_not_taken_the_message(
    *, polite: Any, run: Run, leave: Any, stage: Stage, last_words: bytes, cause: str
) -> None:
    left = asyncio.Event()

    async def allow_and_leave(reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await told.wait()
        writer.write(last_words)
        await leave(reader, writer)
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn
        left.set()

    async def let_it_leave() -> None:
        told.set()
        await left.wait()

    told = asyncio.Event()
    port, _server = await polite(misbehave={"data": allow_and_leave}, extensions=())
    transcript = await run(
        port,
        tls_mode=TLSMode.NONE,
        username=None,
        password=None,
        before_final_dot=let_it_leave,
    )
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert transcript.failure.stage is stage
    assert transcript.failure.cause == cause


async def test_a_cancelled_conversation_closes_its_connection(polite: Any, run: Run) -> None:
    reached, closed = asyncio.Event(), asyncio.Event()

    async def wait(reader: asyncio.StreamReader, _writer: Any) -> None:
        reached.set()
        await reader.read(-1)
        closed.set()

    port, _server = await polite(misbehave={"mail": wait})
    task = asyncio.create_task(run(port))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await closed.wait()


async def test_a_line_that_begins_with_a_dot_arrives_whole(
    polite: Any, run: Run, message: Built
) -> None:
    port, server = await polite()
    content = message.content + b".\r\n..two\r\n"
    transcript = await run(port, message=replace(message, content=content))
    assert transcript.outcome is Outcome.ACCEPTED
    assert server.body == message.content + b"..\r\n...two\r\n.\r\n"


async def test_hundreds_of_hanging_servers_delay_nobody(
    scripted: Any, polite: Any, run: Run
) -> None:
    arrived = asyncio.Semaphore(0)

    async def never_greet(_reader: Any, _writer: Any) -> None:
        arrived.release()
        await hang(_reader, _writer)

    silent = await scripted(never_greet, backlog=256)
    hanging = [asyncio.create_task(run(silent)) for _ in range(200)]
    for _ in hanging:
        await arrived.acquire()
    port, _server = await polite()
    transcript = await run(port)
    assert transcript.outcome is Outcome.ACCEPTED
    assert not any(each.done() for each in hanging)
    for each in hanging:
        each.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


@settings(
    max_examples=settings.default.max_examples * 2 // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(state=st.sampled_from(sorted(STATES)), said=st.binary(max_size=600), ends=st.booleans())
async def test_any_bytes_as_any_reply_are_a_value(
    polite: Any, run: Run, network: Network, state: str, said: bytes, ends: bool
) -> None:
    async def say(_reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(said + (b"\r\n" if ends else b""))
        writer.close()

    port, _server = await polite(misbehave={state: say})
    transcript = await run(port, network=replace(network, deadlines=VERY_SHORT))
    assert transcript.outcome in {Outcome.FAILED, Outcome.UNKNOWN, Outcome.ACCEPTED}
    assert (transcript.failure is None) is (transcript.outcome is Outcome.ACCEPTED)


@settings(
    max_examples=settings.default.max_examples * 2 // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    around=st.tuples(st.binary(max_size=30), st.binary(max_size=30)),
    state=st.sampled_from(["auth", "mail", "rcpt", "data", "dot"]),
    code=st.sampled_from([b"250 ", b"535 ", b"421-", b"334 "]),
    form=st.sampled_from(["plain", "base64", "blob"]),
)
async def test_no_reply_can_carry_a_password_into_the_transcript(
    *,
    polite: Any,
    run: Run,
    network: Network,
    login: tuple[str, str],
    around: tuple[bytes, bytes],
    state: str,
    code: bytes,
    form: str,
) -> None:
    username, password = login
    echoed = {
        "plain": password.encode(),
        "base64": base64.b64encode(password.encode()),
        "blob": base64.b64encode(f"\0{username}\0{password}".encode()),
    }[form]
    said = code + around[0].replace(b"\n", b"") + echoed + around[1]
    port, _server = await polite(misbehave={state: said})
    await run(port, network=replace(network, deadlines=VERY_SHORT))  # it looks for all their forms


def test_a_valid_certificate_that_only_openssl_can_read_has_a_line_as_well() -> None:
    facts = TLSFacts(version="TLSv1.3", cipher=None, chain=(), verified=True)
    assert "valid" in _protection(facts)
