"""Installing the app by OAuth: the page that says what it may do, and the way back from Slack.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

import structlog
from aiohttp import web

from bot.installed import Installation
from bot.slack.api import SlackFailure
from bot.slack.deeds import installed
from bot.slack.incidents import apology, new_incident
from bot.slack.installations import StoredInstallations
from bot.slack.oauth import OAuth
from bot.slack.pages import page, paragraph
from bot.slack.work import Threads
from bot.vault import Vault
from storage.errors import InvalidEnvelope, StorageError, UnknownKey
from storage.keyring import Context

log = structlog.get_logger(__name__)

INSTALL, RETURN = "/slack/install", "/slack/oauth_redirect"
STATE_LIVES = timedelta(minutes=10)
_COOKIE = "mailsettings-install"
_STATE = Context(kind="oauth-state", workspace="", revision=1)

SCOPES = {
    "commands": "answer /mailsettings and /mailtest",
    "chat:write": "post the result of a test where it was asked for",
    "users:read": "ask Slack who is an owner or admin of your workspace, each time anew",
    "users:read.email": "know a member's own address, for a test to it",
}
"""Each scope and why we ask for it, as the page says it."""
OPTIONAL_SCOPES = {
    "chat:write.public": "post results in public channels that it was not invited to",
    "files:read": "read a certificate or key file that an admin uploads for the mail server",
    "files:write": "delete that file in Slack once it is read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallPages:
    """The two pages; their fields are what they depend on."""

    oauth: OAuth
    threads: Threads
    vault: Vault
    installations: StoredInstallations
    public_url: str
    authorize_url: str
    """Slack's page on which a person agrees."""
    clock: Callable[[], datetime]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the pages."""
        return [
            web.get(INSTALL, self.show),
            web.post(INSTALL, self.begin),
            # Not HEAD: the way back can be taken once.
            web.get(RETURN, self.finish, allow_head=False),
        ]

    async def show(self, _request: web.Request) -> web.Response:
        """Say what the app may do and why."""
        needed = "".join(f"<li>{escape(why)}</li>" for why in SCOPES.values())
        wished = "".join(f"<li>{escape(why)}</li>" for why in OPTIONAL_SCOPES.values())
        return page(
            200,
            "Add Mail Settings to Slack",
            f"""<p>Mail Settings connects your workspace to your mail server, and shows that mail
really works. It will be able to:</p><ul>{needed}</ul>
<p>And, if you leave these ticked:</p><ul>{wished}</ul>
<p>It reads no messages. What your admins save is sealed; when you remove the app, everything that
belongs to your workspace is erased.</p>
<form method="post"><button>Continue to Slack</button></form>""",
            form_action=f"'self' {_origin(self.authorize_url)}",
        )

    async def begin(self, _request: web.Request) -> web.Response:
        """Send the person to Slack with a state that comes back once, in this browser."""
        state = self._new_state()
        where = urlencode(
            {
                "client_id": self.oauth.client_id,
                "scope": ",".join((*SCOPES, *OPTIONAL_SCOPES)),
                "redirect_uri": f"{self.public_url}{RETURN}",
                "state": state,
            }
        )
        response = web.Response(status=303, headers={"Location": f"{self.authorize_url}?{where}"})
        response.headers["Cache-Control"] = "no-store"
        response.set_cookie(
            _COOKIE,
            state,
            max_age=int(STATE_LIVES.total_seconds()),
            path="/slack",
            secure=self.public_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
        return response

    async def finish(self, request: web.Request) -> web.Response:
        """Take what Slack sends the person back with."""
        query = request.query
        state = query.get("state", "")
        try:
            mine = secrets.compare_digest(
                request.cookies.get(_COOKIE, "").encode(), state.encode()
            ) and await self.threads(self._use_state, state)
        except StorageError as problem:
            return _sorry("install", problem)
        if not mine:
            return _again(
                400,
                "Please start again",
                "This way back from Slack was used already, is older than ten minutes, or began "
                "in another browser.",
            )
        if "code" in query:
            return await self._install(query["code"])
        if query.get("error") == "access_denied":
            return _again(
                403,
                "Not installed",
                "You chose not to install the app, or your workspace's admins must approve it "
                "first. Nothing was changed.",
            )
        return _again(
            403, "Not installed", "Slack didn't let the app be installed. Nothing was changed."
        )

    async def _install(self, code: str) -> web.Response:
        try:
            installation = await self.oauth.install(code, redirect_uri=f"{self.public_url}{RETURN}")
            await self.threads(self._keep, installation)
        except SlackFailure as failure:
            log.warning("an installation failed", why=failure.error)
            return _again(
                502,
                "Not installed",
                "Slack didn't confirm the installation, so nothing was stored here.",
            )
        except StorageError as problem:
            return _sorry("install", problem)
        self.installations.forget(installation.place)
        log.info("installed", place=installation.place)
        return _done(installation)

    def _keep(self, installation: Installation) -> None:
        """Write the installation, over an older one. Raises StorageError."""
        self.vault.installs.keep(
            installation, event=installed(installation.installed_by), at=self.clock()
        )

    def _new_state(self) -> str:
        """Return what only we can make, and when it was made.

        Nothing is written before it comes back: anybody may ask for any number of them.
        """
        sealed = self.vault.keyring.seal(self.clock().isoformat().encode(), _STATE)
        return base64.urlsafe_b64encode(sealed).decode()

    def _use_state(self, state: str) -> bool:
        """Tell whether a state is ours, young, and used for the first time. Raises Unavailable."""
        try:
            opened = self.vault.keyring.open(base64.urlsafe_b64decode(state), _STATE)
        except (ValueError, InvalidEnvelope, UnknownKey):
            return False
        now = self.clock()
        age = now - datetime.fromisoformat(opened.decode())
        # Another replica's clock may be ahead of ours.
        return abs(age) <= STATE_LIVES and self.vault.deliveries.once(
            f"install:{hashlib.sha256(state.encode()).hexdigest()}", now=now, keep=2 * STATE_LIVES
        )


def _done(installation: Installation) -> web.Response:
    if installation.team_id:
        where = f"https://app.slack.com/client/{escape(installation.team_id)}"
        next_step = (
            "<p>Now an owner or admin types <b>/mailsettings</b> in any channel there, fills the "
            f'form and sends a test message.</p><p><a href="{where}">Open Slack</a></p>'
        )
    else:
        next_step = (
            "<p>An organisation's admin now adds it to workspaces, in the organisation's "
            "settings under “Integrations”. Then the organisation's owners and admins type "
            "<b>/mailsettings</b> there.</p>"
        )
    return page(200, f"Installed in {installation.name or installation.place}", next_step)


def _again(status: int, title: str, why: str) -> web.Response:
    return page(
        status, title, paragraph(why) + f'<p><a href="{INSTALL}">Go back to the beginning</a></p>'
    )


def _sorry(where: str, problem: StorageError) -> web.Response:
    incident = new_incident()
    log.error("failed", where=where, incident=incident, why=str(problem))
    return page(503, "That didn't work", paragraph(apology(incident)))


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
