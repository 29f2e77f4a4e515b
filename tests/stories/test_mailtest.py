"""Somebody types `/mailtest`; the bot speaks with a real server; the channel sees what happened."""

import asyncio
import threading
from email import message_from_bytes
from typing import Any

import pytest

from bot.smtp.settings import TLSMode
from storage.runs import RunState

PASSWORD = "pässword-Ünsafe 17"
LOGIN = "login@example.com"


async def connect(bot: Any, port: int, **more: Any) -> None:
    """Let the admin save settings for the server on *port*."""
    modal = await bot.open_settings()
    protocol = more.pop("protocol", None)
    if protocol is not None:
        await modal.choose("Mail protocol", protocol)
        await modal.changed()
    password = more.pop("password", PASSWORD)
    await bot.fill(modal, port=port, password=password, username=LOGIN, **more)
    if password is None:
        await modal.tick("Connect anonymously", "Sign in without username and password")
        await modal.changed()
    await bot.save(modal)


@pytest.mark.both_doors
async def test_a_test_message_is_accepted_and_the_channel_sees_each_stage(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    await connect(bot, server.port)
    reply = await bot.admin.command("/mailtest", "bob@example.com")
    assert "Testing mail to bob@example.com" in reply.text
    message = await bot.slack.message("C1", containing="accepted the message")
    for stage in (
        "Address lookup",
        "Connection",
        "Greeting",
        "EHLO",
        "TLS",
        "Authentication",
        "Sender",
        "Recipient",
        "Message",
        "Accepted",
    ):
        assert stage in message.shown
    assert message.visible_to is None
    assert "4F1234567" in message.shown
    assert "TLSv1.3" in message.shown
    assert "delivered" not in message.shown
    assert LOGIN not in message.shown
    [envelope] = server.messages
    mail = message_from_bytes(envelope.content)
    code = mail["Subject"].rpartition("code ")[2]
    assert f"code {code}" in message.shown
    assert mail["Auto-Submitted"] == "auto-generated"
    assert envelope.rcpt_tos == ["bob@example.com"]
    assert server.logins == ["PLAIN"]
    everything = "".join(bot.slack.sent_by_bot())
    assert PASSWORD not in everything
    assert len([each for each in bot.slack.messages("C1") if "Test message" in each.shown]) == 1


async def test_implicit_tls_works_too(bot: Any, mail_server: Any) -> None:
    server = mail_server(mode=TLSMode.IMPLICIT)
    await connect(bot, server.port, protocol="SMTPS (TLS from the start)")
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    assert len(server.messages) == 1


async def test_an_anonymous_server_needs_no_login(bot: Any, mail_server: Any) -> None:
    server = mail_server(credentials=None)
    await connect(bot, server.port, password=None)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    assert "Authentication" not in message.shown
    assert server.logins == []


async def test_a_wrong_password_is_one_failed_login_and_is_explained(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    await connect(bot, server.port, password="wrong horse battery")
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="failed at stage Authentication")
    assert "535" in message.shown
    assert "What it means" in message.shown
    assert "What to do" in message.shown
    assert message.buttons == ["Fix settings", "Test again", "Details"]
    assert server.logins == ["PLAIN"]
    assert "wrong horse" not in "".join(bot.slack.sent_by_bot())


async def test_without_sending_the_server_is_asked_and_nothing_is_mailed(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.admin.command("/mailtest", " --No-Send  bob@example.com ")
    message = await bot.slack.message("C1", containing="nothing was sent")
    assert "Recipient" in message.shown
    assert server.messages == []
    assert "RSET" in server.commands


async def test_without_an_address_it_goes_to_ones_own(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.member.command("/mailtest")
    await bot.slack.message("C1", containing="accepted the message")
    assert server.messages[0].rcpt_tos == [bot.member.user.email]


async def test_a_member_may_not_test_another_address_at_first(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.member.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="your own address only")
    assert message.visible_to == "UMEMBER"
    assert server.commands == []


@pytest.mark.parametrize(
    ("policy", "who", "allowed"),
    [
        ("Admins only", "member", False),
        ("Members, to any address", "member", True),
        ("Members, to any address", "guest", False),
        ("Admins only", "owner", True),
    ],
)
async def test_an_admin_decides_who_can_test(
    bot: Any, mail_server: Any, policy: str, who: str, allowed: bool
) -> None:
    server = mail_server()
    await connect(bot, server.port)
    modal = await bot.open_settings()
    await modal.press("More options")
    await modal.changed()
    await modal.choose("Who can send test messages", policy)
    await bot.save(modal)
    person = getattr(bot, who)
    await person.command("/mailtest", "bob@example.com")
    if allowed:
        await bot.slack.message("C1", containing="accepted the message")
    else:
        message = await bot.slack.message("C1", containing="send test messages")
        assert message.visible_to == person.id
        assert server.commands == []


@pytest.mark.parametrize(
    "text",
    [
        "bob@example.com eve@example.com",
        "bob",
        "bob@example.com\x07",
        '"bob smith"@example.com',
        pytest.param("b" * 250 + "@example.com", id="too long"),
        "<mailto:bob@example.com|eve@example.com>",
        "bob@example.com,eve@example.com",
        "--no-send --no-send bob@example.com",
        "--force bob@example.com",
    ],
)
async def test_anything_but_one_address_is_refused_at_once(bot: Any, text: str) -> None:
    reply = await bot.admin.command("/mailtest", text)
    assert "/mailtest name@example.com" in reply.text
    assert "Nothing was sent" in reply.text
    assert [each.visible_to for each in bot.slack.messages("C1")] == ["UADMIN"]


@pytest.mark.parametrize(
    ("typed", "recipient"),
    [
        ("<mailto:Bob@Example.com|Bob@Example.com>", "Bob@example.com"),
        ("ana&bob@example.com", "ana&bob@example.com"),
    ],
)
async def test_an_address_as_slack_escapes_it_is_understood(
    bot: Any, mail_server: Any, typed: str, recipient: str
) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.admin.command("/mailtest", typed)
    await bot.slack.message("C1", containing="accepted the message")
    assert server.messages[0].rcpt_tos == [recipient]


async def test_where_the_bot_may_not_post_the_response_url_serves(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    await connect(bot, server.port)
    for channel in ("C2", "D1"):
        await bot.admin.command("/mailtest", "bob@example.com", channel=channel)
        message = await bot.slack.message(channel, containing="accepted the message")
        assert message.visible_to is None
    assert len(server.messages) == 2


async def test_nothing_configured_is_told_in_the_channel(bot: Any) -> None:
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="Not possible")
    assert "/mailsettings" in message.shown


async def test_notifications_off_still_tests_and_says_so(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    modal = await bot.open_settings()
    await modal.untick("Email notifications", "Send email from this workspace")
    await modal.changed()
    await bot.save(modal)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    assert "notifications are off" in message.shown


async def test_five_tests_a_minute_and_no_more(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    for _ in range(5):
        await bot.admin.command("/mailtest", "bob@example.com")
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="one test too many")
    assert "try again in" in message.shown
    await asyncio.to_thread(server.wait_for, lambda it: len(it.messages) == 5)


async def test_a_test_can_be_repeated_from_its_message(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    await bot.admin.press_message(message, "Test again")
    await asyncio.to_thread(server.wait_for, lambda it: len(it.messages) == 2)
    await bot.member.press_message(message, "Test again")
    refusal = await bot.slack.message("C1", containing="your own address only")
    assert refusal.visible_to == "UMEMBER"


async def test_details_are_for_admins(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    await bot.member.press_message(message, "Details")
    refusal = await bot.slack.message("C1", containing="Only this workspace's owners and admins")
    assert refusal.visible_to == "UMEMBER"
    await bot.admin.press_message(message, "Details")
    modal = await bot.admin.modal()
    await modal.shows("The conversation")
    text = modal.text()
    assert "C: EHLO" in text
    assert "revision 1" in text
    assert "SHA-256" in text
    assert "AUTH PLAIN ***" in text


async def test_fix_settings_opens_the_form_for_admins_only(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    await connect(bot, server.port, password="wrong")
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="failed at stage")
    await bot.member.press_message(message, "Fix settings")
    await bot.slack.message("C1", containing="Only this workspace's owners and admins")
    await bot.owner.press_message(message, "Fix settings")
    modal = await bot.owner.modal()
    await modal.shows("Server address")


async def test_the_form_is_tested_as_it_stands_and_the_stages_are_shown(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server()
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=PASSWORD, username=LOGIN)
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert modal.depth == 2
    assert "Recipient" in modal.text()
    assert "The conversation" in modal.text()
    assert bot.parts.vault.settings.get("T1") is None
    assert server.messages[0].rcpt_tos == [bot.admin.user.email]
    await modal.close()
    await bot.save(modal)


async def test_after_a_save_what_was_saved_can_be_tested(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=PASSWORD, username=LOGIN)
    await bot.save(modal)
    await modal.type("Test message to", "eve@example.com")
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert server.messages[0].rcpt_tos == ["eve@example.com"]


async def test_a_form_that_cannot_be_right_is_not_tested(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await modal.type("Server port", "70000")
    await modal.press("Send test message")
    await modal.shows("from 1 to 65535")
    assert modal.depth == 1
    assert modal.value("Username") == "team@example.com"


async def test_no_answer_and_no_window_waits_behind_what_is_written_down_of_tests(
    bot: Any, healthy: Any
) -> None:
    let_go = threading.Event()
    notes = [asyncio.create_task(bot.program._noting(let_go.wait)) for _ in range(8)]
    try:
        reply = await bot.admin.command("/mailtest", "bob@example.com")
        assert "Testing mail to bob@example.com" in reply.text
        modal = await bot.open_settings()
        await modal.dismiss()
        [run] = bot.parts.vault.runs.newest("T1", tuple(RunState), count=2)
        assert run.state is RunState.QUEUED  # it is begun once that can be written down
    finally:
        let_go.set()
    await asyncio.gather(*notes)
    await bot.slack.message("C1", containing="accepted the message")
    assert len(healthy.messages) == 1
