"""Slack for several workspaces: one Web API for all, OAuth, organisations, and the app's end."""

import base64
import json
import math
import secrets
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from aiohttp import web

from bot.demo.door import Answer
from bot.demo.payloads import event_callback
from bot.demo.slack import StandIn
from bot.demo.workspace import BOT_USER, Workspace

CLIENT_ID, CLIENT_SECRET = "123456.7890", "client-secret-0123"
SIGNING_SECRET, APP_TOKEN = "signing-secret-0123", "xapp-1-app-token"
PUBLIC = "https://mail.acme.example"
LIVES = 12 * 3600
"""Seconds of a token that rotates (docs.slack.dev/authentication/using-token-rotation)."""
SCOPES = {"commands", "chat:write", "users:read", "users:read.email"}


@dataclass(kw_only=True)
class Choice:
    """What the person does on Slack's page."""

    place: str
    """The workspace or organisation that is chosen there."""
    user: str
    agrees: bool = True


@dataclass(kw_only=True)
class Grant:
    """What a code stands for."""

    choice: Choice
    redirect_uri: str
    scope: str
    used: bool = False


@dataclass(kw_only=True, eq=False)
class Front:
    """The one address that the bot knows; behind it a stand-in for each workspace."""

    workspaces: dict[str, StandIn]
    organisations: dict[str, tuple[str, ...]]
    """Workspaces by organisation."""
    rotates: bool = False
    choice: Choice = field(default_factory=lambda: Choice(place="T1", user="UADMIN"))
    fails: list[str] = field(default_factory=list)
    """Errors of the next calls of oauth.v2.access."""
    ahead: float = 0
    """Seconds that Slack's clock is ahead of this machine's."""
    calls: list[str] = field(default_factory=list)
    """Every method that was called, by the bot's one address."""
    given: set[str] = field(default_factory=set)
    """Every secret that was handed out."""
    violations: list[str] = field(default_factory=list)
    url: str = ""
    _codes: dict[str, Grant] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)
    """Places by access token."""
    _ends: dict[str, float] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)
    """Places by refresh token; each works once."""

    def teams(self, place: str) -> tuple[str, ...]:
        """Return the workspaces of a place."""
        return self.organisations.get(place, (place,))

    def now(self) -> float:
        return time.time() + self.ahead

    def connect(self, url: str) -> None:
        """Send everything to *url* from now on."""
        for each in self.workspaces.values():
            each.connect_http(url)

    def connect_sockets(self) -> None:
        """Send everything through the app's Socket Mode connections."""
        first = next(iter(self.workspaces.values()))
        for each in self.workspaces.values():
            each._delivery.door = first.sockets

    def token_of(self, place: str) -> str:
        """Return the newest token of a place."""
        return [token for token, where in self._tokens.items() if where == place][-1]

    def end_token(self, place: str, word: str = "token_revoked") -> None:
        """Take all tokens of a place back."""
        for token in [each for each, where in self._tokens.items() if where == place]:
            del self._tokens[token]
            for team in self.teams(place):
                self.workspaces[team].api.tokens.pop(token)
                self.workspaces[team].api.ended[token] = word
        self._refresh = {key: where for key, where in self._refresh.items() if where != place}
        for team in self.teams(place):
            self.workspaces[team].workspace.org_wide = False

    async def tell(
        self, place: str, event: dict[str, Any], *, seconds: float | None = None
    ) -> Answer:
        """Send an event of the app in a place, which happened at *seconds* since 1970."""
        whole = place in self.organisations
        slack = self.workspaces[self.teams(place)[0]]
        here = slack.workspace
        before, here.org_wide = here.org_wide, whole
        payload = event_callback(
            event,
            workspace=here,
            event_id=f"Ev{secrets.token_hex(5).upper()}",
            seconds=int(self.now() if seconds is None else seconds),
        )
        here.org_wide = before
        return await slack._delivery.deliver("event", payload, what=event["type"], strict=False)

    async def uninstall(self, place: str, *, seconds: float | None = None) -> list[Answer]:
        """Remove the app, as a person does in Slack: tokens end, and two events tell."""
        self.end_token(place)
        return [await self.tell(place, each, seconds=seconds) for each in ENDS]

    # what the bot and the browser reach

    async def authorize(self, request: web.Request) -> web.Response:
        """Slack's page on which a person agrees."""
        query = request.query
        wanted = set(query.get("scope", "").split(","))
        if query.get("client_id") != CLIENT_ID or not wanted >= SCOPES:
            self.violations.append(f"a wrong way to the page: {dict(query)}")
            raise web.HTTPBadRequest
        if not query.get("redirect_uri", "").startswith(f"{PUBLIC}/"):
            self.violations.append("a redirect_uri that is not registered")
            raise web.HTTPBadRequest
        state = query["state"]
        self.given.add(state)
        if not self.choice.agrees:
            back = {"error": "access_denied", "state": state}
        else:
            code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
            self.given.add(code)
            self._codes[code] = Grant(
                choice=self.choice, redirect_uri=query["redirect_uri"], scope=query["scope"]
            )
            back = {"code": code, "state": state}
        raise web.HTTPFound(f"{query['redirect_uri']}?{urlencode(back)}")

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer a Web API call for the workspace whose token it has."""
        method = request.match_info["method"]
        self.calls.append(method)
        if method == "oauth.v2.access":
            return self._dated(await self._access(request))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._ends.get(token, math.inf) < self.now():
            return self._dated({"ok": False, "error": "token_expired"})
        place = self._tokens.get(token, "")
        team = await self._team_of(request, place)
        answer = await self.workspaces[team].api.handle(request)
        if place in self.organisations and method == "users.info":
            return _org_wide(answer)
        return answer

    async def _team_of(self, request: web.Request, place: str) -> str:
        """Return which workspace a call is about."""
        teams = self.teams(place) if place else tuple(self.workspaces)
        body = dict(parse_qsl(request.query_string) + parse_qsl(await request.text()))
        if request.content_type == "application/json":
            body |= await request.json()
        for team in teams:
            slack = self.workspaces[team]._delivery
            views = [each for stack in slack.views.stacks for each in stack.views]
            known = {
                *slack.permits.triggers,
                *(each.id for each in views),
                *(str(each.definition.get("external_id")) for each in views),
                *slack.workspace.users,
                *slack.workspace.channels,
            }
            keys = ("trigger_id", "view_id", "external_id", "user", "channel")
            if any(body.get(key) in known for key in keys if body.get(key)):
                return team
        return teams[0]

    async def _access(self, request: web.Request) -> dict[str, Any]:  # noqa: PLR0911 - an error each
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or request.content_type != "application/x-www-form-urlencoded":
            self.violations.append("oauth.v2.access takes a form, and our id and secret by Basic")
            return {"ok": False, "error": "invalid_arguments"}
        if base64.b64decode(given).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return {"ok": False, "error": "bad_client_secret"}
        if self.fails:
            return {"ok": False, "error": self.fails.pop(0)}
        form = {key: str(value) for key, value in (await request.post()).items()}
        if form.get("grant_type") == "refresh_token":
            place = self._refresh.pop(form.get("refresh_token", ""), None)
            if place is None:
                return {"ok": False, "error": "invalid_refresh_token"}
            return self._granted(place, user="", scope=",".join(SCOPES))
        grant = self._codes.get(form.get("code", ""))
        if grant is None:
            return {"ok": False, "error": "invalid_code"}
        if grant.used:
            self.violations.append("a code was used twice")
            return {"ok": False, "error": "code_already_used"}
        if form.get("redirect_uri") != grant.redirect_uri:
            self.violations.append("another redirect_uri than on the page")
            return {"ok": False, "error": "bad_redirect_uri"}
        grant.used = True
        return self._granted(grant.choice.place, user=grant.choice.user, scope=grant.scope)

    def _granted(self, place: str, *, user: str, scope: str) -> dict[str, Any]:
        """Hand out a token for a place: docs.slack.dev/reference/methods/oauth.v2.access."""
        whole = place in self.organisations
        here = self.workspaces[self.teams(place)[0]].workspace
        token = f"{'xoxe.' if self.rotates else ''}xoxb-{place}-{secrets.token_hex(12)}"
        self.given.add(token)
        self._tokens[token] = place
        for each in self.teams(place):
            self.workspaces[each].api.tokens[token] = "bot"
            if whole and each not in self._tokens.values():
                self.workspaces[each].workspace.org_wide = True
            elif not whole:
                here.org_wide = False
        organisation = {"id": here.enterprise_id, "name": "Group"} if here.enterprise_id else None
        answer = {
            "ok": True,
            "app_id": "AMAIL",
            "authed_user": {"id": user},
            "scope": scope,
            "token_type": "bot",
            "access_token": token,
            "bot_user_id": BOT_USER,
            "team": None if whole else {"id": place, "name": here.name},
            "enterprise": organisation,
            "is_enterprise_install": whole,
        }
        if self.rotates:
            refresh = f"xoxe-1-{secrets.token_hex(12)}"
            self.given.add(refresh)
            self._refresh[refresh] = place
            self._ends[token] = self.now() + LIVES
            answer |= {"refresh_token": refresh, "expires_in": LIVES}
        return answer

    def _dated(self, answer: dict[str, Any]) -> web.Response:
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.now()))
        return web.json_response(answer, headers={"Date": date})


ENDS = (
    {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}},
    {"type": "app_uninstalled"},
)


def _org_wide(answer: web.Response) -> web.Response:
    """Say of a person's roles what Slack says to an organisation's token (bolt-js#1566)."""
    body = json.loads(answer.text or "")
    if "user" in body:
        roles = body["user"].get("enterprise_user") or {}
        for flag in ("is_admin", "is_owner", "is_primary_owner"):
            body["user"][flag] = bool(roles.get(flag))
    return web.json_response(body)


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    """Two workspaces of their own, T1 and T2, and two in the organisation E1, T3 and T4."""
    made: dict[str, StandIn] = {}
    for team, name, suffix in (
        ("T1", "Acme", ""),
        ("T2", "Beta", ""),
        ("T3", "Gamma", "3"),
        ("T4", "Delta", "4"),
    ):
        workspace = Workspace(
            clock=time.time,
            team_id=team,
            name=name,
            suffix=suffix,
            enterprise_id="E1" if suffix else "",
        )
        made[team] = await StandIn.start(
            signing_secret=SIGNING_SECRET,
            bot_token=f"never-{team}",
            app_token=APP_TOKEN,
            workspace=workspace,
        )
    front = Front(workspaces=made, organisations={"E1": ("T3", "T4")})
    app = web.Application(client_max_size=2**21)
    app.router.add_route("*", "/api/{method}", front.call)
    app.router.add_get("/oauth/v2/authorize", front.authorize)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    front.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield front
    await runner.cleanup()
    for each in made.values():
        await each.stop()
    assert front.violations == []
    for each in made.values():
        each.check()
