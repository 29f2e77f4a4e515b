"""Calls to Slack over HTTP: the SDK's client, with every call and every retry measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from typing import Any, Self
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.metrics import Metrics

_RETRIES = 2


class Ended(StrEnum):
    """How a call ended."""

    OK = "ok"
    RATELIMITED = "ratelimited"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    """No answer came, or nobody waited for it any longer."""

    @classmethod
    def of(cls, status: int) -> Self:
        """Return what an HTTP status of a response URL means."""
        return cls({200: "ok", 429: "ratelimited"}.get(status, "refused"))


@dataclass(slots=True)
class Call:
    """A call under way."""

    ended: Ended = Ended.UNREACHABLE


@contextmanager
def measured(metrics: Metrics, method: str) -> Iterator[Call]:
    """Count one call of *method*, which ends as is noted in what this gives."""
    call, start = Call(), perf_counter()
    try:
        yield call
    finally:
        metrics.called(method, call.ended, seconds=perf_counter() - start)


class MeasuredClient(AsyncWebClient):
    """The Web API. What its methods raise is the SDK's."""

    def __init__(self, metrics: Metrics, **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(**options)
        self._metrics = metrics

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:  # noqa: ANN401  # the same
        """Call *api_method* and count how that ended."""
        with measured(self._metrics, api_method) as call:
            try:
                answer = await super().api_call(api_method, **arguments)
            except SlackApiError as problem:
                call.ended = _why(problem)
                raise
            call.ended = Ended.OK
            return answer


def retrying(metrics: Metrics, *, method: str = "") -> list[AsyncRetryHandler]:
    """Return what tries again after a broken connection, a rate limit or an error of Slack's.

    Without a *method*, each request is counted under the one that its address ends with.
    """
    return [
        _Counted(each(max_retry_count=_RETRIES), metrics, method)
        for each in (
            AsyncConnectionErrorRetryHandler,
            AsyncRateLimitErrorRetryHandler,
            AsyncServerErrorRetryHandler,
        )
    ]


class _Counted(AsyncRetryHandler):
    """Another handler, whose retries are counted."""

    def __init__(self, handler: AsyncRetryHandler, metrics: Metrics, method: str) -> None:
        super().__init__(handler.max_retry_count, handler.interval_calculator)
        self._handler = handler
        self._metrics = metrics
        self._method = method

    async def can_retry_async(self, **attempt: Any) -> bool:  # noqa: ANN401  # passed on
        return await self._handler.can_retry_async(**attempt)

    async def prepare_for_next_attempt_async(self, *, request: HttpRequest, **attempt: Any) -> None:  # noqa: ANN401  # the same
        self._metrics.retried(self._method or urlsplit(request.url).path.rpartition("/")[2])
        await self._handler.prepare_for_next_attempt_async(request=request, **attempt)


def _why(problem: SlackApiError) -> Ended:
    data = getattr(problem.response, "data", None)
    limited = isinstance(data, dict) and data.get("error") == "ratelimited"
    return Ended.RATELIMITED if limited else Ended.REFUSED
