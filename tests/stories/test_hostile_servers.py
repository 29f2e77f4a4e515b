"""Mail servers that fail, lie, hang or attack: the channel hears the stage, why, what to do."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from bot.smtp.settings import TLSMode

_LIVE = "<!channel> <@UOWNER> <https://evil.example/|mail.example.com> *bold* `code` &lt;"
_STEERING = "\u202egnip \u2066x\u2069 \x1b[31mred\x1b[0m \u200b"


async def outcome(bot: Any, containing: str = "failed at stage") -> Any:
    """Test, and return the message that the channel ends with."""
    await bot.admin.command("/mailtest", "bob@example.com")
    return await bot.slack.message("C1", containing=containing)


def explained(message: Any) -> str:
    """Return what the message says after its verdict; it must explain and advise."""
    shown = str(message.shown)
    assert "What it means" in shown
    assert "What to do" in shown
    assert "1. " in shown
    return shown


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        for octet in b"220-Please wait\r\n":
            writer.write(bytes([octet]))
            await asyncio.sleep(0.1)


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"250-and more\r\n" * 100)
        await writer.drain()


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


SAYINGS = [
    # what is said where, the stage that fails, what the explanation has
    ({"greeting": hang}, "Greeting", "did not answer in time"),
    ({"greeting": drip}, "Greeting", "did not answer in time"),
    ({"ehlo": hang}, "EHLO", "did not answer in time"),
    ({"mail": hang}, "Sender", "did not answer in time"),
    ({"rcpt": hang}, "Recipient", "did not answer in time"),
    ({"data": hang}, "Message", "did not answer in time"),
    ({"ehlo": endless}, "EHLO", "never ends its reply"),
    ({"greeting": b"220 " + b"x" * 200_000}, "Greeting", "never ends its reply"),
    ({"greeting": bytes(range(256)) * 40}, "Greeting", "is not a mail server"),
    ({"greeting": b"SSH-2.0-OpenSSH_9.2p1\r\n"}, "Greeting", "remote sign-in (SSH)"),
    ({"greeting": b"* OK [CAPABILITY IMAP4rev1] ready\r\n"}, "Greeting", "reading mail (IMAP)"),
    ({"greeting": b"+OK POP3 ready <1.2@pop.example>\r\n"}, "Greeting", "fetching mail (POP3)"),
    ({"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n<html>"}, "Greeting", "A web server answers"),
    ({"greeting": b""}, "Greeting", "closed the connection"),
    ({"ehlo": b""}, "EHLO", "closed the connection"),
    ({"mail": b""}, "Sender", "closed the connection"),
    ({"rcpt": b""}, "Recipient", "closed the connection"),
    ({"data": b""}, "Message", "closed the connection"),
    ({"greeting": b"554 5.3.2 no service here\r\n"}, "Greeting", "no service here"),
    ({"rcpt": b"421 4.3.2 shutting down\r\n"}, "Recipient", "421"),
    ({"ehlo": b"\xff\xfe\x00\x01\r\n"}, "EHLO", "isn't what a mail server says"),
    ({"mail": b"250-fine\r\n550 no\r\n"}, "Sender", "isn't what a mail server says"),
    (
        {"mail": b"553 5.7.1 Sender address rejected: not owned by user\r\n"},
        "Sender",
        "may not send as",
    ),
    ({"mail": b"530 5.7.0 Authentication required\r\n"}, "Sender", "wants us to sign in"),
    ({"rcpt": b"550 5.1.1 <bob@example.com>: User unknown\r\n"}, "Recipient", "no mailbox of that"),
    ({"rcpt": b"550 5.7.1 Relaying denied\r\n"}, "Recipient", "does not pass on mail"),
    ({"rcpt": b"451 4.7.1 Greylisted, try again later\r\n"}, "Recipient", "(greylisting)"),
    ({"dot": b"554 5.7.1 Message looks like spam\r\n"}, "Acceptance", "554"),
]


@pytest.mark.parametrize(
    ("told", "stage", "words"), SAYINGS, ids=[f"{each[1]}: {each[2]}" for each in SAYINGS]
)
async def test_whatever_a_server_does_the_channel_hears_the_stage_and_why(
    bot: Any, saying: Any, configure: Any, told: dict[str, Any], stage: str, words: str
) -> None:
    port, script = await saying(**told)
    configure(bot.parts.vault, port)
    message = await outcome(bot, f"failed at stage {stage}")
    assert words in explained(message)
    assert "No mail was sent" in message.shown
    assert f"mail.example.com:{port}" in message.shown
    # Where the settings are not at fault, nothing leads to them.
    fixable = [] if words in {"no mailbox of that", "(greylisting)"} else ["Fix settings"]
    assert message.buttons == [*fixable, "Test again", "Details"]
    assert len([each for each in bot.slack.messages("C1") if "Test message" in each.shown]) == 1
    # A silent server is asked once more whether it waits for TLS; no other is troubled twice.
    assert script.connections == (2 if told == {"greeting": hang} else 1)


@pytest.mark.both_doors
async def test_while_one_server_hangs_nobody_else_notices(
    bot: Any, saying: Any, mail_server: Any, configure: Any
) -> None:
    silent, script = await saying(greeting=hang)
    configure(bot.parts.vault, silent)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="Test message to")
    await bot.open_settings(bot.owner)
    healthy = mail_server(mode=TLSMode.NONE, credentials=None)
    configure(bot.parts.vault, healthy.port)
    await bot.owner.command("/mailtest", "eve@example.com")
    await bot.slack.message("C1", containing="accepted the message for eve@example.com")
    hanging = [each for each in bot.slack.messages("C1") if "to bob@example.com" in each.shown]
    assert "failed" not in hanging[-1].shown
    assert script.connections == 1
    await bot.slack.message("C1", containing="failed at stage Greeting")


async def test_a_reply_lost_after_the_final_dot_is_unknown_and_not_repeated(
    bot: Any, saying: Any, configure: Any
) -> None:
    port, script = await saying(dot=b"")
    configure(bot.parts.vault, port)
    message = await outcome(bot, "Unknown")
    assert "may have accepted the message" in message.shown
    assert "look for code" in message.shown
    assert "No mail was sent" not in message.shown
    assert "failed at stage" not in message.shown
    assert message.buttons == ["It arrived", "It did not arrive", "Test again", "Details"]
    assert (len(script.messages), script.connections) == (1, 1)


@pytest.mark.parametrize(
    ("mode", "protocol", "words"),
    [
        (TLSMode.STARTTLS, TLSMode.IMPLICIT, "does not start with encryption"),
        (TLSMode.IMPLICIT, TLSMode.STARTTLS, "wants encryption from the first byte"),
        (TLSMode.IMPLICIT, TLSMode.NONE, "wants encryption from the first byte"),
        (TLSMode.NONE, TLSMode.STARTTLS, "offers no encryption"),
    ],
)
async def test_tls_on_the_wrong_port_and_missing_starttls_are_named(
    bot: Any, mail_server: Any, configure: Any, mode: TLSMode, protocol: TLSMode, words: str
) -> None:
    server = mail_server(mode=mode, credentials=None)
    configure(bot.parts.vault, server.port, tls_mode=protocol)
    assert words in explained(await outcome(bot))
    assert server.messages == []


@pytest.fixture
def certificates(authority: trustme.CA) -> dict[str, ssl.SSLContext]:
    """Certificates that must not be believed, by what is wrong with them."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    issued = {
        "has expired": authority.issue_cert("mail.example.com", not_after=yesterday),
        "for other names than": authority.issue_cert("elsewhere.example.com"),
        "can't be traced to an authority": trustme.CA().issue_cert("mail.example.com"),
    }
    contexts = {}
    for words, certificate in issued.items():
        contexts[words] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(contexts[words])
    return contexts


@pytest.mark.parametrize("mode", [TLSMode.STARTTLS, TLSMode.IMPLICIT])
@pytest.mark.parametrize(
    "words", ["has expired", "for other names than", "can't be traced to an authority"]
)
async def test_a_certificate_that_proves_nothing_ends_the_test_before_any_login(
    bot: Any, mail_server: Any, certificates: Any, mode: TLSMode, words: str
) -> None:
    server = mail_server(mode=mode, context=certificates[words])
    modal = await bot.open_settings()
    if mode is TLSMode.IMPLICIT:
        await modal.choose("Mail protocol", "SMTPS (TLS from the start)")
        await modal.changed()
    await bot.fill(modal, port=server.port)
    await bot.save(modal)
    message = await outcome(bot, "failed at stage TLS")
    assert words in explained(message)
    assert (server.logins, server.messages) == ([], [])
    await bot.admin.press_message(message, "Details")
    details = await bot.admin.modal()
    await details.shows("not verified, so nothing was sent")


async def test_what_is_slipped_in_before_tls_is_refused(
    bot: Any, saying: Any, configure: Any
) -> None:
    port, script = await saying(
        ehlo=b"250-mail.example.com\r\n250 STARTTLS\r\n",
        starttls=b"220 go ahead\r\n250 2.7.0 you are logged in\r\n",
    )
    configure(bot.parts.vault, port, tls_mode=TLSMode.STARTTLS)
    message = await outcome(bot, "failed at stage TLS")
    assert "slipped into the connection" in explained(message)
    assert script.messages == []


async def test_a_connection_that_ends_within_the_handshake_is_named(
    bot: Any, saying: Any, configure: Any
) -> None:
    port, _script = await saying(greeting=b"")
    configure(bot.parts.vault, port, tls_mode=TLSMode.IMPLICIT)
    message = await outcome(bot, "failed at stage TLS")
    assert "while encryption was being set up" in explained(message)


@pytest.mark.parametrize("point", ["greeting", "mail", "dot"])
async def test_nothing_that_a_server_says_is_live_in_slack(
    bot: Any, saying: Any, configure: Any, point: str
) -> None:
    port, _script = await saying(**{point: f"550 5.7.1 {_LIVE} {_STEERING}\r\n".encode()})
    configure(bot.parts.vault, port)
    message = await outcome(bot)
    assert "<!channel>" in message.shown  # to the letter, as the server said it
    assert "*bold* `code`" in message.shown
    assert_nothing_live(message.blocks, message.text)
    await bot.admin.press_message(message, "Details")
    details = await bot.admin.modal()
    await details.shows("<!channel>")
    assert_nothing_live(details.blocks, "")


async def test_a_queue_id_is_not_live_either(bot: Any, saying: Any, configure: Any) -> None:
    port, _script = await saying(dot=b"250 2.0.0 Ok: queued as <!channel>*bold*\r\n")
    configure(bot.parts.vault, port)
    message = await outcome(bot, "accepted the message")
    assert_nothing_live(message.blocks, message.text)


def assert_nothing_live(blocks: Any, text: str) -> None:
    """Fail where Slack would make something of a server's words."""
    marked = [text, *(each["text"] for each in parts(blocks) if each.get("type") == "mrkdwn")]
    for each in marked:
        for attack in ("<!", "<@UOWNER", "<https", "*bold*", "`code`"):
            assert attack not in each
    asked_by = {"type": "user", "user_id": "UADMIN"}
    kinds = {"link", "user", "channel", "broadcast"}
    assert all(each == asked_by for each in parts(blocks) if each.get("type") in kinds)
    everything = repr([each.get("text") for each in parts(blocks)])
    for attack in ("\\u202e", "\\u2066", "\\u200b", "\\x1b"):
        assert attack not in everything


def parts(body: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within the JSON *body*."""
    if isinstance(body, dict):
        yield body
        for value in body.values():
            yield from parts(value)
    elif isinstance(body, list):
        for value in body:
            yield from parts(value)
