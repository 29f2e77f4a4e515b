"""A stand-in for Slack that weighs little: it answers at once, notes the time, checks nothing.

The strict one, in bot/demo, spends 1.6 ms on one view: with many at once it would be most of what
is measured. Here it is 0.3 ms, and TLS, without which nobody reaches Slack's Web API.
"""

import asyncio
import itertools
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.demo.door import HttpDoor
from bot.demo.payloads import command
from bot.demo.workspace import TEAM, Channel, User

SIGNING_SECRET, BOT_TOKEN = "8f742231b10e8888", "xoxb-1-2-bot"
PATIENCE_MS = 3000.0
"""For which Slack waits for an answer, and for which a trigger lives
(docs.slack.dev/interactivity/handling-user-interaction)."""
_SECONDS = 180
"""For what must come in the end, however busy the machine is."""
_KEPT_SECONDS = 1
"""Connections to the bot: less than gunicorn's two, or it might close one that we just use."""
_HERE = Channel(id="C1", name="general")
Json = dict[str, Any]


class Unanswered(Exception):
    """A command was not acknowledged with 200 within Slack's three seconds."""


@dataclass(slots=True, kw_only=True)
class Typed:
    """A command, and when what came of it reached Slack; seconds of `time.perf_counter`."""

    sent: float
    acknowledged: float = 0
    problem: str = ""
    """Why it counts as unanswered."""
    opened: asyncio.Future[float]
    """By `views.open`."""
    drawn: asyncio.Future[float]
    """The form itself, where a notice kept its place at first."""

    @property
    def milliseconds(self) -> float:
        """From the command to its answer."""
        return (self.acknowledged - self.sent) * 1000

    async def until_opened(self) -> float:
        """Return the milliseconds from the command to its window. Raises TimeoutError."""
        return (await asyncio.wait_for(self.opened, _SECONDS) - self.sent) * 1000

    async def until_drawn(self) -> float:
        """Return the milliseconds from the command to its form. Raises TimeoutError."""
        return (await asyncio.wait_for(self.drawn, _SECONDS) - self.sent) * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a message said from some moment on; seconds of `time.perf_counter`."""

    ts: str
    posted: float
    at: float
    text: str


@dataclass(slots=True, kw_only=True, eq=False)
class Slack:
    """One workspace whose people are all admins."""

    said: list[Said] = field(default_factory=list)
    """Each text that the bot posted or rewrote."""
    form: Json = field(default_factory=dict)
    """The newest form that was drawn."""
    port: int = 0
    _by_trigger: dict[str, Typed] = field(default_factory=dict)
    _by_view: dict[str, Typed] = field(default_factory=dict)
    _posted: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _session: aiohttp.ClientSession
    _runner: web.AppRunner
    _door: HttpDoor

    @classmethod
    async def start(cls, shown: ssl.SSLContext) -> Self:
        """Listen on loopback, with the certificate of *shown*."""
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS)
        )
        app = web.Application(client_max_size=2**21)
        slack = cls(
            _session=session,
            _runner=web.AppRunner(app, access_log=None, shutdown_timeout=0.2),
            _door=HttpDoor(url="", signing_secret=SIGNING_SECRET, session=session),
        )
        app.router.add_route("*", "/api/{method}", slack._call)
        app.router.add_post("/response", slack._respond)
        await slack._runner.setup()
        site = web.TCPSite(slack._runner, "127.0.0.1", 0, backlog=1024, ssl_context=shown)
        await site.start()
        slack.port = slack._runner.addresses[0][1]
        return slack

    async def stop(self) -> None:
        """Close every connection and the server."""
        await self._session.close()
        await self._runner.cleanup()

    def connect(self, bot_port: int) -> None:
        """Send commands to the bot on *bot_port* from now on."""
        self._door = HttpDoor(
            url=f"http://127.0.0.1:{bot_port}/slack/events",
            signing_secret=SIGNING_SECRET,
            session=self._session,
        )

    async def type(self, user_id: str, name: str, text: str = "") -> Typed:
        """Type a command, and return once it is acknowledged. Raises Unanswered, Undelivered."""
        typed = await self.send(user_id, name, text)
        if typed.problem:
            raise Unanswered(typed.problem)
        return typed

    async def send(self, user_id: str, name: str, text: str = "") -> Typed:
        """Type a command, and return once it is acknowledged, or given up. Raises Undelivered."""
        trigger_id = f"{next(self._numbers)}.1.f00"
        packet = self._door.pack(
            "command",
            command(
                name,
                text,
                user=_admin(user_id),
                channel=_HERE,
                trigger_id=trigger_id,
                response_url=f"https://127.0.0.1:{self.port}/response",
            ),
        )
        loop = asyncio.get_running_loop()
        typed = Typed(
            sent=time.perf_counter(), opened=loop.create_future(), drawn=loop.create_future()
        )
        self._by_trigger[trigger_id] = typed
        try:
            status, body = await asyncio.wait_for(self._door.send(packet), PATIENCE_MS / 1000)
        except TimeoutError:
            typed.problem = f"{name} was not acknowledged within three seconds."
        else:
            if status != 200:
                typed.problem = f"{name} was answered with {status}: {body}"
        typed.acknowledged = time.perf_counter()
        return typed

    async def until_said(self, words: str, *, since: float, times: int = 1) -> float:
        """Return when so many messages posted *since* then said *words*. Raises TimeoutError."""
        async with asyncio.timeout(_SECONDS):
            while True:
                found = dict[str, float]()
                for each in self.said:
                    if each.posted >= since and words in each.text:
                        found.setdefault(each.ts, each.at)
                if len(found) >= times:
                    return list(found.values())[times - 1]
                self._news.clear()
                await self._news.wait()

    async def _call(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        answer = self._answer(request.match_info["method"], arguments, now=time.perf_counter())
        return web.json_response({"ok": True, **answer})

    async def _respond(self, request: web.Request) -> web.Response:
        self._say(await _arguments(request), time.perf_counter())
        return web.Response(text="ok")

    def _answer(self, method: str, arguments: Json, *, now: float) -> Json:
        match method:
            case "api.test":
                return {}
            case "auth.test":
                return {"team_id": TEAM, "team": "Acme", "user_id": "UBOT", "bot_id": "BBOT"}
            case "users.info":
                user = _admin(arguments["user"])
                return {"user": user.as_json(with_email=True, with_locale=False)}
            case "views.open":
                return self._open(arguments, now)
            case "views.update":
                return self._redraw(arguments, now)
            case "chat.postMessage" | "chat.update":
                return self._say(arguments, now)
            case _:
                raise LookupError(f"The benchmark's Slack has no {method}.")

    def _open(self, arguments: Json, now: float) -> Json:
        typed = self._by_trigger.pop(arguments["trigger_id"])
        typed.opened.set_result(now)
        view_id = f"V{next(self._numbers)}"
        self._by_view[view_id] = typed
        self._draw(typed, arguments["view"], now)
        return {"view": {"id": view_id}}

    def _redraw(self, arguments: Json, now: float) -> Json:
        self._draw(self._by_view[arguments["view_id"]], arguments["view"], now)
        return {"view": {"id": arguments["view_id"]}}

    def _draw(self, typed: Typed, view: Json, now: float) -> None:
        if view["callback_id"] == "mail_settings":
            typed.drawn.set_result(now)
            self.form = view

    def _say(self, arguments: Json, now: float) -> Json:
        ts = arguments.get("ts") or f"1.{next(self._numbers)}"
        posted = self._posted.setdefault(ts, now)
        self.said.append(Said(ts=ts, posted=posted, at=now, text=arguments["text"]))
        self._news.set()
        return {"ts": ts}


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(json.loads(await request.text() or "{}"))
    return {**request.query, **await request.post()}


def _admin(user_id: str) -> User:
    return User(id=user_id, name=user_id.lower(), email=f"{user_id}@acme.example", is_admin=True)
