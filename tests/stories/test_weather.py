"""Slack in bad weather: whatever it puts off, refuses or drops, nothing is lost in silence."""

import asyncio
from typing import Any

import pytest

from bot.smtp.settings import TestPolicy


async def calls(bot: Any, method: str, count: int) -> None:
    """Wait until the bot has called *method* so many times."""
    await bot.slack.events.until(
        lambda: len([e for e in bot.slack.record if e.what == method]) >= count or None,
        what=f"{count} calls of {method}",
    )


def shown_tests(bot: Any) -> list[Any]:
    """Return the messages of the channel that show a test."""
    return [each for each in bot.slack.messages("C1") if "Test message" in each.shown]


async def shown_to_all(bot: Any, configure: Any) -> Any:
    """Have an admin test an address that a member may not; return the message that shows it."""
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    saved = bot.parts.vault.settings.get("T1").value
    configure(bot.parts.vault, saved.port, test_policy=TestPolicy.OWN_ADDRESS)
    return message


async def test_a_refusal_is_the_answer_itself_so_that_no_outage_holds_it_up(
    bot: Any, healthy: Any
) -> None:
    configured = bot.parts.vault.settings.get("T1")
    await bot.member.command("/mailsettings")  # who this is is known from here on
    await bot.slack.message("C1", containing="owners and admins")
    bot.slack.weather.down()
    reply = await bot.guest.command("/mailtest", "bob@example.com")
    assert "Slack didn't tell us who you are" in reply.text
    reply = await bot.member.command("/mailtest", "no address")
    assert "/mailtest name@example.com" in reply.text
    bot.slack.weather.clear()
    reply = await bot.guest.command("/mailtest", "bob@example.com")
    assert "Guests" in reply.text
    assert (healthy.commands, bot.parts.vault.settings.get("T1")) == ([], configured)


@pytest.mark.both_doors
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("status", ["ratelimited", 500, 503])
async def test_what_slack_puts_off_is_shown_in_the_end(
    bot: Any, healthy: Any, method: str, status: int | str
) -> None:
    bot.slack.weather.fail(method, 2, status=status)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    assert len(healthy.messages) == 1
    assert len(shown_tests(bot)) == 1


@pytest.mark.usefixtures("healthy")
async def test_a_rate_limit_is_waited_out_as_slack_asks(bot: Any) -> None:
    bot.slack.weather.fail("chat.update", 1, status="ratelimited", retry_after=2)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    first, second = [e.time for e in bot.slack.record if e.what == "chat.update"][:2]
    assert second - first >= 2


async def test_an_outage_longer_than_the_retries_loses_no_result(
    bot: Any, saying: Any, configure: Any, hold: Any
) -> None:
    ending = hold(b"250 2.0.0 Ok\r\n")
    port, script = await saying(dot=ending)
    configure(bot.parts.vault, port)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="Test message to")
    await ending.reached.wait()
    bot.slack.weather.down()
    before = len([e for e in bot.slack.record if e.what == "chat.update"])
    ending.go.set()
    await calls(bot, "chat.update", before + 4)
    bot.slack.weather.clear()
    await bot.slack.message("C1", containing="accepted the message")
    assert len(script.messages) == 1
    assert len(shown_tests(bot)) == 1


async def test_an_outage_from_the_start_loses_no_result(bot: Any, healthy: Any) -> None:
    await bot.open_settings()  # who asks is known from here on
    for method in ("chat.postMessage", "chat.update", "response_url"):
        bot.slack.weather.fail(method, 100, status=503)
    await bot.admin.command("/mailtest", "bob@example.com")
    await asyncio.to_thread(healthy.wait_for, lambda it: len(it.messages) == 1)
    await calls(bot, "chat.postMessage", 3)
    bot.slack.weather.clear()
    await bot.slack.message("C1", containing="accepted the message")
    assert len(shown_tests(bot)) == 1


async def test_a_closed_channel_and_a_dead_response_url_leave_a_direct_message(
    bot: Any, healthy: Any
) -> None:
    bot.slack.weather.fail("response_url", 100, status=404)
    await bot.admin.command("/mailtest", "bob@example.com", channel="C2")
    message = await bot.slack.message("DUADMIN", containing="accepted the message")
    assert "4F1234567" in message.shown
    assert len(healthy.messages) == 1


@pytest.mark.usefixtures("healthy")
async def test_a_refusal_of_a_click_survives_an_outage_too(bot: Any, configure: Any) -> None:
    message = await shown_to_all(bot, configure)
    bot.slack.weather.fail("response_url", 2, status=503)
    await bot.member.press_message(message, "Test again")
    message = await bot.slack.message("C1", containing="your own address only")
    assert message.visible_to == "UMEMBER"


@pytest.mark.usefixtures("healthy")
async def test_a_refusal_that_no_response_url_takes_comes_as_a_direct_message(
    bot: Any, configure: Any
) -> None:
    message = await shown_to_all(bot, configure)
    bot.slack.weather.fail("response_url", 100, status=404)
    await bot.member.press_message(message, "Test again")
    await bot.slack.message("DUMEMBER", containing="your own address only")


async def test_a_form_test_is_shown_although_slack_puts_it_off(bot: Any, healthy: Any) -> None:
    modal = await bot.open_settings()
    bot.slack.weather.fail("views.update", 2, status="ratelimited")
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert len(healthy.messages) == 1


@pytest.mark.both_doors
async def test_a_slow_slack_delays_no_answer(bot: Any, healthy: Any) -> None:
    bot.slack.weather.delay("*", 0.7)
    modal = await bot.open_settings()
    await modal.shows("Server address")
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    assert len(healthy.messages) == 1


@pytest.mark.parametrize("trouble", ["hang", "fail"])
async def test_when_slack_does_not_say_who_somebody_is_every_door_is_closed(
    bot: Any, healthy: Any, trouble: str
) -> None:
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    if trouble == "hang":
        bot.slack.weather.hang("users.info")
    else:
        bot.slack.weather.fail("users.info", 100, status=500)
    await form.submit()
    await form.shows("Slack didn't tell us who you are")
    for command in ("/mailsettings", "/mailtest"):
        await bot.owner.command(command)
    await bot.slack.events.until(
        lambda: len(told(bot, "Slack didn't tell us who you are")) == 2 or None, what="two refusals"
    )
    assert healthy.commands == []
    assert bot.parts.vault.settings.get("T1").revision == 1
    bot.slack.weather.clear()
    await bot.open_settings(bot.owner)


def told(bot: Any, words: str) -> list[Any]:
    """Return the private messages that say *words*."""
    return [m for m in bot.slack.messages("C1") if m.visible_to and words in m.shown]


@pytest.mark.parametrize("error", ["expired_trigger_id", "internal_error"])
async def test_a_window_that_cannot_open_is_told_beside_the_command(bot: Any, error: str) -> None:
    bot.slack.weather.fail("views.open", status=error)
    await bot.admin.command("/mailsettings")
    words = "Please try again"
    message = await bot.slack.message("C1", containing=words)
    assert message.visible_to == "UADMIN"
    await bot.open_settings()


async def test_a_shortcut_whose_window_cannot_open_is_told_in_a_direct_message(bot: Any) -> None:
    bot.slack.weather.fail("views.open", 2, status="expired_trigger_id")
    await bot.admin.shortcut("mail_settings")
    await bot.slack.message("DUADMIN", containing="Please try again")
