"""What people and operators see of a database in trouble, and that all is well again after it."""

import json
from pathlib import Path
from typing import Any

import aiohttp


async def faults(bot: Any) -> list[str]:
    """Return what readiness names."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.address}/readyz") as ready:
        found: list[str] = (await ready.json()).get("faults", [])
        return found


def incident_in(text: str) -> str:
    """Return the incident number that a person was told."""
    assert "nothing was changed" in text
    assert "try again in a minute" in text
    return text.partition("incident number ")[2][:9]


def cause_of(text: str, log: Path) -> str:
    """Return what the log tells of the incident that *text* names."""
    [line] = [each for each in log.read_text().splitlines() if incident_in(text) in each]
    return str(json.loads(line)["why"])


def assert_whole(bot: Any) -> None:
    """Fail where anything is half written."""
    bot.parts.vault.check()
    bot.parts.vault.audit.verify()


async def assert_recovered(bot: Any, healthy: Any) -> None:
    """Fail where a save or a test of the time of trouble was done, or can't be done now."""
    assert_whole(bot)
    assert await faults(bot) == []
    assert bot.parts.vault.settings.get("T1").value.sender_name == ""
    assert healthy.commands == []
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    await bot.save(form)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
