"""The demo's own web server: the page, its live stream, and the guard before everything."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from bot.demo.api import Api, Mistake, failed
from bot.demo.files import LARGEST

_PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LARGEST_BODY = 2 * LARGEST
"""Octets of a request: a file in base64, and what goes with it."""
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_GATHER = 0.05
"""Seconds in which changes are gathered into one snapshot."""


def make_web(api: Api, *, heartbeat: float) -> web.Application:
    """Make the HTTP application.

    After *heartbeat* seconds of silence a stream is asked whether anybody is there.
    """
    stream = _Stream(api, heartbeat)
    app = web.Application(middlewares=[_guard], client_max_size=_LARGEST_BODY)
    app.router.add_routes(
        [
            web.get("/", _index),
            web.get("/static/{name}", _asset),
            web.get("/api/stream", stream.answer),
            *api.routes(),
        ]
    )
    app.on_shutdown.append(stream.close)
    return app


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let only our own page in: another site could otherwise drive the demo from a browser."""
    host = request.headers.get("Host", "").rpartition(":")
    if (host[0] or host[2]) not in _LOOPBACK:
        return failed(403, "The demo answers only on this computer.")
    if request.method == "POST" and request.headers.get("X-Demo") != "1":
        return failed(403, "Only the demo's own page can do this.")
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


async def _index(_request: web.Request) -> web.Response:
    return _file("index.html")


async def _asset(request: web.Request) -> web.Response:
    return _file(request.match_info["name"])


def _file(name: str) -> web.Response:
    # Only a name that the folder has: no path leads out of it.
    found = next((each for each in _PAGE.iterdir() if each.name == name), None)
    if found is None or found.suffix not in _TYPES:
        return failed(404, "There is no such file.")
    return web.Response(
        body=found.read_bytes(),
        headers={"Content-Type": f"{_TYPES[found.suffix]}; charset=utf-8"},
    )


class _Stream:
    """Server-sent events: a whole snapshot at once, and one after each change."""

    def __init__(self, api: Api, heartbeat: float) -> None:
        self._api = api
        self._heartbeat = heartbeat
        self._closing = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Stream what one person sees until the page or the demo is closed."""
        try:
            user_id = self._api.person(request.query.get("user")).id
        except Mistake as mistake:
            return failed(404, str(mistake))
        response = web.StreamResponse(headers=_HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):  # the page was closed
            while not self._closing:
                change = self._api.slack.events.next_change()
                screen = json.dumps(self._api.screens.screen(user_id))
                await response.write(f"data: {screen}\n\n".encode())
                while not self._closing and not change.done():
                    done, _ = await asyncio.wait({change}, timeout=self._heartbeat)
                    if not done:
                        await response.write(b": still here\n\n")
                await asyncio.sleep(_GATHER)
        return response

    async def close(self, _app: web.Application) -> None:
        """End all streams."""
        self._closing = True
        self._api.slack.events.tell()
