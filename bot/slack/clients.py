"""The SDK's clients, one pair for each token that is in use, over the one shared session."""

from collections import OrderedDict
from dataclasses import dataclass

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.calls import MeasuredClient, retrying
from bot.slack.metrics import RESPONSE_URL, Metrics

_REMEMBERED = 1000
"""Tokens that have clients: those that were used lately."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The clients with one token."""

    patient: AsyncWebClient
    """Waits and tries again, as Slack asks."""
    at_once: AsyncWebClient
    """Tries once."""


class Clients:
    """Makes clients, and keeps them while they are in use."""

    def __init__(self, session: aiohttp.ClientSession, *, api_url: str, metrics: Metrics) -> None:
        self.session = session
        self._api_url = api_url
        self._metrics = metrics
        self._patience = retrying(metrics)
        self._pairs: OrderedDict[str, Pair] = OrderedDict()

    def of(self, token: str) -> Pair:
        """Return the clients with *token*; an empty one, for calls that need none."""
        pair = self._pairs.get(token)
        if pair is None:
            pair = Pair(
                patient=self._client(token, self._patience), at_once=self._client(token, [])
            )
            self._pairs[token] = pair
            if len(self._pairs) > _REMEMBERED:
                self._pairs.popitem(last=False)
        else:
            self._pairs.move_to_end(token)
        return pair

    def webhook(self, response_url: str) -> AsyncWebhookClient:
        """Return what posts to a response URL."""
        return AsyncWebhookClient(
            response_url,
            session=self.session,
            retry_handlers=retrying(self._metrics, method=RESPONSE_URL),
        )

    def _client(self, token: str, handlers: list[AsyncRetryHandler]) -> AsyncWebClient:
        return MeasuredClient(
            self._metrics,
            token=token or None,
            base_url=self._api_url,
            session=self.session,
            retry_handlers=list(handlers),
        )
