"""The server accepted a message: whether it arrived, somebody who reads the inbox says."""

import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
import trustme
from sqlalchemy import text

from bot.slack.mailtest.admission import Limits
from bot.slack.pace import Pace
from bot.smtp.settings import TLSMode
from storage.database import writing
from storage.limits import Limit
from storage.runs import RunState


@pytest.fixture
def pace() -> Pace:
    """Due tests are looked for all the time."""
    return Pace(look_every=0.05, again_after=(0.01,) * 5, lease=1.0, beat_every=0.2)


@pytest.fixture
def limits() -> Limits:
    return Limits(confirmations=Limit(count=3, period=timedelta(minutes=1)))


@pytest.fixture
async def sent(bot: Any, healthy: Any) -> Any:  # noqa: ARG001  # the server takes it
    """A message of a test that the server accepted."""
    return await send(bot, "C1")


async def send(bot: Any, channel: str) -> Any:
    """Send a test message, and wait until the channel hears that it was accepted."""
    await bot.admin.command("/mailtest", "bob@example.com", channel=channel)
    return await bot.slack.message(channel, containing="accepted the message")


def pass_time(bot: Any, *, to: timedelta) -> None:
    """Set the clock forward, and PostgreSQL's, by which it is time there: all is due sooner."""
    span, bot.clock.ahead = to - bot.clock.ahead, to
    engine = bot.parts.vault.engine
    if engine.dialect.name == "postgresql":
        sooner = text("UPDATE runs SET due_at = due_at - :span")
        with writing(engine) as connection:
            connection.execute(sooner, {"span": span // timedelta(microseconds=1)})


def code_of(server: Any) -> str:
    """Read the code of the newest message in the inbox."""
    mail = message_from_bytes(server.messages[-1].content)
    return str(mail["Subject"].rpartition("code ")[2])


def state(bot: Any) -> RunState:
    states = (RunState.ACCEPTED, RunState.UNKNOWN, RunState.CONFIRMED)
    return bot.parts.vault.runs.newest("T1", states, count=1)[0].state


def deeds(bot: Any) -> list[tuple[str, str]]:
    entries = bot.parts.vault.audit.latest("T1", 10)
    return [(each.actor, each.action) for each in reversed(entries) if "test.e" not in each.action]


async def unchanged(bot: Any, message: Any) -> None:
    await bot.program._work.drain(seconds=10, grace=1)
    assert "accepted the message" in message.shown


@pytest.mark.both_doors
@pytest.mark.usefixtures("healthy")
async def test_a_member_says_that_it_arrived_and_everybody_sees_it(bot: Any) -> None:
    message = await send(bot, "C1")
    assert message.buttons == ["It arrived", "It did not arrive", "Test again", "Details"]
    bot.clock.ahead = timedelta(minutes=2)
    await bot.member.press_message(message, "It arrived")
    seen = await bot.slack.message("C1", containing="bob@example.com got the message")
    assert seen.ts == message.ts
    assert "@UMEMBER confirmed it, 2 minutes after the server accepted it" in seen.shown
    assert state(bot) is RunState.CONFIRMED
    assert deeds(bot) == [("UMEMBER", "test.confirmed")]
    await bot.admin.command("/mailsettings", "history")
    history = await bot.slack.message("C1", containing="Who changed what")
    assert "said that a test message arrived, 2 minutes after it was sent" in history.shown


async def test_the_last_word_counts(bot: Any, sent: Any) -> None:
    await bot.admin.press_message(sent, "It did not arrive")
    await bot.slack.message("C1", containing="did not get the message")
    for each in ("spam folder", "quarantine", "greylisting", "4F1234567", "send as", "stays open"):
        assert each in sent.shown
    assert sent.buttons[0] == "It arrived"
    assert state(bot) is RunState.ACCEPTED
    await bot.member.press_message(sent, "It arrived")
    await bot.slack.message("C1", containing="got the message: @UMEMBER")
    assert state(bot) is RunState.CONFIRMED
    assert sent.buttons[0] == "It did not arrive"
    assert deeds(bot) == [("UADMIN", "test.missed"), ("UMEMBER", "test.confirmed")]


@pytest.mark.usefixtures("sent")
async def test_a_code_that_was_read_in_the_inbox_confirms_the_test(bot: Any, healthy: Any) -> None:
    code = code_of(healthy)
    body = message_from_bytes(healthy.messages[0].content).as_string()
    assert "It arrived" in body
    await bot.member.command("/mailtest", f" Confirm code {code} ")
    answer = await bot.slack.message("C1", containing="Confirmed: bob@example.com got")
    assert answer.visible_to == "UMEMBER"
    await bot.slack.message("C1", containing="got the message: @UMEMBER confirmed it")
    await bot.admin.command("/mailtest", f"confirm {code}")
    answer = await bot.slack.message("C1", containing="said so before you")
    assert answer.visible_to == "UADMIN"
    assert deeds(bot) == [("UMEMBER", "test.confirmed")]


async def test_codes_are_not_guessed(bot: Any, healthy: Any, sent: Any) -> None:
    code = code_of(healthy)
    wrong = [f"{(int(code) + number) % 10_000:04}" for number in (1, 2, 3)]
    for each in wrong:
        await bot.member.command("/mailtest", f"confirm {each}")
        answer = await bot.slack.message("C1", containing=f"message with code {each}")
        assert answer.visible_to == "UMEMBER"
        assert "Look at the code again" in answer.shown
    await bot.member.command("/mailtest", f"confirm {code}")
    answer = await bot.slack.message("C1", containing="one code too many")
    assert "try again in" in answer.shown
    await unchanged(bot, sent)
    assert state(bot) is RunState.ACCEPTED
    assert deeds(bot) == []


@pytest.mark.parametrize("who", ["guest", "foreign", "gone", "bot"])
async def test_who_is_no_member_says_nothing(bot: Any, healthy: Any, sent: Any, who: str) -> None:
    bot.slack.add_user("UGONE", name="gone", deleted=True)
    bot.slack.add_user("UFOREIGN", name="foreign", team_id="T9", is_stranger=True)
    bot.slack.add_user("UROBOT", name="robot", is_bot=True)
    ids = {"guest": "UGUEST", "foreign": "UFOREIGN", "gone": "UGONE", "bot": "UROBOT"}
    person = bot.slack.person(ids[who])
    newest = bot.parts.vault.runs.newest("T1", (RunState.ACCEPTED,), count=1)
    for action_id in ("arrived", "not_arrived"):
        button = {"action_id": action_id, "value": newest[0].id}
        await person.forge_action(button, message=sent)
    if who == "guest":
        await person.command("/mailtest", f"confirm {code_of(healthy)}")
    await unchanged(bot, sent)
    assert deeds(bot) == []
    assert state(bot) is RunState.ACCEPTED
    refused = [each for each in bot.slack.messages("C1") if "can't say whether" in each.shown]
    # Who comes from another workspace is shut out by the first door already.
    assert {each.visible_to for each in refused} == ({person.id} - {"UFOREIGN"})


async def test_nobody_answers_and_after_ten_minutes_the_message_says_so_also_after_a_restart(
    bot: Any, sent: Any
) -> None:
    await unchanged(bot, sent)
    pass_time(bot, to=timedelta(minutes=9))
    await bot.restart()
    assert "accepted the message" in sent.shown
    await bot.program.stop()  # so that only the new one can notice
    pass_time(bot, to=timedelta(minutes=11))
    await bot.restart()
    await bot.slack.message("C1", containing="Accepted, not confirmed")
    assert "spam folder" in sent.shown
    assert "Give whoever runs mail.example.com the queue id 4F1234567" in sent.shown
    assert "stays open" in sent.shown
    await bot.member.press_message(sent, "It arrived")
    await bot.slack.message("C1", containing="confirmed it, 11 minutes after")


async def test_slack_in_trouble_when_it_is_time_is_waited_for(bot: Any, sent: Any) -> None:
    await unchanged(bot, sent)
    bot.slack.weather.fail("chat.update", 4, status="internal_error")
    pass_time(bot, to=timedelta(minutes=11))
    await bot.slack.message("C1", containing="Accepted, not confirmed")


async def test_what_the_bot_may_not_edit_is_rewritten_by_whoever_clicks(
    bot: Any, healthy: Any
) -> None:
    message = await send(bot, channel="C2")
    await bot.admin.command("/mailtest", f"confirm {code_of(healthy)}")
    answer = await bot.slack.message("C1", containing="Confirmed: bob@example.com")
    assert "may not rewrite the test's message" in answer.shown
    assert "accepted the message" in message.shown
    await bot.admin.press_message(message, "It arrived")
    seen = await bot.slack.message("C2", containing="got the message: @UADMIN")
    assert seen.ts == message.ts
    assert deeds(bot) == [("UADMIN", "test.confirmed")]


async def test_where_editing_has_become_impossible_the_click_leads_to_the_message(
    bot: Any, sent: Any
) -> None:
    bot.slack.weather.fail("chat.update", status="edit_window_closed")
    await bot.member.press_message(sent, "It arrived")
    await bot.slack.message("C1", containing="got the message: @UMEMBER")


@pytest.mark.usefixtures("healthy")
async def test_a_test_without_sending_asks_nobody(bot: Any) -> None:
    await bot.admin.command("/mailtest", "--no-send bob@example.com")
    message = await bot.slack.message("C1", containing="nothing was sent")
    assert message.buttons == ["Test again", "Details"]


@pytest.mark.parametrize("way", ["button", "code"])
async def test_the_forms_own_test_is_confirmed_too(bot: Any, mail_server: Any, way: str) -> None:
    server = mail_server(mode=TLSMode.STARTTLS)
    modal = await bot.open_settings()
    await bot.fill(
        modal, port=server.port, username="login@example.com", password="pässword-Ünsafe 17"
    )
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert "/mailtest confirm" in modal.text()
    assert "Test again" not in modal.buttons
    if way == "button":
        await modal.press("It arrived")
    else:
        await bot.admin.command("/mailtest", f"confirm {code_of(server)}")
    await modal.shows("got the message: @UADMIN")
    assert "The conversation" in modal.text()
    assert state(bot) is RunState.CONFIRMED


async def test_the_mail_team_gets_one_text_without_what_signs_in(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    modal = await bot.open_settings()
    await bot.fill(
        modal, port=server.port, username="login@example.com", password="pässword-Ünsafe 17"
    )
    await bot.save(modal)
    await modal.close()
    message = await send(bot, "C1")
    await bot.admin.press_message(message, "Details")
    details = await bot.admin.modal()
    await details.shows("The conversation")
    assert "days left" in details.text()
    await details.press("Copy for the mail team")
    await details.shows("Select all of this")
    text = " ".join(details.text().split())
    for each in (
        "Protocol: SMTP with STARTTLS",
        "Sign-in: with username and password",
        "Queue id: 4F1234567",
        "Code:",
        "STAGES",
        "C: AUTH PLAIN ***",
        "days left",
        "Mail Settings 0.1.0, Python 3.",
        "OpenSSL 3.",
    ):
        assert each in text
    assert "login@example.com" not in details.text()
    assert "pässword" not in "".join(bot.slack.sent_by_bot())


async def test_the_text_for_the_mail_team_is_for_admins(bot: Any, sent: Any) -> None:
    await bot.admin.press_message(sent, "Details")
    details = await bot.admin.modal()
    await details.shows("Copy for the mail team")
    newest = bot.parts.vault.runs.newest("T1", (RunState.ACCEPTED,), count=1)
    button = {"action_id": "copy_for_mail_team", "value": newest[0].id}
    await bot.member.forge_action(button, view=details.payload())
    await bot.program._work.drain(seconds=10, grace=1)
    assert details.depth == 1
    bot.slack.forgive("views.push needs a trigger id")
    assert "STAGES" not in "".join(bot.slack.sent_by_bot())


async def test_a_certificate_that_ends_soon_is_told_in_the_channel(
    bot: Any, mail_server: Any, authority: trustme.CA, configure: Any
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = datetime.now(UTC) + timedelta(days=9, hours=1)
    authority.issue_cert("mail.example.com", not_after=ends).configure_cert(context)
    server = mail_server(context=context, credentials=None)
    configure(bot.parts.vault, server.port, tls_mode=TLSMode.STARTTLS)
    message = await send(bot, "C1")
    assert "Tell whoever runs mail.example.com: its certificate ends on" in message.shown
    assert "in 9 days. After that no mail leaves." in message.shown
