"""Whole conversations with a real mail server (aiosmtpd)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest

from bot.smtp.message import Built, TestMessage
from bot.smtp.network import Network
from bot.smtp.policy import AddressPolicy
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.submission import submit
from bot.smtp.transcript import Outcome, Stage, Transcript

Run = Callable[..., Awaitable[Transcript]]
Start = Callable[..., Any]

STARTTLS_STAGES = list(Stage)
ANONYMOUS_STAGES = [each for each in Stage if each is not Stage.AUTHENTICATION]
IMPLICIT_STAGES = [
    *[Stage.SETTINGS, Stage.LOOKUP, Stage.CONNECTION, Stage.TLS, Stage.GREETING, Stage.EHLO],
    *[Stage.AUTHENTICATION, Stage.SENDER, Stage.RECIPIENT, Stage.MESSAGE, Stage.ACCEPTED],
]


def stages(transcript: Transcript) -> list[Stage]:
    return [each.stage for each in transcript.steps]


async def test_a_message_is_accepted_over_starttls(
    mail_server: Start, run: Run, message: Built
) -> None:
    server = mail_server()
    transcript = await run(server.port)
    assert transcript.failure is None
    assert transcript.outcome is Outcome.ACCEPTED
    assert stages(transcript) == STARTTLS_STAGES
    assert all(each.ok and each.milliseconds >= 0 and each.line for each in transcript.steps)
    assert transcript.mechanism == "PLAIN"
    assert transcript.queue_id == "4F1234567"
    assert transcript.reply is not None
    assert (transcript.reply.code, transcript.reply.enhanced) == (250, "2.0.0")
    assert transcript.address == "127.0.0.1"
    assert transcript.greeting.startswith("mail.example.com")
    assert "AUTH LOGIN PLAIN" in transcript.capabilities
    assert transcript.message_id == message.message_id
    assert transcript.tls is not None
    assert transcript.tls.verified
    assert transcript.tls.chain[0].names == ("mail.example.com",)
    server.wait_for(lambda each: "QUIT" in each.commands)
    assert server.commands[0] == "EHLO example.com"
    (envelope,) = server.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == ("team@example.com", ["bob@example.com"])
    arrived = message_from_bytes(envelope.content, policy=policy.default)
    assert arrived["Subject"] == "Test message from Example: code 4821"
    assert envelope.content == message.content


async def test_a_message_is_accepted_over_implicit_tls(mail_server: Start, run: Run) -> None:
    server = mail_server(mode=TLSMode.IMPLICIT)
    transcript = await run(server.port, tls_mode=TLSMode.IMPLICIT)
    assert transcript.outcome is Outcome.ACCEPTED
    assert stages(transcript) == IMPLICIT_STAGES
    assert len(server.messages) == 1


async def test_an_anonymous_message_in_clear_is_accepted(mail_server: Start, run: Run) -> None:
    server = mail_server(mode=TLSMode.NONE, credentials=None)
    transcript = await run(server.port, tls_mode=TLSMode.NONE, username=None, password=None)
    assert transcript.outcome is Outcome.ACCEPTED
    assert stages(transcript) == [each for each in ANONYMOUS_STAGES if each is not Stage.TLS]
    assert transcript.mechanism is None
    assert transcript.tls is None


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
async def test_each_mechanism_logs_in_with_a_password_that_is_not_ascii(
    mail_server: Start, run: Run, mechanism: str
) -> None:
    server = mail_server(mechanisms=(mechanism,))
    transcript = await run(server.port)
    assert transcript.outcome is Outcome.ACCEPTED
    assert transcript.mechanism == mechanism
    assert server.logins == [mechanism]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
async def test_a_wrong_password_is_exactly_one_failed_login(
    mail_server: Start, run: Run, mechanism: str
) -> None:
    others = {"PLAIN", "LOGIN", "CRAM-MD5"} if mechanism == "PLAIN" else {mechanism}
    server = mail_server(mechanisms=tuple(others))
    transcript = await run(server.port, password="wrong")
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.AUTHENTICATION
    assert transcript.failure.cause == "reply"
    assert transcript.failure.reply is not None
    assert transcript.failure.reply.code == 535
    assert transcript.steps[-1].ok is False
    server.wait_for(lambda each: "QUIT" in each.commands)
    assert server.logins == [mechanism]
    assert not server.messages


async def test_no_send_goes_up_to_the_recipient_and_takes_it_back(
    mail_server: Start, run: Run
) -> None:
    for extensions in ((), ("PIPELINING",)):
        server = mail_server(extensions=extensions)
        transcript = await run(server.port, message=None)
        assert transcript.outcome is Outcome.ACCEPTED
        assert transcript.sent is False
        assert transcript.message_id is None
        assert stages(transcript)[-1] is Stage.RECIPIENT
        server.wait_for(lambda each: "QUIT" in each.commands)
        assert server.commands[-2:] == ["RSET", "QUIT"]
        assert not server.messages


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
@pytest.mark.parametrize(
    ("command", "stage"),
    [("MAIL", Stage.SENDER), ("RCPT", Stage.RECIPIENT), ("DATA", Stage.ACCEPTED)],
)
async def test_a_refusal_belongs_to_its_stage(
    mail_server: Start, run: Run, command: str, stage: Stage, extensions: tuple[str, ...]
) -> None:
    server = mail_server(reject={command: "550 5.7.1 No, never"}, extensions=extensions)
    transcript = await run(server.port)
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (stage, "reply")
    assert transcript.failure.reply is not None
    assert (transcript.failure.reply.code, transcript.failure.reply.enhanced) == (550, "5.7.1")
    assert transcript.failure.reply.text == "No, never"
    assert transcript.steps[-1].line == "550 5.7.1 No, never"
    assert stages(transcript)[-1] is stage
    assert not server.messages
    server.wait_for(lambda each: "QUIT" in each.commands)  # we leave as one does


async def test_pipelined_commands_keep_their_stages(mail_server: Start, run: Run) -> None:
    server = mail_server(extensions=("PIPELINING",))
    transcript = await run(server.port)
    assert stages(transcript) == STARTTLS_STAGES
    sent = [each.text.split(":")[0] for each in transcript.lines if each.sent]
    assert sent[-5:-2] == ["MAIL FROM", "RCPT TO", "DATA"]
    said = [each.sent for each in transcript.lines][-9:]
    assert said == [True, True, True, False, False, False, True, True, False]


async def test_the_helo_name_of_the_settings_is_used(mail_server: Start, run: Run) -> None:
    server = mail_server()
    await run(server.port, helo_name="bot.example.net", message=None)
    assert server.commands[0] == "EHLO bot.example.net"


async def test_a_name_that_is_not_in_the_certificate_is_refused_with_its_facts(
    mail_server: Start, run: Run
) -> None:
    for mode in (TLSMode.STARTTLS, TLSMode.IMPLICIT):
        server = mail_server(mode=mode)
        transcript = await run(server.port, host="wrong.example.com", tls_mode=mode)
        assert transcript.failure is not None
        assert transcript.failure.stage is Stage.TLS
        assert transcript.failure.cause == "cert-hostname-mismatch"
        assert transcript.tls is not None
        assert not transcript.tls.verified
        assert transcript.tls.chain[0].names == ("mail.example.com",)
        assert not server.logins


async def test_the_name_is_looked_up_once_and_still_verified(
    mail_server: Start, run: Run, network: Network
) -> None:
    """The connection goes to the address that was checked; TLS is about the name."""
    server = mail_server()
    transcript = await run(server.port)
    assert transcript.outcome is Outcome.ACCEPTED
    assert (transcript.host, transcript.address) == ("mail.example.com", "127.0.0.1")
    only_name = AddressPolicy(allowed_hosts=("mail.example.com",), allowed_ports=None)
    transcript = await run(server.port, network=replace(network, policy=only_name))
    assert transcript.outcome is Outcome.ACCEPTED


def international(recipient: str) -> Built:
    return TestMessage(
        workspace="Example",
        code="4821",
        asked_by="Ana",
        channel=None,
        server="mail.example.com:587",
        from_address="team@example.com",
        to=recipient,
        date=datetime(2026, 11, 23, tzinfo=UTC),
    ).build()


async def test_an_international_address_goes_where_smtputf8_is_offered(
    mail_server: Start, run: Run
) -> None:
    server = mail_server()
    address = "jürgen@example.com"
    transcript = await run(server.port, message=international(address), recipient=address)
    assert transcript.outcome is Outcome.ACCEPTED
    assert "SMTPUTF8" in next(each for each in server.commands if each.startswith("MAIL"))
    assert server.messages[0].rcpt_tos == [address]


@pytest.mark.parametrize(
    ("sender", "recipient", "stage"),
    [
        ("team@example.com", "jürgen@example.com", Stage.RECIPIENT),
        ("täam@example.com", "bob@example.com", Stage.SENDER),
        ("täam@example.com", "jürgen@example.com", Stage.SENDER),
    ],
)
async def test_an_international_address_is_told_where_smtputf8_is_missing(
    mail_server: Start, run: Run, sender: str, recipient: str, stage: Stage
) -> None:
    server = mail_server(smtputf8=False, extensions=("PIPELINING",))
    transcript = await run(server.port, message=None, sender=sender, recipient=recipient)
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (stage, "smtputf8-unsupported")
    server.wait_for(lambda each: "QUIT" in each.commands)
    assert not any(each.startswith("RCPT") for each in server.commands)


async def test_a_message_with_an_international_header_needs_smtputf8_as_well(
    mail_server: Start, run: Run
) -> None:
    server = mail_server(smtputf8=False)
    transcript = await run(server.port, message=international("jürgen@example.com"))
    assert transcript.failure is not None
    assert transcript.failure.cause == "smtputf8-unsupported"
    assert transcript.failure.stage is Stage.SENDER


async def test_nothing_is_sent_when_it_could_not_be_noted(mail_server: Start, run: Run) -> None:
    async def fail() -> None:
        raise RuntimeError("the disk is full")

    server = mail_server()
    transcript = await run(server.port, before_final_dot=fail)
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert transcript.failure.stage is Stage.MESSAGE
    assert transcript.failure.cause == "storage-unavailable"
    assert "disk" not in repr(transcript)
    assert not server.messages


async def test_the_note_is_made_before_the_message_goes(mail_server: Start, run: Run) -> None:
    server = mail_server()
    arrived_before: list[int] = []

    async def note() -> None:
        await asyncio.sleep(0)
        arrived_before.append(len(server.messages))

    transcript = await run(server.port, before_final_dot=note)
    assert transcript.outcome is Outcome.ACCEPTED
    assert arrived_before == [0]
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("changes", "cause", "variable"),
    [
        ({"port": 22}, "port-refused", "MAILSETTINGS_ALLOWED_PORTS"),
        ({"password": None}, "password-missing", ""),
        ({"tls_mode": TLSMode.NONE}, "plaintext-password-refused", ""),
        ({"port": 587}, "policy-refused", "MAILSETTINGS_ALLOWED_HOSTS"),
    ],
)
async def test_what_the_policy_forbids_is_not_tried(
    run: Run, network: Network, changes: dict[str, Any], cause: str, variable: str
) -> None:
    values = {"port": 25} | changes
    transcript = await run(network=replace(network, policy=AddressPolicy()), **values)
    assert transcript.outcome is Outcome.REFUSED
    assert transcript.failure is not None
    assert transcript.failure.cause == cause
    assert variable in transcript.failure.text
    assert transcript.address is None
    assert Stage.CONNECTION not in stages(transcript)


async def test_a_password_goes_in_clear_only_to_hosts_that_the_operator_names(
    polite: Any, run: Run, network: Network
) -> None:
    port, server = await polite()
    policy = AddressPolicy(
        allowed_hosts=("mail.example.com",),
        allowed_ports=None,
        allow_plaintext_auth=("mail.example.com",),
    )
    transcript = await run(
        port, tls_mode=TLSMode.NONE, network=replace(network, policy=policy), message=None
    )
    assert transcript.outcome is Outcome.ACCEPTED
    assert any(each.startswith("AUTH PLAIN") for each in server.received)


async def test_a_host_without_address_fails_at_the_lookup(run: Run, network: Network) -> None:
    deadlines = replace(network.deadlines, lookup=0.2)
    transcript = await run(
        25, host="nowhere.example.com", network=replace(network, deadlines=deadlines)
    )
    assert transcript.outcome is Outcome.FAILED
    assert transcript.failure is not None
    assert (transcript.failure.stage, transcript.failure.cause) == (Stage.LOOKUP, "dns-timeout")


async def test_what_is_no_address_is_the_callers_fault(network: Network, message: Built) -> None:
    server = MailServer(host="mail.example.com", port=25, tls_mode=TLSMode.NONE)
    with pytest.raises(ValueError, match="address"):
        await submit(
            server,
            message,
            sender="team@example.com> SIZE=1\r\nRCPT TO:<x@example.com",
            recipient="bob@example.com",
            network=network,
            watch=print,
        )


async def test_a_helo_name_of_two_lines_is_the_callers_fault(polite: Any, run: Run) -> None:
    port, server = await polite()
    with pytest.raises(ValueError, match="one line"):
        await run(port, helo_name="a.example.com\r\nRSET")
    assert not server.received
