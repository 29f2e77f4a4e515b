"""`/mailsettings`, typed by one admin after the other or by many at once."""

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.contestant import Contestant
from tests.bench.plan import Plan
from tests.bench.spread import Spread

CROWD = 16
"""How many admins type at once where it is not one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds, one of each for a command."""

    ack: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """One for each round: how long all of it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFigures:
    """How fast a bot answers `/mailsettings`; milliseconds."""

    bot: str
    round_trip_ms: int
    at_once: int
    ack: Spread
    opened: Spread
    """From the command to `views.open` at Slack."""
    a_second: float
    """Commands answered, window and all."""


async def measure(contestants: Sequence[Contestant], plan: Plan) -> list[CommandFigures]:
    """Let all contestants take turns in every round. Raises Unanswered, TimeoutError."""
    found: dict[tuple[Contestant, int], Times] = {
        (each, at_once): Times() for each in contestants for at_once in (1, CROWD)
    }
    for number in range(plan.rounds):
        turns = list(found) if number % 2 else list(reversed(found))
        for contestant, at_once in turns:
            each = plan.commands(at_once=at_once, round_trip_ms=contestant.round_trip_ms)
            await type_commands(
                contestant, at_once=at_once, each=each, times=found[contestant, at_once]
            )
    return [
        CommandFigures(
            bot=contestant.name,
            round_trip_ms=contestant.round_trip_ms,
            at_once=at_once,
            ack=Spread.of(times.ack),
            opened=Spread.of(times.opened),
            a_second=round(len(times.ack) / sum(times.seconds), 1),
        )
        for (contestant, at_once), times in found.items()
    ]


async def warm_up(contestant: Contestant) -> None:
    """Let everybody type twice: connections are made, and the bot knows who they are."""
    await type_commands(contestant, at_once=CROWD, each=2, times=Times())


async def type_commands(contestant: Contestant, *, at_once: int, each: int, times: Times) -> None:
    """Let so many people type at once, *each* so often, and add to *times*.

    A person types again when the window is open. Raises Unanswered, TimeoutError.
    """

    async def type_on(user_id: str) -> None:
        for _ in range(each):
            typed = await contestant.slack.type(user_id, "/mailsettings")
            times.opened.append(await typed.until_opened())
            times.ack.append((typed.acknowledged - typed.sent) * 1000)

    with undisturbed():
        started = time.perf_counter()
        await asyncio.gather(*(type_on(f"U{number}") for number in range(at_once)))
        times.seconds.append(time.perf_counter() - started)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect garbage before and after, not while the stand-in is a part of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
