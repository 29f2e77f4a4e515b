"""The stand-in, and a small bare Bolt app that is reached over HTTP or Socket Mode."""

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

    def opens(self, view: dict[str, Any], *, command: str = "/mailsettings") -> None:
        """Let a command open *view*."""

        async def listener(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        self.app.command(command)(listener)

    def answers(self, callback_id: str, **ack_with: Any) -> None:
        """Let submissions of a view be acknowledged so."""

        async def listener(ack: Any) -> None:
            await ack(**ack_with)

        self.app.view(callback_id)(listener)

    def redraws(self, action_id: str, view: dict[str, Any]) -> None:
        """Let an action draw its view anew."""

        async def listener(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await ack()
            await client.views_update(
                view_id=body["view"]["id"], view=view, hash=body["view"]["hash"]
            )

        self.app.action(action_id)(listener)

    def ignores(self, action_id: str) -> None:
        """Let an action be acknowledged, and no more."""

        async def listener(ack: Any) -> None:
            await ack()

        self.app.action(action_id)(listener)

    def actions(self) -> list[dict[str, Any]]:
        """The block_actions payloads that came."""
        return [each for each in self.seen if each.get("type") == "block_actions"]

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
            token=BOT_TOKEN,
            base_url=slack.api_url,
            session=session,
            logger=quiet(),
            retry_handlers=[],
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


class Kit:
    """Makes Block Kit."""

    def plain(self, text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text}

    def section(self, text: str, **more: Any) -> dict[str, Any]:
        return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}

    def input(self, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "input", "label": self.plain(label), "element": element, **more}

    def text(self, label: str = "Name", block_id: str = "name", **more: Any) -> dict[str, Any]:
        """A text field; *more* belongs to the element."""
        element = {"type": "plain_text_input", "action_id": block_id, **more}
        return self.input(label, element, block_id=block_id)

    def option(self, text: str) -> dict[str, Any]:
        return {"text": self.plain(text), "value": text.lower()}

    def choice(self, kind: str, *texts: str, **more: Any) -> dict[str, Any]:
        """A select, radio buttons or checkboxes."""
        return {
            "type": kind,
            "action_id": "choice",
            "options": [self.option(each) for each in texts],
            **more,
        }

    def button(self, text: str, action_id: str = "press", **more: Any) -> dict[str, Any]:
        return {"type": "button", "action_id": action_id, "text": self.plain(text), **more}

    def actions(self, *elements: dict[str, Any], block_id: str = "row") -> dict[str, Any]:
        return {"type": "actions", "block_id": block_id, "elements": list(elements)}

    def modal(self, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "type": "modal",
            "callback_id": "form",
            "title": self.plain("A form"),
            "submit": self.plain("Save"),
            "blocks": list(blocks),
            **more,
        }


@pytest.fixture
def kit() -> Kit:
    return Kit()
