"""From the start of the process to the readiness of the bot, and what it weighs then."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.contestant import BARE, MODULES, ORDINARY, OURS, needs, variables
from tests.bench.plan import Plan
from tests.bench.process import BotProcess
from tests.bench.slack import Slack
from tests.bench.spread import Spread
from tests.bench.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a bot starts."""

    bot: str
    first: bool
    """It makes its database and keyring."""
    seconds: Spread
    megabytes: Spread
    """When ready, before the first request."""


async def measure(
    directory: Path, view: dict[str, Any], plan: Plan, *, trust: Trust
) -> list[Start]:
    """Start `mailsettings run` and the two others by turns. Raises NotReady."""
    slack = await Slack.start(trust.shown)
    bare = needs(view, api_port=slack.port)
    found: dict[tuple[str, bool], list[BotProcess]] = {
        (OURS, True): [],
        (OURS, False): [],
        (BARE, False): [],
        (ORDINARY, False): [],
    }
    try:
        for number in range(plan.starts):
            environ = variables(directory / str(number), api_port=slack.port) | trust.environ
            for (name, _), started in found.items():
                bot = (
                    await BotProcess.start("bot", "run", environ=environ)
                    if name == OURS
                    else await BotProcess.start(MODULES[name], environ=trust.environ, given=bare)
                )
                started.append(bot)
                await bot.stop()
    finally:
        await slack.stop()
    return [
        Start(
            bot=name,
            first=first,
            seconds=Spread.of([each.seconds_to_ready for each in started]),
            megabytes=Spread.of([each.megabytes_when_ready for each in started]),
        )
        for (name, first), started in found.items()
    ]
