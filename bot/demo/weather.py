"""Bad weather on request: errors, rate limits, delays, silence."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One answer that is not the one hoped for."""

    status: int | str
    """An HTTP status, `ratelimited`, or any other error code of the method."""
    retry_after: int


@dataclass(slots=True, kw_only=True)
class Weather:
    """What befalls the bot's requests. A method's name, `response_url`, or `*` for every one."""

    _failures: dict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    _delays: dict[str, float] = field(default_factory=dict)
    _hanging: set[str] = field(default_factory=set)
    _is_down: bool = False
    _cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def fail(
        self, method: str, times: int = 1, *, status: int | str = 500, retry_after: int = 1
    ) -> None:
        """Let the next calls fail, before they have any effect.

        *status* is an HTTP status, "ratelimited" (429 with *retry_after* seconds), or an error
        code, which comes as Slack sends it: HTTP 200 and ok false.
        """
        self._failures[method].extend([Failure(status=status, retry_after=retry_after)] * times)

    def delay(self, method: str, seconds: float) -> None:
        """Answer every call so much later; 0 ends it."""
        self._delays[method] = seconds

    def hang(self, method: str) -> None:
        """Never answer, until `clear`."""
        self._hanging.add(method)

    def down(self) -> None:
        """Drop every connection unanswered, until `clear`."""
        self._is_down = True

    def clear(self) -> None:
        """End all of it; what hangs is dropped."""
        self._failures.clear()
        self._delays.clear()
        self._hanging.clear()
        self._is_down = False
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def meet(self, request: web.Request, method: str) -> web.Response | None:
        """Let a request pass: None; or return what befell it."""
        for name in (method, "*"):
            if name in self._hanging:
                await self._cleared.wait()
                return _dropped(request)
            if name in self._delays:
                await asyncio.sleep(self._delays[name])
        if self._is_down:
            return _dropped(request)
        for name in (method, "*"):
            if self._failures.get(name):
                return _failed(self._failures[name].popleft())
        return None


def _dropped(request: web.Request) -> web.Response:
    request.protocol.force_close()
    return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)


def _failed(failure: Failure) -> web.Response:
    if isinstance(failure.status, int):
        return web.Response(status=failure.status, text="the stand-in was told to fail")
    body = json.dumps({"ok": False, "error": failure.status})
    if failure.status != "ratelimited":
        return web.Response(text=body, content_type="application/json")
    return web.Response(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(failure.retry_after)},
        text=body,
        content_type="application/json",
    )
