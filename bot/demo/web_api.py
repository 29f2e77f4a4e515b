"""The Web API over HTTP: arguments, token, scopes; the methods are in methods.py."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

from aiohttp import web

from bot.demo.record import Json, Record, parsed
from bot.demo.weather import Weather
from bot.demo.workspace import Refused

Caller = Literal["bot", "app", "anybody"]

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A Web API method and what it asks for before it is called."""

    call: Callable[[Json], Json]
    needs: tuple[str, ...] = ()
    """Scopes, of which any one will do."""
    required: tuple[str, ...] = ()
    caller: Caller = "bot"
    """Whose token it takes: the bot's or the app-level one; or it needs none."""
    reads: bool = False
    """Methods that read take no JSON body (docs.slack.dev/apis/web-api)."""


@dataclass(slots=True, kw_only=True)
class WebApi:
    """The door that the bot knocks at."""

    methods: dict[str, Method]
    tokens: dict[str, Caller]
    """Whose they are."""
    scopes: set[str]
    record: Record
    weather: Weather
    settled: Callable[[], Awaitable[None]]
    """Waits for the end of a submission that is under way."""
    ended: dict[str, str] = field(default_factory=dict)
    """Tokens that were good once, each with Slack's word for why not any more."""

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call as Slack does: HTTP 200, and `ok` tells."""
        name = request.match_info["method"]
        raw = await request.text()
        arguments = _arguments(request, raw)
        raw = _hidden(raw or request.query_string, arguments)
        self.record.add(name, _without_token(arguments), by_bot=True, raw=raw)
        if (trouble := await self.weather.meet(request, name)) is not None:
            self.record.add(f"answer to {name}", trouble.text, by_bot=False, status=trouble.status)
            return trouble
        if name.startswith("views."):
            await self.settled()
        try:
            answer = {"ok": True, **self._call(name, request, arguments)}
        except Refused as refusal:
            answer = {"ok": False, "error": refusal.code, **refusal.details}
        self.record.add(f"answer to {name}", answer, by_bot=False, status=200)
        return web.json_response(
            answer,
            headers={
                "X-OAuth-Scopes": ",".join(sorted(self.scopes)),
                "X-Slack-Req-Id": str(len(self.record.entries)),
            },
        )

    def _call(self, name: str, request: web.Request, arguments: Json | None) -> Json:
        method = self.methods.get(name)
        if method is None:
            self.record.violate(f"{name} is no method that the stand-in knows (unknown_method)")
            raise Refused("unknown_method")
        if arguments is None:
            self.record.violate(f"{name}: the body is neither a form nor JSON (invalid_post_type)")
            raise Refused("invalid_post_type")
        self._check_token(request, arguments, method)
        if method.needs and not self.scopes.intersection(method.needs):
            raise Refused(
                "missing_scope", needed=method.needs[0], provided=",".join(sorted(self.scopes))
            )
        if method.reads and request.content_type == _JSON:
            self.record.violate(f"{name} does not take JSON: send a form, or GET")
            raise Refused("invalid_arguments")
        for each in method.required:
            if arguments.get(each) in (None, ""):
                self.record.violate(f"{name} needs the argument {each!r} (invalid_arguments)")
                raise Refused(
                    "invalid_arguments",
                    response_metadata={"messages": [f"[ERROR] missing required field: {each}"]},
                )
        return method.call(arguments)

    def _check_token(self, request: web.Request, arguments: Json, method: Method) -> None:
        if method.caller == "anybody":
            return
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        given = given or str(arguments.get("token") or "")
        if not given:
            raise Refused("not_authed")
        if given not in self.tokens:
            raise Refused(self.ended.get(given, "invalid_auth"))
        if self.tokens[given] != method.caller:
            raise Refused("not_allowed_token_type")


def _arguments(request: web.Request, raw: str) -> Json | None:
    """Return the arguments, of a query, a form or JSON; None where they are something else."""
    arguments: Json = dict(request.query)
    if not raw:
        return arguments
    if request.content_type == _JSON:
        body = parsed(raw)
        return None if body is None else arguments | body
    if request.content_type != _FORM:
        return None
    form = parse_qsl(raw, keep_blank_values=True)
    return arguments | {key: _decoded(value) for key, value in form}


def _decoded(value: str) -> object:
    """Return what a form's field means: JSON where it is an object or a list."""
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _without_token(arguments: Json | None) -> Json | None:
    return {k: v for k, v in arguments.items() if k != "token"} if arguments else arguments


def _hidden(raw: str, arguments: Json | None) -> str:
    """Return *raw* without the token: a page may show the record."""
    token = str((arguments or {}).get("token") or "")
    return raw.replace(token, "TOKEN") if token else raw
