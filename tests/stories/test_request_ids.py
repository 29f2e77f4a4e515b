"""One request, one number: whoever reads the log finds all that came of it."""

import json
from pathlib import Path
from typing import Any

import pytest


def entries(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def numbers(log: Path, event: str) -> list[str]:
    """The numbers of the requests whose work logged *event*, in order."""
    return [each["request"] for each in entries(log) if each["event"] == event]


@pytest.mark.both_doors
@pytest.mark.usefixtures("healthy")
async def test_all_that_a_command_brings_about_carries_its_number(bot: Any, leaks: Path) -> None:
    for who in (bot.admin, bot.owner):
        await who.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    await bot.restart()
    answered = numbers(leaks, "answered")
    assert len(set(answered)) == len(answered) == 2
    # Written by a thread, for a task, for the task that answered the command.
    assert sorted(numbers(leaks, "test ended")) == sorted(answered)


async def test_an_incident_that_a_person_reports_leads_to_the_request(
    bot: Any, leaks: Path
) -> None:
    with bot.parts.vault.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE records")
    await bot.member.command("/mailsettings", "show")
    message = await bot.slack.message("C1", containing="incident number")
    [entry] = [each for each in entries(leaks) if "incident" in each]
    assert entry["incident"] in message.shown
    assert [entry["request"]] == numbers(leaks, "answered")
    assert [each for each in entries(leaks) if each["event"] == "ready" and "request" in each] == []
