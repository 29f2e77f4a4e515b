"""What real mail servers refuse: our stage, code and cause, and what swaks says of the same."""

import pytest

from bot.smtp.transcript import Outcome
from tests.servers.choice import but, each_of, only
from tests.servers.faults import FAULTS, SAID
from tests.servers.real_server import LARGEST, Door, RealServer
from tests.servers.sending import Sender, Sent
from tests.servers.swaks import options_for, swaks

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("swaks_is_here")]

_CASES = [
    pytest.param(*server.values, fault, marks=server.marks)
    for fault, said in SAID.items()
    for server in each_of(said)
]

_LARGE = ("--body", "and so on\n" * (LARGEST // 5))


@pytest.mark.parametrize(("server", "fault"), _CASES, indirect=["server"])
async def test_our_stage_and_code_are_those_of_swaks(
    server: RealServer, send: Sender, fault: str
) -> None:
    asked = FAULTS[fault]
    sent = await send(asked.door, **asked.ours)
    assert sent.transcript.outcome is Outcome.FAILED
    assert sent.found == SAID[fault][server.name], sent.transcript.failure
    options = options_for(asked.door, server.ports[asked.door], login=asked.login)
    theirs = await swaks(*options, *asked.theirs)
    assert (theirs.stage, theirs.code) == sent.found[:2], theirs.transcript


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT, Door.OPEN])
async def test_swaks_is_let_in_where_we_are(server: RealServer, send: Sender, door: Door) -> None:
    ours = await send(door)
    theirs = await swaks(*options_for(door, server.ports[door]))
    assert ours.transcript.outcome is Outcome.ACCEPTED
    assert theirs.stage is None, theirs.transcript


@but("opensmtpd")
async def test_a_message_too_large_is_refused_before_it_is_sent(
    server: RealServer, send: Sender
) -> None:
    sent = await send.large(Door.STARTTLS, size=LARGEST)
    assert sent.found == ("sender", 552, "too-big"), sent.transcript.failure
    theirs = await swaks(*options_for(Door.STARTTLS, server.ports[Door.STARTTLS]), *_LARGE)
    # It doesn't say at MAIL FROM how much is to come.
    assert (theirs.stage, theirs.code) == ("accepted", 552), theirs.transcript


@only("opensmtpd")
async def test_a_message_too_large_is_refused_at_its_end_by_a_server_that_does_not_listen(
    server: RealServer, send: Sender
) -> None:
    sent = await send.large(Door.STARTTLS, size=2 * LARGEST)
    assert "SIZE" in _said(sent, "MAIL FROM")
    assert sent.found == ("accepted", 554, "too-big"), sent.transcript.failure
    theirs = await swaks(*options_for(Door.STARTTLS, server.ports[Door.STARTTLS]), *_LARGE)
    assert (theirs.stage, theirs.code) == ("accepted", 554), theirs.transcript


async def test_a_message_just_small_enough_is_taken(send: Sender) -> None:
    sent = await send.large(Door.STARTTLS, size=LARGEST - 4000)
    assert sent.transcript.outcome is Outcome.ACCEPTED, sent.transcript.failure


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT])
async def test_a_wrong_password_is_one_failed_login_in_the_servers_log(
    server: RealServer, send: Sender, door: Door
) -> None:
    before = server.process.count(server.failed_login)
    sent = await send(door, password="wrong")
    assert sent.found[:2] == ("authentication", 535)
    (await send(door)).in_mailbox(server)  # all that came before is in the log too
    assert server.process.count(server.failed_login) == before + 1


async def test_that_is_so_with_a_password_too_long_for_one_line(
    server: RealServer, send: Sender
) -> None:
    before = server.process.count(server.failed_login)
    sent = await send(Door.STARTTLS, password="wrong" * 100)
    assert sent.found == ("authentication", 535, "bad-credentials")
    assert (await send(Door.STARTTLS)).in_mailbox(server)
    assert server.process.count(server.failed_login) == before + 1


@but("opensmtpd")
@pytest.mark.parametrize("door", [Door.LOGIN, Door.CRAM_MD5])
async def test_that_is_so_with_each_mechanism(server: RealServer, send: Sender, door: Door) -> None:
    before = server.process.count(server.failed_login)
    sent = await send(door, password="wrong")
    assert sent.transcript.mechanism == door.upper()
    assert sent.found == ("authentication", 535, "bad-credentials")
    (await send(door)).in_mailbox(server)
    assert server.process.count(server.failed_login) == before + 1


async def test_without_a_message_the_recipient_is_refused_all_the_same(
    send: Sender,
) -> None:
    with_message = await send(Door.STARTTLS, **FAULTS["unknown recipient"].ours)
    without = await send(Door.STARTTLS, send=False, **FAULTS["unknown recipient"].ours)
    assert without.found == with_message.found


@pytest.mark.parametrize("door", [Door.STARTTLS, Door.IMPLICIT, Door.OPEN])
@pytest.mark.parametrize("send_it", [True, False])
async def test_after_a_refusal_we_leave_as_one_does(
    server: RealServer, send: Sender, door: Door, send_it: bool
) -> None:
    complaint = r"lost connection|unexpected disconnection|non-properly|synchronization error"
    assert (await send(door)).in_mailbox(server)  # all that came before is in the log
    before = server.process.count(complaint)
    await send(door, send=send_it, **FAULTS["unknown recipient"].ours)
    assert (await send(door)).in_mailbox(server)
    assert server.process.count(complaint) == before, server.process.lines[-20:]


def _said(sent: Sent, verb: str) -> str:
    """Return our command that begins with *verb*."""
    return next(
        each.text for each in sent.transcript.lines if each.sent and each.text.startswith(verb)
    )
