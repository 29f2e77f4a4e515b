"""Answers to commands and actions: by response URL, or in the body of an acknowledgement.

Rules: docs.slack.dev/interactivity/handling-user-interaction#message_responses.
"""

from dataclasses import dataclass
from typing import NoReturn

from aiohttp import web

from bot.demo.methods import Methods, rewrite
from bot.demo.permits import Permits, ResponseUrl
from bot.demo.record import Json, Record, parsed
from bot.demo.weather import Weather
from bot.demo.workspace import Message, Refused, Workspace

_KEYS = {
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """Takes answers and shows them."""

    workspace: Workspace
    permits: Permits
    methods: Methods
    record: Record
    weather: Weather

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a POST to a response URL: 200 `ok`, or 404 `expired_url`."""
        raw = await request.text()
        body = parsed(raw)
        self.record.add("response_url", body, by_bot=True, raw=raw)
        answer = await self.weather.meet(request, "response_url") or self._answer(request, body)
        self.record.add("answer to response_url", answer.text, by_bot=False, status=answer.status)
        return answer

    def _answer(self, request: web.Request, body: Json | None) -> web.Response:
        try:
            url = self.permits.spend(request.path)
            if request.content_type != "application/json" or body is None:
                self._refuse("the body is not JSON")
            elif body.get("delete_original") or body.get("replace_original"):
                self._change_original(body, url.source)
            else:
                self.show(body, url=url)
        except Refused as refusal:
            status = 404 if refusal.code == "expired_url" else 400
            return web.Response(status=status, text=refusal.code)
        return web.Response(text="ok")

    def show(self, body: Json, *, url: ResponseUrl) -> Message:
        """Post an answer, for one person or for the channel. Raises Refused."""
        for key in sorted(set(body) - _KEYS):
            self.record.violate(f"response_url: unknown key {key!r}")
        kind = body.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            self._refuse(f"{kind!r} is no response_type")
        self.methods.inspect(body, "response_url")
        if kind == "ephemeral":
            return self.workspace.post(body, channel=url.channel, visible_to=url.user)
        if url.command:  # Slack then shows what the person typed, too
            self.workspace.post({"text": url.command}, channel=url.channel, user=url.user)
            url.command = ""
        return self.workspace.post(body, channel=url.channel)

    def _change_original(self, body: Json, original: Message | None) -> None:
        if original is None:
            self._refuse("a command has no original message to change")
        elif original not in self.workspace.messages:
            raise Refused("message_not_found")
        elif body.get("delete_original"):
            self.workspace.messages.remove(original)
        else:
            self.methods.inspect(body, "response_url")
            rewrite(original, body)

    def _refuse(self, reason: str) -> NoReturn:
        self.record.violate(f"response_url: {reason}")
        raise Refused("invalid_payload")
