"""The doors of the running program: HTTP endpoints and Socket Mode, feeding one Bolt app."""

import re
from collections.abc import Awaitable, Callable

import aiohttp
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.acting import act_for

log = structlog.get_logger(__name__)

_LARGEST_BODY = 1024 * 1024
"""Octets of a request. Slack's payloads end at a view's 250 kB; the form adds percent signs."""

_HEALTH = {"/livez", "/readyz"}
_SECONDS = re.compile(r"[0-9]{1,15}")
"""A time stamp that Bolt can compare: of more digits it would make an error."""

Faults = Callable[[], Awaitable[list[str]]]
"""Tells what keeps the program from being ready; nothing: it is."""


def make_web(
    faults: Faults, leaving: Callable[[], bool], *, app: AsyncApp | None, pages: list[web.RouteDef]
) -> web.Application:
    """Make the HTTP application. *app* is None in Socket Mode: then Slack has no door here.

    While we are *leaving*, the health endpoints alone answer.
    """
    web_app = web.Application(
        client_max_size=_LARGEST_BODY, middlewares=[_no_trace, _turning_away(leaving)]
    )
    web_app.router.add_routes([web.get("/livez", _live), web.get("/readyz", _Ready(faults).answer)])
    web_app.router.add_routes(pages)
    if app is not None:
        web_app.router.add_post("/slack/events", _Events(app).answer)
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


class _Events:
    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def answer(self, request: web.Request) -> web.Response:
        """Hand a signed request to Bolt; what can't be one is refused here."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not _SECONDS.fullmatch(timestamp):
            return web.Response(status=401)
        try:
            # Bolt reads the body before it looks at the signature, and takes its shape on trust.
            bolt_request = await to_bolt_request(request)
            return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
            log.warning("a request of no known shape", kind=type(problem).__name__)
            return web.Response(status=400)


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
        if leaving() and request.path not in _HEALTH:
            return web.Response(status=503, text="The bot is stopping. Try again in a minute.")
        return await handler(request)

    return turn_away


def make_socket(
    app: AsyncApp, session: aiohttp.ClientSession, *, app_token: str, api_url: str, address: str
) -> AsyncSocketModeHandler:
    """Make the Socket Mode connection; `connect_async` opens it to *address*."""
    client = AsyncWebClient(token=app_token, base_url=api_url, session=session)
    handler = AsyncSocketModeHandler(app, app_token, web_client=client)
    handler.client.wss_uri = address
    return handler
