"""`/mailsettings`, typed by one admin after the other or by many at once."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.bench.contestant import Contestant
from tests.bench.plan import Plan
from tests.bench.slack import PATIENCE_MS, Typed
from tests.bench.spread import Spread

_SETTLED_WITHIN = 30.0
"""Seconds that a bot gets, after its turn, for what it has not done yet."""


@dataclass(slots=True, kw_only=True)
class Times:
    """Milliseconds, one of each for a command."""

    ack: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    lost: int = 0
    """Commands that Slack gave up: no answer within three seconds, or no window."""
    seconds: float = 0
    cpu_seconds: float = 0
    """Of the bot."""

    @property
    def a_second(self) -> float:
        """Commands answered, window and all."""
        return round((len(self.ack) - self.lost) / self.seconds, 1)

    @property
    def cpu_ms(self) -> float:
        """Of the bot, for each command."""
        return round(self.cpu_seconds / len(self.ack) * 1000, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandFigures:
    """How fast a bot answers `/mailsettings`; milliseconds. A lost command counts as 3000."""

    bot: str
    round_trip_ms: int
    at_once: int
    ack: Spread
    opened: Spread
    """From the command to `views.open` at Slack."""
    lost: int
    a_second: float
    """Commands answered, window and all."""
    cpu_ms: float
    """Of the bot, for each command."""

    @classmethod
    def of(cls, contestant: Contestant, at_once: int, times: Times) -> "CommandFigures":
        """Sum *times* up."""
        return cls(
            bot=contestant.name,
            round_trip_ms=contestant.round_trip_ms,
            at_once=at_once,
            ack=Spread.of(times.ack),
            opened=Spread.of(times.opened),
            lost=times.lost,
            a_second=times.a_second,
            cpu_ms=times.cpu_ms,
        )


async def measure(
    contestants: Sequence[Contestant], plan: Plan, say: Callable[[str], None]
) -> list[CommandFigures]:
    """Let all contestants take turns in every round. Raises Unanswered, TimeoutError."""
    found: dict[tuple[Contestant, int], Times] = {
        (each, at_once): Times() for each in contestants for at_once in plan.crowds
    }
    for number in range(plan.rounds):
        say(f"commands, round {number + 1} of {plan.rounds}")
        turns = list(found) if number % 2 else list(reversed(found))
        for contestant, at_once in turns:
            each = plan.commands(contestant.name, at_once, contestant.round_trip_ms)
            if contestant.ours:  # it forgets within half a minute who people are
                await type_commands(contestant, at_once=at_once, each=1, times=Times())
            times = found[contestant, at_once]
            await type_commands(contestant, at_once=at_once, each=each, times=times)
    return [
        CommandFigures.of(contestant, at_once, times)
        for (contestant, at_once), times in found.items()
    ]


async def type_commands(
    contestant: Contestant, *, at_once: int, each: int, times: Times, settle: bool = True
) -> None:
    """Let so many people type at once, *each* so often, and add to *times*.

    A person types again when the window is open, or Slack has given it up. With *settle* the bot
    has done all that it will do when this returns. Raises Undelivered.
    """
    late: list[Typed] = []

    async def type_on(user_id: str) -> None:
        for _ in range(each):
            typed = await contestant.slack.send(user_id, "/mailsettings")
            opened = PATIENCE_MS
            if not typed.problem:
                with suppress(TimeoutError):
                    opened = await typed.until_opened()
            lost = bool(typed.problem) or opened >= PATIENCE_MS
            times.lost += lost
            times.ack.append(PATIENCE_MS if typed.problem else typed.milliseconds)
            times.opened.append(PATIENCE_MS if lost else opened)
            if lost:
                late.append(typed)

    with undisturbed():
        cpu, started = contestant.bot.cpu_seconds, time.perf_counter()
        await asyncio.gather(*(type_on(f"U{number}") for number in range(at_once)))
        times.seconds += time.perf_counter() - started
        times.cpu_seconds += contestant.bot.cpu_seconds - cpu
    if settle and late:
        await asyncio.wait([each.opened for each in late], timeout=_SETTLED_WITHIN)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect garbage before and after, not while the stand-in is a part of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
