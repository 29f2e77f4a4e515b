"""A bot in its own process, and the stand-in for Slack that is its own, at some distance."""

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import read
from bot.vault import open_vault
from tests.bench.distance import Distance
from tests.bench.process import BotProcess
from tests.bench.slack import BOT_TOKEN, SIGNING_SECRET, Slack
from tests.bench.trust import Trust

OURS, BARE, ORDINARY = "mailsettings", "bare AsyncApp", "sync App"
MODULES = {BARE: "tests.bench.bare_bolt", ORDINARY: "tests.bench.ordinary_bolt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One of those that are compared."""

    name: str
    round_trip_ms: int
    """Between the bot and Slack's Web API, both ways together."""
    slack: Slack
    distance: Distance | None
    bot: BotProcess

    @property
    def ours(self) -> bool:
        """Ours: it remembers for half a minute who people are."""
        return self.name == OURS

    async def leave(self) -> None:
        """End the bot and its stand-in."""
        await self.bot.kill()
        if self.distance is not None:
            await self.distance.stop()
        await self.slack.stop()


async def start_ours(directory: Path, *, trust: Trust, round_trip_ms: int = 0) -> Contestant:
    """Start our bot with its data in *directory*. Raises NotReady."""
    await asyncio.to_thread(_make_vault, directory)
    slack = await Slack.start(trust.shown)
    distance = await _away(slack, round_trip_ms)
    bot = await BotProcess.start(
        "tests.bench.bot",
        environ=trust.environ,
        given=variables(directory, api_port=(distance or slack).port),
    )
    slack.connect(bot.port)
    return Contestant(
        name=OURS, round_trip_ms=round_trip_ms, slack=slack, distance=distance, bot=bot
    )


async def start_bolt(
    name: str, view: dict[str, Any], *, trust: Trust, round_trip_ms: int = 0
) -> Contestant:
    """Start one of the two others, which opens *view*. Raises NotReady."""
    slack = await Slack.start(trust.shown)
    distance = await _away(slack, round_trip_ms)
    bot = await BotProcess.start(
        MODULES[name], environ=trust.environ, given=needs(view, api_port=(distance or slack).port)
    )
    slack.connect(bot.port)
    return Contestant(
        name=name, round_trip_ms=round_trip_ms, slack=slack, distance=distance, bot=bot
    )


def variables(directory: Path, *, api_port: int) -> dict[str, str]:
    """Return the environment of our bot."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": f"https://127.0.0.1:{api_port}/api/",
        "PORT": "0",
        "MAILSETTINGS_DATA_DIR": str(directory),
        "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.0/8",
        "MAILSETTINGS_ALLOWED_PORTS": "*",
        "LOG_FORMAT": "json",
    }


def _make_vault(directory: Path) -> None:
    """Have a database there: only a first start makes it, and is larger by what makes it."""
    config = read(variables(directory, api_port=1))
    with closing(open_vault(config, announce=lambda _text: None)):
        pass


def needs(view: dict[str, Any], *, api_port: int) -> dict[str, Any]:
    """Return what the two others are given."""
    return {
        "bot_token": BOT_TOKEN,
        "signing_secret": SIGNING_SECRET,
        "api_url": f"https://127.0.0.1:{api_port}/api/",
        "view": view,
    }


async def _away(slack: Slack, round_trip_ms: int) -> Distance | None:
    if not round_trip_ms:
        return None
    distance = Distance(to_port=slack.port, seconds=round_trip_ms / 1000)
    await distance.start()
    return distance
