"""The stand-in, and a small bare Bolt app that is reached over HTTP or Socket Mode."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import StandIn

SECRET, BOT_TOKEN, APP_TOKEN = "signing-secret", "xoxb-1-bot", "xapp-1-app"


@dataclass
class Clock:
    """A time that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bot:
    """A bare Bolt app; a test registers its listeners on `app`."""

    app: AsyncApp
    client: AsyncWebClient
    session: aiohttp.ClientSession
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def call(self, method: str, **arguments: Any) -> Any:
        """Call a Web API method; return its answer, also where it is not ok."""
        response = await self.client.api_call(method, json=arguments)
        return response.data


def quiet() -> logging.Logger:
    logger = logging.getLogger("bare-bolt")
    logger.setLevel(logging.CRITICAL)
    return logger


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[StandIn]:
    stand_in = await StandIn.start(
        signing_secret=SECRET, bot_token=BOT_TOKEN, app_token=APP_TOKEN, clock=clock
    )
    yield stand_in
    await stand_in.stop()
    stand_in.check()


@pytest.fixture
async def bare(slack: StandIn) -> AsyncIterator[Bot]:
    """A Bolt app that nobody calls yet."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=BOT_TOKEN, base_url=slack.api_url, session=session, logger=quiet()
        )

        async def authorize(**_: Any) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id="T1", bot_token=BOT_TOKEN, bot_user_id="UBOT"
            )

        app = AsyncApp(client=client, signing_secret=SECRET, authorize=authorize, logger=quiet())
        bot = Bot(app=app, client=client, session=session)

        async def seen(body: dict[str, Any], next_: Any) -> None:
            bot.seen.append(body)
            await next_()

        app.use(seen)
        yield bot


@pytest.fixture
async def bot(slack: StandIn, bare: Bot) -> AsyncIterator[Bot]:
    """The app with a Request URL."""
    runner = web.AppRunner(bare.app.server(port=0, path="/slack/events").web_app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
    yield bare
    await runner.cleanup()


@pytest.fixture
async def socket_bot(slack: StandIn, bare: Bot) -> AsyncIterator[Bot]:
    """The app over Socket Mode."""
    handler = AsyncSocketModeHandler(
        bare.app,
        app_token=APP_TOKEN,
        logger=quiet(),
        web_client=AsyncWebClient(
            token=APP_TOKEN, base_url=slack.api_url, session=bare.session, logger=quiet()
        ),
    )
    await handler.connect_async()
    await slack.connected()
    yield bare
    await handler.close_async()


@pytest.fixture
def modal() -> Any:
    """Make a small modal with some blocks."""

    def make(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "type": "modal",
            "title": {"type": "plain_text", "text": "A form"},
            "submit": {"type": "plain_text", "text": "Save"},
            "blocks": list(blocks),
            **more,
        }

    return make
