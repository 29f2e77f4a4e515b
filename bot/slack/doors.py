"""The doors of the running program: HTTP endpoints and Socket Mode, feeding one Bolt app."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import aiohttp
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.acting import act_for
from bot.slack.calls import MeasuredClient
from bot.slack.metrics import CONTENT_TYPE, Metrics
from bot.slack.requests import Kind, hear_out, kind_of, numbered

log = structlog.get_logger(__name__)

_LARGEST_BODY = 1024 * 1024
"""Octets of a request. Slack's payloads end at a view's 250 kB; the form adds percent signs."""

_ANSWERED_WITHIN = 3.0
"""Seconds: Slack waits no longer for an answer."""

_FOR_OPERATORS = {"/livez", "/readyz", "/metrics"}
_SECONDS = re.compile(r"[0-9]{1,15}")
"""A time stamp that Bolt can compare: of more digits it would make an error."""

Faults = Callable[[], Awaitable[list[str]]]
"""Tells what keeps the program from being ready; nothing: it is."""
Figures = Callable[[], Awaitable[bytes]]
"""Tells all figures, as text for Prometheus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the operator's probes and Prometheus are told."""

    faults: Faults
    figures: Figures
    leaving: Callable[[], bool]


def make_web(
    watched: Watched, metrics: Metrics, *, app: AsyncApp | None, pages: list[web.RouteDef]
) -> web.Application:
    """Make the HTTP application. *app* is None in Socket Mode: then Slack has no door here.

    While we are leaving, the operator's endpoints alone answer.
    """
    web_app = web.Application(
        client_max_size=_LARGEST_BODY,
        middlewares=[_numbering, _no_trace, _turning_away(watched.leaving)],
    )
    web_app.router.add_routes(
        [
            web.get("/livez", _live),
            web.get("/readyz", _Ready(watched.faults).answer),
            web.get("/metrics", _Figures(watched.figures).answer),
        ]
    )
    web_app.router.add_routes(pages)
    if app is not None:
        web_app.router.add_post("/slack/events", _Events(app, metrics).answer)
    return web_app


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


class _Ready:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def answer(self, _request: web.Request) -> web.Response:
        faults = await self._faults()
        if faults:
            return web.json_response({"status": "not ready", "faults": faults}, status=503)
        return web.json_response({"status": "ready"})


class _Figures:
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def answer(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._figures(), headers={"Content-Type": CONTENT_TYPE})


class _Events:
    def __init__(self, app: AsyncApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def answer(self, request: web.Request) -> web.Response:
        """Hand a signed request to Bolt; what can't be one is refused here."""
        start, kind, status = perf_counter(), Kind.OTHER, 500
        try:
            kind, answer = await self._answer(request)
            status = answer.status
        except web.HTTPException as refusal:
            status = refusal.status
            raise
        finally:
            _note(self._metrics, kind, status=status, start=start)
        return answer

    async def _answer(self, request: web.Request) -> tuple[Kind, web.Response]:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not _SECONDS.fullmatch(timestamp):
            return Kind.OTHER, web.Response(status=401)
        await hear_out(request)
        try:
            # Bolt reads the body before it looks at the signature, and takes its shape on trust.
            bolt_request = await to_bolt_request(request)
            kind = kind_of(bolt_request.body)
            answer = await self._app.async_dispatch(bolt_request)
            return kind, await to_aiohttp_response(answer)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
            log.warning("a request of no known shape", kind=type(problem).__name__)
            return Kind.OTHER, web.Response(status=400)


def _note(metrics: Metrics, kind: Kind, *, status: int, start: float) -> None:
    seconds = perf_counter() - start
    metrics.answered(kind, status=status, seconds=seconds)
    log.debug("answered", kind=kind, status=status, milliseconds=round(seconds * 1000, 1))


@web.middleware
async def _numbering(request: web.Request, handler: Handler) -> web.StreamResponse:
    with numbered():
        return await handler(request)


@web.middleware
async def _no_trace(request: web.Request, handler: Handler) -> web.StreamResponse:
    act_for(None)  # requests on one connection share a context
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:  # a request must not show its own content
        log.exception("a request failed", path=request.path.split("/")[1])
        return web.Response(status=500)


def _turning_away(leaving: Callable[[], bool]) -> Middleware:
    @web.middleware
    async def turn_away(request: web.Request, handler: Handler) -> web.StreamResponse:
        if leaving() and request.path not in _FOR_OPERATORS:
            return web.Response(status=503, text="The bot is stopping. Try again in a minute.")
        return await handler(request)

    return turn_away


class Socket(AsyncSocketModeHandler):
    """Bolt's connection, whose requests are numbered and measured."""

    def __init__(
        self, app: AsyncApp, app_token: str, web_client: MeasuredClient, metrics: Metrics
    ) -> None:
        super().__init__(app, app_token, web_client=web_client)
        self._metrics = metrics
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._leaving = False

    async def join(self) -> None:
        """Open the connection."""
        await self.client.connect()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # ours is aiohttp's
        """Hand one request to Bolt, and its answer to Slack.

        What comes as we close can't be answered any more (RFC 6455, 5.5.1), so it isn't begun:
        Slack tells the person that it failed, and then it has to be so.
        """
        if self._leaving:
            return
        self._under_way += 1
        self._idle.clear()
        try:
            with numbered():
                start = perf_counter()
                answer = await run_async_bolt_app(self.app, req)
                await send_async_response(client, req, answer, start)
                _note(self._metrics, kind_of(req.payload), status=answer.status, start=start)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def leave(self) -> None:
        """Close the connection once all that came over it is answered, or can't be any more."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _ANSWERED_WITHIN)
        self._leaving = True
        await self.client.close()


def make_socket(
    app: AsyncApp,
    session: aiohttp.ClientSession,
    *,
    app_token: str,
    api_url: str,
    address: str,
    metrics: Metrics,
) -> Socket:
    """Make the Socket Mode connection; `join` opens it to *address*."""
    client = MeasuredClient(metrics, token=app_token, base_url=api_url, session=session)
    handler = Socket(app, app_token, client, metrics)
    handler.client.wss_uri = address
    return handler
