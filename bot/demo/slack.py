"""The stand-in for Slack: a server on loopback that plays slack.com, strictly."""

import secrets
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.demo.delivery import Delivery
from bot.demo.door import Answer, HttpDoor, Kind, Packet, Signature
from bot.demo.files import Files
from bot.demo.methods import Methods
from bot.demo.payloads import event_callback
from bot.demo.permits import Permits
from bot.demo.person import Person
from bot.demo.record import PATIENCE, Entry, Json, Record
from bot.demo.responses import Responses
from bot.demo.socket_mode import SocketMode
from bot.demo.views import Views
from bot.demo.weather import Weather
from bot.demo.web_api import WebApi
from bot.demo.workspace import Channel, Message, User, Workspace

SCOPES = frozenset(
    {"commands", "chat:write", "users:read", "users:read.email", "files:read", "files:write"}
)
"""What the app is granted to begin with; `StandIn.scopes` can be changed."""


@dataclass(slots=True, kw_only=True, eq=False)
class StandIn:
    """A workspace with one app, reached over real HTTP and WebSockets.

    What the bot does against a rule of Slack is noted in `violations`; `check` raises for them.
    """

    workspace: Workspace
    weather: Weather
    sockets: SocketMode
    scopes: set[str]
    """What the app is granted; may be changed."""
    files: Files
    api: WebApi
    events: Record
    _delivery: Delivery
    _signing_secret: str
    _session: aiohttp.ClientSession
    _runner: web.AppRunner
    _people: dict[str, Person] = field(default_factory=dict)
    _http: HttpDoor | None = None

    @classmethod
    async def start(  # noqa: PLR0913 - what tests and demo need to say
        cls,
        *,
        signing_secret: str,
        bot_token: str,
        app_token: str,
        clock: Callable[[], float] | None = None,
        port: int = 0,
        ack_seconds: float = 3,
        workspace: Workspace | None = None,
    ) -> Self:
        """Start on loopback, on any free port when *port* is 0.

        *clock* gives the time by which trigger ids and response URLs expire; None: the real one.
        *workspace* is Acme if none is given.
        A Socket Mode app is served at once; one with a Request URL after `connect_http`.
        """
        listening = socket.create_server(("127.0.0.1", port))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        record = Record(clock=clock or time.time)
        workspace = workspace or Workspace(clock=clock or time.time)
        views = Views(record, workspace)
        permits, weather = Permits(record=record, clock=clock or time.time), Weather()
        sockets, scopes = SocketMode(record=record), set(SCOPES)
        files = Files(
            record=record,
            weather=weather,
            token=bot_token,
            scopes=scopes,
            origin=origin,
            clock=clock or time.time,
        )
        methods = Methods(
            workspace=workspace,
            views=views,
            permits=permits,
            files=files,
            record=record,
            scopes=scopes,
            origin=origin,
            ticket=sockets.ticket,
        )
        responses = Responses(
            workspace=workspace, permits=permits, methods=methods, record=record, weather=weather
        )
        delivery = Delivery(
            workspace=workspace,
            views=views,
            permits=permits,
            responses=responses,
            files=files,
            record=record,
            door=sockets,
            origin=origin,
            ack_seconds=ack_seconds,
        )
        api = WebApi(
            methods=methods.table(),
            tokens={bot_token: "bot", app_token: "app"},
            scopes=scopes,
            record=record,
            weather=weather,
            settled=delivery.settled,
        )
        return cls(
            workspace=workspace,
            weather=weather,
            sockets=sockets,
            scopes=scopes,
            files=files,
            api=api,
            events=record,
            _delivery=delivery,
            _signing_secret=signing_secret,
            _session=aiohttp.ClientSession(),
            _runner=await _serve(
                listening, api=api, responses=responses, sockets=sockets, files=files
            ),
        )

    async def stop(self) -> None:
        """Close every connection and the server."""
        self.weather.clear()
        await self.sockets.drop()
        await self._session.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with a slash at its end."""
        return f"{self._delivery.origin}/api/"

    def connect_http(self, url: str) -> None:
        """Send everything to *url*, the app's Request URL, from now on."""
        self._http = HttpDoor(url=url, signing_secret=self._signing_secret, session=self._session)
        self._delivery.door = self._http

    async def connected(self, connections: int = 1, *, patience: float = PATIENCE) -> None:
        """Wait until the bot has so many Socket Mode connections."""
        await self.events.until(
            lambda: True if self.sockets.connections >= connections else None,
            what=f"{connections} Socket Mode connections",
            patience=patience,
        )

    # the workspace

    def add_user(self, user_id: str, *, name: str | None = None, **facts: Any) -> Person:  # noqa: ANN401 - the fields of User
        """Add or replace a person (*facts*: fields of `User`), who joins #general."""
        name = name or user_id.lower()
        here = self.workspace
        facts = {"email": f"{name}@{here.name.lower()}.example", "team_id": here.team_id} | facts
        here.users[user_id] = User(id=user_id, name=name, **facts)
        here.channels[f"C1{here.suffix}"].members.add(user_id)
        return self.person(user_id)

    def add_channel(
        self, channel_id: str, *, name: str = "", members: Iterable[str] = (), **facts: bool
    ) -> Channel:
        """Add or replace a channel (*facts*: private, direct, bot_is_member, archived ...)."""
        channel = Channel(id=channel_id, name=name, members=set(members), **facts)
        self.workspace.channels[channel_id] = channel
        return channel

    def person(self, user_id: str) -> Person:
        """Act as somebody, named by user id or by name."""
        user = self.workspace.user(user_id)
        return self._people.setdefault(user.id, Person(self._delivery, user.id))

    def messages(self, channel: str, *, seen_by: str | None = None) -> list[Message]:
        """Return a channel's messages; *seen_by*: those that this user sees."""
        return [
            each
            for each in self.workspace.messages
            if each.channel == channel and (seen_by is None or each.visible_to in (None, seen_by))
        ]

    async def message(
        self, channel: str, *, containing: str, patience: float = PATIENCE
    ) -> Message:
        """Wait until a message of the bot says *containing*; return the newest that does."""

        def find() -> Message | None:
            for each in reversed(self.messages(channel)):
                if each.by_bot and containing in each.shown:
                    return each
            return None

        return await self.events.until(
            find, what=f"a message in {channel} with {containing!r}", patience=patience
        )

    async def event(self, event: Json) -> Answer:
        """Send an Events API event, such as app_home_opened."""
        payload = event_callback(
            event,
            workspace=self.workspace,
            event_id=f"Ev{secrets.token_hex(5).upper()}",
            seconds=int(time.time()),
        )
        return await self._delivery.deliver("event", payload, what=event["type"])

    # what happened

    @property
    def record(self) -> list[Entry]:
        """Everything sent and received, oldest first."""
        return self.events.entries

    @property
    def violations(self) -> list[str]:
        """The rules that the bot broke."""
        return self.events.violations

    def check(self) -> None:
        """Raise RuleBroken when the bot broke a rule."""
        self.events.check()

    def forgive(self, containing: str) -> None:
        """Drop the violations that say *containing*; AssertionError when none does."""
        self.events.forgive(containing)

    def sent_by_bot(self) -> list[str]:
        """Return the text of every payload of the bot: calls, answers, acknowledgements."""
        return self.events.sent_by_bot()

    # attacks

    async def send_raw(
        self,
        payload: Json,
        *,
        kind: Kind = "interactive",
        sign: Signature = "good",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """POST a payload to the Request URL, signed as told; its answer is no violation."""
        if self._http is None:
            raise LookupError("Only an app with a Request URL can be reached so.")
        packet = self._http.pack(kind, payload, sign=sign)
        packet = Packet(body=packet.body, headers={**packet.headers, **(headers or {})})
        self.events.add(
            f"raw {kind}", payload, by_bot=False, raw=packet.body, headers=packet.headers
        )
        return await self._delivery.send(packet, what=f"raw {kind}")

    async def replay(self, entry: Entry) -> Answer:
        """Send once more, to the letter, what was sent to the bot."""
        return await self._delivery.send(
            Packet(body=entry.raw, headers=entry.headers), what=f"replayed {entry.what}"
        )


async def _serve(
    listening: socket.socket,
    *,
    api: WebApi,
    responses: Responses,
    sockets: SocketMode,
    files: Files,
) -> web.AppRunner:
    app = web.Application(client_max_size=2**21)
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_post("/response/{ticket}", responses.handle)
    app.router.add_get("/link", sockets.link)
    app.router.add_get("/files-pri/{file}/download/{name}", files.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    return runner
