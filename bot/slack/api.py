"""What we ask of Slack's Web API, over the one shared session; Slack's refusals as typed facts."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.acting import acting
from bot.slack.calls import Ended, measured
from bot.slack.clients import Clients
from bot.slack.metrics import RESPONSE_URL, Metrics
from bot.slack.pace import Pace
from bot.slack.words import Block

log = structlog.get_logger(__name__)


class SlackFailure(Exception):
    """Slack refused a call or could not be reached. `error` is Slack's own word for it."""

    def __init__(self, error: str, *, passing: bool = False) -> None:
        super().__init__(f"Slack answered {error}")
        self.error = error
        self.passing = passing
        """It says nothing of the call itself: the same one may do later."""


TRIGGER_GONE = frozenset(
    {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}
)
_VIEW_GONE = frozenset({"hash_conflict", "not_found", "view_not_found"})
_FILE_GONE = frozenset({"file_not_found", "file_deleted"})
_REMEMBERED = 1000
"""Views whose hash is known: those that were redrawn lately."""
_NO_WORD = "unknown"
_PASSING = frozenset(
    {_NO_WORD, "ratelimited", "internal_error", "fatal_error", "service_unavailable"}
    | {"request_timeout", "team_added_to_org"}
)


class SlackRefused(Exception):
    """Slack refuses a token of ours. The text says what to do."""


class SlackAPI:
    """Our few calls, with the token of the installation that we act for.

    Retries wait as Slack asks; a trigger is not retried, it dies in 3 s.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        pace: Pace,
        metrics: Metrics,
        token: Callable[[], str] = lambda: acting().bot_token,
    ) -> None:
        self.pace = pace
        self.clients = Clients(session, api_url=api_url, metrics=metrics)
        self._metrics = metrics
        self._token = token
        self._hashes: OrderedDict[str, str] = OrderedDict()

    @property
    def token(self) -> str:
        """The token that we act with. Raises NotInstalled outside of any installation."""
        return self._token()

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client that we act with. Raises NotInstalled outside of any installation."""
        return self.clients.of(self.token).patient

    async def who_we_are(self, token: str) -> dict[str, Any]:
        """Return what `auth.test` says, once Slack can be reached. Raises SlackRefused."""
        return await self._insist(
            "auth.test",
            self.clients.of(token).patient,
            "SLACK_BOT_TOKEN",
            "Copy the “Bot User OAuth Token” from the app's page “OAuth & Permissions”, or install "
            "the app into the workspace again.",
        )

    async def stay_connected(self) -> None:
        """Keep two connections open, for ever: one for a window, one for whom it is for.

        A new one costs two round trips and more before the first byte of a call.
        """
        while True:
            await asyncio.sleep(self.pace.warm_every)
            await asyncio.gather(*(self._touch() for _ in range(2)))

    async def _touch(self) -> None:
        with suppress(SlackFailure):  # what needs Slack will tell
            await self._call(self.clients.of("").at_once, "api.test", {})

    async def socket_address(self, app_token: str) -> str:
        """Return where Socket Mode connects to, once. Raises SlackRefused.

        The SDK's client would ask for ever with a token that is refused.
        """
        answer = await self._insist(
            "apps.connections.open",
            self.clients.of(app_token).patient,
            "SLACK_APP_TOKEN",
            "Make a token with the scope connections:write on the app's page “Basic Information”, "
            "under “App-Level Tokens”, and see that Socket Mode is on.",
        )
        return str(answer["url"])

    async def open_view(self, trigger_id: str, view: Block) -> str:
        """Open a modal and return its view id. Raises SlackFailure."""
        return await self._view("views.open", trigger_id=trigger_id, view=view)

    async def push_view(self, trigger_id: str, view: Block) -> str:
        """Push a view on the open modal and return its view id. Raises SlackFailure."""
        return await self._view("views.push", trigger_id=trigger_id, view=view)

    def last_hash(self, view_id: str) -> str:
        """Return the hash that our last redraw of a view gave it; empty: none is remembered."""
        return self._hashes.get(view_id, "")

    async def update_view(
        self, view_id: str, view: Block, *, view_hash: str = "", no_other: bool = False
    ) -> bool:
        """Redraw a view. False: it is closed or shows something newer. Raises SlackFailure.

        *view_hash* is the click's. Where our own answer to an earlier click has replaced the view
        since, that answer's hash counts: the later click knows of the earlier one. With *no_other*
        it doesn't: what nobody clicked for replaces nothing.
        """
        ours = view_hash if no_other else self._hashes.get(view_id, view_hash)
        hashes = dict.fromkeys((view_hash, ours))
        for each in hashes if view_hash else ("",):
            arguments: dict[str, Any] = {"view_id": view_id, "view": view}
            if each:
                arguments["hash"] = each
            try:
                answer = await self._call(self.client, "views.update", arguments)
            except SlackFailure as failure:
                if failure.error not in _VIEW_GONE:
                    raise
            else:
                self._remember(view_id, str(answer["view"].get("hash") or ""))
                return True
        return False

    def _remember(self, view_id: str, view_hash: str) -> None:
        self._hashes[view_id] = view_hash
        self._hashes.move_to_end(view_id)
        if len(self._hashes) > _REMEMBERED:
            self._hashes.popitem(last=False)

    async def update_pushed(self, external_id: str, view: Block) -> bool:
        """Redraw a view that an ack pushed; Slack may still be about to open it.

        False: it is closed. Raises SlackFailure.
        """
        for pause in self.pace.opens_within:
            await asyncio.sleep(pause)
            try:
                await self._call(
                    self.client, "views.update", {"external_id": external_id, "view": view}
                )
            except SlackFailure as failure:
                if failure.error not in _VIEW_GONE:
                    raise
            else:
                return True
        return False

    async def post(self, channel: str, text: str, blocks: Sequence[Block]) -> str:
        """Post a message and return its timestamp. Raises SlackFailure."""
        answer = await self._call(
            self.client,
            "chat.postMessage",
            {
                "channel": channel,
                "text": text,
                "blocks": list(blocks),
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        return str(answer["ts"])

    async def edit(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Rewrite a message of ours. Raises SlackFailure."""
        await self._call(
            self.client,
            "chat.update",
            {"channel": channel, "ts": ts, "text": text, "blocks": list(blocks)},
        )

    async def file_info(self, file_id: str) -> dict[str, Any]:
        """Return what Slack says of a file. Raises SlackFailure."""
        answer = await self._call(self.client, "files.info", {"file": file_id}, reads=True)
        return dict(answer.get("file") or {})

    async def delete_file(self, file_id: str) -> bool:
        """Delete a file. False: Slack doesn't let us, or is in trouble."""
        try:
            await self._call(self.client, "files.delete", {"file": file_id})
        except SlackFailure as failure:
            log.info("a file was not deleted in Slack", why=failure.error)
            return failure.error in _FILE_GONE
        return True

    async def respond(
        self,
        response_url: str,
        text: str,
        blocks: Sequence[Block] | None = None,
        *,
        in_channel: bool = False,
        replace_original: bool = False,
    ) -> None:
        """Answer through a response URL: five times in thirty minutes. Raises SlackFailure.

        That of a click can *replace_original*: the message that was clicked.

        https://docs.slack.dev/interactivity/handling-user-interaction
        """
        if not response_url:
            raise SlackFailure("no_response_url")
        webhook = self.clients.webhook(response_url)
        try:
            with measured(self._metrics, RESPONSE_URL) as call:
                answer = await webhook.send(
                    text=text,
                    blocks=list(blocks) if blocks is not None else None,
                    response_type="in_channel" if in_channel else "ephemeral",
                    replace_original=replace_original,
                )
                call.ended = Ended.of(answer.status_code)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise SlackFailure("unreachable", passing=True) from problem
        if (status := answer.status_code) != 200:
            raise SlackFailure(f"response_url_{status}", passing=status == 429 or status >= 500)

    async def _insist(
        self, method: str, client: AsyncWebClient, token: str, cure: str
    ) -> dict[str, Any]:
        pause = 1.0
        while True:
            try:
                return await self._call(client, method, {})
            except SlackFailure as failure:
                if not failure.passing:
                    raise SlackRefused(
                        f"Slack doesn't take {token} ({failure.error}). {cure}"
                    ) from None
                log.warning("Slack can't be reached; trying again", why=failure.error)
            await asyncio.sleep(pause)
            pause = min(30.0, pause * 2)

    async def _view(self, method: str, **arguments: Any) -> str:  # noqa: ANN401  # JSON
        answer = await self._call(self.clients.of(self.token).at_once, method, arguments)
        return str(answer["view"]["id"])

    async def _call(
        self, client: AsyncWebClient, method: str, arguments: dict[str, Any], *, reads: bool = False
    ) -> dict[str, Any]:
        # Methods that read take no JSON (docs.slack.dev/apis/web-api).
        sent = {"params": arguments, "http_verb": "GET"} if reads else {"json": arguments}
        answer = await self.ask(client, method, sent)
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def ask(
        self, client: AsyncWebClient, method: str, sent: dict[str, Any]
    ) -> AsyncSlackResponse:
        """Call a method with what is *sent*, as the SDK names it. Raises SlackFailure."""
        try:
            return await client.api_call(method, **sent)
        except SlackApiError as problem:
            error = _word_of(problem)
            raise SlackFailure(error, passing=error in _PASSING) from None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise SlackFailure("unreachable", passing=True) from problem


def _word_of(problem: SlackApiError) -> str:
    """Return Slack's word for *problem*: `unknown` for an answer that isn't Slack's JSON."""
    data = getattr(problem.response, "data", None)
    return str(data.get("error") or _NO_WORD) if isinstance(data, dict) else _NO_WORD
