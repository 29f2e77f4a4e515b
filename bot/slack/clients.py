"""The SDK's clients, one pair for each token that is in use, over the one shared session."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

PATIENT = (
    AsyncConnectionErrorRetryHandler(max_retry_count=2),
    AsyncRateLimitErrorRetryHandler(max_retry_count=2),
    AsyncServerErrorRetryHandler(max_retry_count=2),
)
"""Wait and try again, as Slack asks."""

_REMEMBERED = 1000
"""Tokens that have clients: those that were used lately."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The clients with one token."""

    patient: AsyncWebClient
    at_once: AsyncWebClient
    """Tries once."""


class Clients:
    """Makes clients, and keeps them while they are in use."""

    def __init__(self, session: aiohttp.ClientSession, *, api_url: str) -> None:
        self.session = session
        self.api_url = api_url
        self._pairs: OrderedDict[str, Pair] = OrderedDict()

    def of(self, token: str) -> Pair:
        """Return the clients with *token*; an empty one, for calls that need none."""
        pair = self._pairs.get(token)
        if pair is None:
            pair = Pair(patient=self._client(token, PATIENT), at_once=self._client(token, ()))
            self._pairs[token] = pair
            if len(self._pairs) > _REMEMBERED:
                self._pairs.popitem(last=False)
        else:
            self._pairs.move_to_end(token)
        return pair

    def _client(self, token: str, handlers: Sequence[AsyncRetryHandler]) -> AsyncWebClient:
        return AsyncWebClient(
            token=token or None,
            base_url=self.api_url,
            session=self.session,
            retry_handlers=list(handlers),
        )
