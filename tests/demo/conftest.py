"""The stand-in with a small bare Bolt app; and the whole demo, used as its page does."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.program import Demo, Wishes
from bot.demo.slack import StandIn
from bot.smtp.network import Deadlines

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


class Page:
    """Uses the demo as its page does: requests, and the stream of what a person sees."""

    def __init__(self, demo: Demo, session: aiohttp.ClientSession, user: str) -> None:
        self.demo = demo
        self.session = session
        self.user = user

    def seen_by(self, user: str) -> "Page":
        """Return the page as somebody else has it open."""
        return Page(self.demo, self.session, user)

    async def ask(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """Send a request; return the status and the answer."""
        async with self.session.post(
            f"{self.demo.address}api/{path}", json={"user": self.user, **body}
        ) as response:
            return response.status, await response.json()

    async def do(self, path: str, **body: Any) -> dict[str, Any]:
        """Send a request that succeeds."""
        status, answer = await self.ask(path, **body)
        assert (status, answer["ok"], answer["error"]) == (200, True, "")
        return answer

    async def sees(
        self, find: Callable[[dict[str, Any]], Any] = lambda _: True, *, patience: float = 30
    ) -> dict[str, Any]:
        """Read the stream until *find* is true of a screen; return that screen."""
        async with (
            asyncio.timeout(patience),
            self.session.get(
                f"{self.demo.address}api/stream", params={"user": self.user}
            ) as response,
        ):
            assert response.status == 200
            async for line in response.content:
                if line.startswith(b"data: ") and find(screen := json.loads(line[6:])):
                    return screen
        raise AssertionError("the stream ended")

    async def open_settings(self) -> dict[str, Any]:
        """Type the command and wait for the form; return the view."""
        await self.do("command", channel="C1", text="/mailsettings")
        return (await self.sees(lambda s: top(s).get("submit") == "Save"))["modals"][0]

    async def fill(self, server_id: str) -> dict[str, Any]:
        """Open the settings and fill them for a server, with its password; return the server."""
        view = await self.open_settings()
        await self.do("fill", view_id=view["id"], server_id=server_id)
        screen = await self.sees()
        server = next(each for each in screen["servers"] if each["id"] == server_id)
        if server["username"]:
            await self.give_password(server["password"])
        return server

    async def give_password(self, password: str) -> None:
        """Press the button for it and use the page behind the link, then close the view."""
        view = top(await self.sees())
        await self.do(
            "modal/act", view_id=view["id"], block_id="password", action_id="change_password"
        )
        asking = top(await self.sees(lambda s: len(s["modals"]) == 2))
        link = re.search(r"http://127[^\"|>]+/password/[\w-]+", json.dumps(asking["blocks"]))
        assert link is not None
        async with self.session.post(link[0], data={"password": password}) as response:
            assert response.status == 200
        await self.sees(lambda s: "new password given" in json.dumps(s["modals"][0]))
        await self.do("modal/close", view_id=asking["id"])

    async def save(self) -> None:
        """Submit the form, see that it was saved, and close it."""
        view = top(await self.sees())
        answer = await self.do("modal/submit", view_id=view["id"], values={})
        assert answer["outcome"] == "updated", answer
        await self.do("modal/close", view_id=view["id"], all=True)

    async def test(self, text: str = "/mailtest", *, channel: str = "C1") -> dict[str, Any]:
        """Type the command for a test; return the message once it has ended."""
        before = len((await self.sees())["messages"][channel])
        await self.do("command", channel=channel, text=text)

        def ended(screen: dict[str, Any]) -> list[dict[str, Any]]:
            new = screen["messages"][channel][before:]
            return [each for each in new if each["blocks"][-1:] and is_buttons(each["blocks"][-1])]

        return ended(await self.sees(ended))[-1]


def top(screen: dict[str, Any]) -> dict[str, Any]:
    """What is on top of a person's modal; empty where none is open."""
    return screen["modals"][-1] if screen["modals"] else {}


def is_buttons(block: dict[str, Any]) -> bool:
    return block.get("block_id") == "mailtest"


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    """How the demo is started; a test may have it otherwise."""
    patience = Deadlines(lookup=1, connection=1, stage=1.5, final=2, total=8, aside=0.5)
    return Wishes(directory=tmp_path, port=0, deadlines=patience)


@pytest.fixture
async def demo(wishes: Wishes) -> AsyncIterator[Demo]:
    running = Demo(wishes)
    await running.start()
    yield running
    await running.stop()
    running.slack.check()


@pytest.fixture
async def page(demo: Demo) -> AsyncIterator[Page]:
    """The page, as the admin has it open."""
    async with aiohttp.ClientSession(headers={"X-Demo": "1"}) as session:
        yield Page(demo, session, "UADMIN")
