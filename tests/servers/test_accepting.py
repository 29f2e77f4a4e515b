"""Real mail servers take our test message, and it lies in the mailbox as it was meant."""

import pytest

from bot.smtp.transcript import Outcome, Stage
from tests.servers.choice import but, only
from tests.servers.real_server import (
    ELSEWHERE,
    HOST,
    INTERNATIONAL,
    READER,
    USERNAME,
    Door,
    RealServer,
)
from tests.servers.sending import REPLY_TO, SENDER_NAME, Sender

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT, Door.OPEN])
async def test_a_message_lies_in_the_mailbox_as_it_was_meant(
    server: RealServer, send: Sender, door: Door
) -> None:
    sent = await send(door)
    message = sent.in_mailbox(server)
    assert message["From"].addresses[0].display_name == SENDER_NAME
    assert message["From"].addresses[0].addr_spec == USERNAME
    assert (message["Reply-To"], message["To"]) == (REPLY_TO, READER)
    assert message["Subject"] == f"Test message from Acme: code {sent.code}"
    assert message["Message-ID"] == sent.transcript.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo is not None
    assert message.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert f"Code: {sent.code}" in body.get_content()
        assert f"{HOST}:{server.ports[door]}" in body.get_content()


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT, Door.OPEN])
async def test_all_stages_pass_in_their_order(send: Sender, door: Door) -> None:
    transcript = (await send(door)).transcript
    opening = {
        Door.STARTTLS: [Stage.GREETING, Stage.EHLO, Stage.TLS, Stage.AUTHENTICATION],
        Door.IMPLICIT: [Stage.TLS, Stage.GREETING, Stage.EHLO, Stage.AUTHENTICATION],
        Door.OPEN: [Stage.GREETING, Stage.EHLO],
    }
    assert [each.stage for each in transcript.steps] == [
        *(Stage.SETTINGS, Stage.LOOKUP, Stage.CONNECTION),
        *opening[door],
        *(Stage.SENDER, Stage.RECIPIENT, Stage.MESSAGE, Stage.ACCEPTED),
    ]
    if door is Door.OPEN:
        assert transcript.tls is None
    else:
        assert transcript.tls is not None
        assert (transcript.tls.version, transcript.tls.verified) == ("TLSv1.3", True)
        assert transcript.mechanism == "PLAIN"


async def test_where_nothing_is_to_be_sent_nothing_arrives(
    server: RealServer, send: Sender
) -> None:
    assert (await send(Door.STARTTLS)).in_mailbox(server)
    before = len(server.messages)
    tried = await send(Door.STARTTLS, send=False)
    assert tried.transcript.outcome is Outcome.ACCEPTED
    assert tried.transcript.steps[-1].stage is Stage.RECIPIENT
    assert (await send(Door.STARTTLS)).in_mailbox(server)
    assert len(server.messages) == before + 1


@but("opensmtpd")
@pytest.mark.parametrize("door", [Door.LOGIN, Door.CRAM_MD5])
async def test_a_server_with_another_mechanism_alone_is_logged_in_with_it(
    send: Sender, door: Door
) -> None:
    transcript = (await send(door)).transcript
    assert transcript.outcome is Outcome.ACCEPTED, transcript.failure
    assert transcript.mechanism == door.upper()


async def test_a_workspace_with_a_long_name_in_other_letters_is_named_whole(
    server: RealServer, send: Sender
) -> None:
    name = "Ünïcode 🎉 " * 7 + "é"
    sent = await send(Door.STARTTLS, workspace=name)
    assert sent.in_mailbox(server)["Subject"] == f"Test message from {name}: code {sent.code}"


async def test_no_mail_leaves_this_machine_even_with_a_login(send: Sender) -> None:
    sent = await send(Door.STARTTLS, recipient=ELSEWHERE)
    assert sent.found[:2] == ("recipient", 550)


@but("opensmtpd")
async def test_a_recipient_with_letters_of_his_own_gets_his_mail(
    server: RealServer, send: Sender
) -> None:
    sent = await send(Door.STARTTLS, recipient=INTERNATIONAL)
    header = sent.in_mailbox(server)["To"]
    assert header.encode(errors="surrogateescape").decode() == INTERNATIONAL


@only("opensmtpd")
async def test_a_server_without_smtputf8_is_not_asked_to_take_such_a_recipient(
    send: Sender,
) -> None:
    sent = await send(Door.STARTTLS, recipient=INTERNATIONAL)
    assert sent.found == ("recipient", None, "smtputf8-unsupported")
    assert not any("RCPT" in each.text for each in sent.transcript.lines)
