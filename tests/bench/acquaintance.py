"""The wait for the window by what the bot knows of the person who types `/mailsettings`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.commands import undisturbed
from tests.bench.contestant import Contestant
from tests.bench.plan import Plan
from tests.bench.spread import Spread

_ANSWERED_WITHIN = 0.1
"""Seconds until the answer to the last call is through, and its connection idle."""


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


async def meet(contestant: Contestant, plan: Plan) -> list[Acquaintance]:
    """Let new admins type once, and some of them again at once."""
    some, others = _people(plan)
    return [
        await _each_once(contestant, some + others, asked="never"),
        await _each_once(contestant, some, asked="within 30 s"),
        await _each_once(contestant, some, asked="within 30 s", connected=False),
    ]


async def meet_again(contestant: Contestant, plan: Plan) -> list[Acquaintance]:
    """Let the same type again, more than half a minute later, while others have typed."""
    some, others = _people(plan)
    return [
        await _each_once(contestant, some, asked="longer ago"),
        await _each_once(contestant, others, asked="longer ago", connected=False),
    ]


def _people(plan: Plan) -> tuple[list[str], list[str]]:
    people = [f"S{number}" for number in range(2 * plan.strangers)]
    return people[: plan.strangers], people[plan.strangers :]


async def _each_once(
    contestant: Contestant, people: Sequence[str], *, asked: str, connected: bool = True
) -> Acquaintance:
    opened, drawn = [], []
    with undisturbed():
        for user_id in people:
            if not connected and contestant.distance is not None:
                await asyncio.sleep(_ANSWERED_WITHIN)
                contestant.distance.hang_up()
            typed = await contestant.slack.type(user_id, "/mailsettings")
            opened.append(await typed.until_opened())
            drawn.append(await typed.until_drawn())
    return Acquaintance(
        asked=asked,
        connected=connected,
        round_trip_ms=contestant.round_trip_ms,
        opened=Spread.of(opened),
        drawn=Spread.of(drawn),
    )
