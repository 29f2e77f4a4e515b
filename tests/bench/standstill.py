"""The same for the bot that most people write: it has five threads for listeners, and no more."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from tests.bench.commands import Times, type_commands
from tests.bench.contestant import ORDINARY, start_bolt
from tests.bench.mail import SilentServer
from tests.bench.plan import Plan
from tests.bench.spread import Spread
from tests.bench.trust import Trust

_HANGING = (0, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """`/mailsettings` beside so many tests that hang; milliseconds, a lost one counts as 3000."""

    hanging: int
    typed: int
    lost: int
    ack: Spread


async def measure(
    view: dict[str, Any], plan: Plan, *, trust: Trust, say: Callable[[str], None]
) -> list[Standstill]:
    """Measure with a fresh bot for each number. Raises NotReady, Unanswered, TimeoutError."""
    return [await _measured(view, plan, each, trust=trust, say=say) for each in _HANGING]


async def _measured(
    view: dict[str, Any], plan: Plan, hanging: int, *, trust: Trust, say: Callable[[str], None]
) -> Standstill:
    say(f"the sync bot beside {hanging} hanging tests")
    async with AsyncExitStack() as undo:
        silent = await SilentServer().start()
        undo.callback(silent.stop)
        bot = await start_bolt(ORDINARY, view, trust=trust)
        undo.push_async_callback(bot.leave)
        tests = [bot.slack.type(f"U{n}", "/mailtest", str(silent.port)) for n in range(hanging)]
        await asyncio.gather(*tests)
        await silent.until(hanging)
        times = Times()
        # Together: each that is lost takes three seconds. Then what is lost stays so.
        await type_commands(bot, at_once=plan.standstill, each=2, times=times, settle=False)
    return Standstill(
        hanging=hanging, typed=len(times.ack), lost=times.lost, ack=Spread.of(times.ack)
    )
