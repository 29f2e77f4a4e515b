"""The wait for the window by what the bot knows of the person who types `/mailsettings`."""

import asyncio
from dataclasses import dataclass

from tests.bench.commands import undisturbed
from tests.bench.contestant import Contestant
from tests.bench.plan import Plan
from tests.bench.spread import Spread

_OLD_SECONDS = 31
"""After half a minute the bot asks Slack again who somebody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """Milliseconds from a command to `views.open`, and to the form itself."""

    asked: str
    """When the bot had asked Slack who this is."""
    connected: bool
    """The bot has connections to Slack that are still open."""
    round_trip_ms: int
    opened: Spread
    drawn: Spread


async def measure(contestant: Contestant, plan: Plan) -> list[Acquaintance]:
    """Let new admins type once, again at once, and where there is time again much later."""

    async def asked(when: str, *, connected: bool = True) -> Acquaintance:
        return await _each_once(contestant, plan.strangers, asked=when, connected=connected)

    found = [
        await asked("never"),
        await asked("within 30 s"),
        await asked("within 30 s", connected=False),
    ]
    if plan.wait_for_old_acquaintance:
        await asyncio.sleep(_OLD_SECONDS)
        found.append(await asked("longer ago"))
        await asyncio.sleep(_OLD_SECONDS)
        found.append(await asked("longer ago", connected=False))
    return found


async def _each_once(
    contestant: Contestant, people: int, *, asked: str, connected: bool
) -> Acquaintance:
    opened, drawn = [], []
    with undisturbed():
        for number in range(people):
            if not connected and contestant.distance is not None:
                contestant.distance.hang_up()
            typed = await contestant.slack.type(f"S{number}", "/mailsettings")
            opened.append(await typed.until_opened())
            drawn.append(await typed.until_drawn())
    return Acquaintance(
        asked=asked,
        connected=connected,
        round_trip_ms=contestant.round_trip_ms,
        opened=Spread.of(opened),
        drawn=Spread.of(drawn),
    )
