"""A minute in which Slack refuses, fails, is slow or silent: once it is back, everybody knows."""

import asyncio
from dataclasses import replace
from email import message_from_bytes
from typing import Any

import pytest

from bot.slack.pace import Pace

MINUTE = 60.0
SHORT = 5.0
"""Seconds of the minute's short form: the bot then tries again sooner by as much."""


@pytest.fixture
def minute(*, proof: bool) -> float:
    return MINUTE if proof else SHORT


@pytest.fixture
def pace(minute: float) -> Pace:
    usual = Pace()
    return replace(usual, again_after=tuple(each * minute / MINUTE for each in usual.again_after))


def begin(weather: Any, trouble: str) -> None:
    match trouble:
        case "ratelimited" | "500":
            status = int(trouble) if trouble.isdigit() else trouble
            weather.fail("*", 100_000, status=status)
        case "slow":
            weather.delay("*", 4.0)  # longer than a window can be opened
        case "silent":
            weather.hang("*")
        case "unreachable":
            weather.down()


async def answered(bot: Any, user: str, before: int) -> None:
    """Wait until somebody was told something, wherever that is."""

    def told() -> bool | None:
        mine = [each for each in bot.slack.workspace.messages[before:] if each.by_bot]
        return (
            any(user in (each.visible_to, each.channel.removeprefix("D")) for each in mine) or None
        )

    await bot.slack.events.until(told, what=f"a word to {user}", patience=40)


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ["ratelimited", "500", "slow", "silent", "unreachable"])
async def test_a_minute_of_trouble_costs_nobody_an_answer_and_nothing_that_was_asked(
    bot: Any, saying: Any, hold: Any, configure: Any, trouble: str, minute: float
) -> None:
    ending = hold(b"250 2.0.0 Ok: queued as 4F1\r\n")
    port, script = await saying(dot=ending)
    configure(bot.parts.vault, port)
    newcomer = bot.slack.add_user("UNEW", name="newcomer")
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    await bot.open_settings(bot.owner)  # who these two are is known from here on
    await bot.owner.command("/mailtest", "before@example.com")
    await bot.slack.message("C1", containing="Test message to before@example.com")
    await ending.reached.wait()

    begin(bot.slack.weather, trouble)
    over = asyncio.create_task(asyncio.sleep(minute))
    told_before = len(bot.slack.workspace.messages)
    ending.go.set()
    during = await bot.admin.command("/mailtest", "during@example.com")
    opening = await bot.owner.command("/mailsettings")
    refused = await newcomer.command("/mailtest", "new@example.com")
    await form.submit()
    await over
    bot.slack.weather.clear()

    assert "Testing mail to during@example.com" in during.text
    assert opening.status == 200
    assert "Slack didn't tell us who you are" in refused.text
    await form.shows("Slack didn't tell us who you are")
    await answered(bot, "UOWNER", told_before)
    for each in ("before", "during"):
        end = f"accepted the message for {each}@example.com"
        await bot.slack.message("C1", containing=end, patience=40)
    await form.close()
    assert form.value("Sender name") == "New name"
    await bot.save(form)
    await newcomer.command("/mailtest", "new@example.com")
    await bot.slack.message("C1", containing="accepted the message for new@example.com")

    recipients = [message_from_bytes(each)["To"] for each in script.messages]
    assert sorted(recipients) == [f"{each}@example.com" for each in ("before", "during", "new")]
    tests = [each for each in bot.slack.messages("C1") if "Test message to" in each.shown]
    assert len(tests) == 3
    assert bot.parts.vault.settings.get("T1").value.sender_name == "New name"
    bot.parts.vault.audit.verify()
