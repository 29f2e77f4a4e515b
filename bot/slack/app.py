"""What answers what, and the one error door. Who may do it is asked by each listener's first line.

| door | who |
|---|---|
| /mailsettings, its modal, the shortcut, what mends it | admins; a save asks Slack afresh |
| /mailsettings show, help | everyone |
| /mailsettings keys, "Manage SSL keys" and what follows | admins; a change asks Slack afresh |
| /mailsettings history, its pages, "Go back to this" | admins; going back asks Slack afresh |
| "Trust this certificate" | admins; the deed asks Slack afresh |
| the password, on the page or in Slack | the admin who opened the form |
| /mailtest, "Test again" | by the setting "Who can send test messages" |
| "It arrived", "It did not arrive", /mailtest confirm | admins and members |
| "Details", "Copy for the mail team" | admins |
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.installed import Installation
from bot.slack.access import Caller, Refused
from bot.slack.acting import NotInstalled, act_for
from bot.slack.api import SlackAPI
from bot.slack.installations import Installations
from bot.slack.keys.listeners import KeyListeners
from bot.slack.keys.trusting import TrustListeners
from bot.slack.keys.uploading import UploadListeners
from bot.slack.lifecycle import LifecycleListeners
from bot.slack.mailtest.listeners import MailtestListeners
from bot.slack.problems import tell
from bot.slack.refusals import door_of, note_door
from bot.slack.replies import Body
from bot.slack.settings.history_listeners import HistoryListeners
from bot.slack.settings.key_choice import KeyChoiceListeners
from bot.slack.settings.listeners import SettingsListeners
from bot.slack.settings.mending import MendingListeners
from bot.slack.settings.password import PasswordListeners
from bot.slack.words import OTHER_WORKSPACE, notice
from storage.errors import StorageError

log = structlog.get_logger(__name__)

REDRAWING = (
    *("configuration", "provider", "tls_mode", "anonymous", "notifications", "host"),
    "from_address",
)
"""The fields whose change draws the form anew."""
_ANYTHING = re.compile(".*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The listeners of all features."""

    settings: SettingsListeners
    passwords: PasswordListeners
    history: HistoryListeners
    mending: MendingListeners
    mailtest: MailtestListeners
    lifecycle: LifecycleListeners
    key_choice: KeyChoiceListeners
    keys: KeyListeners
    uploads: UploadListeners
    trust: TrustListeners


def make_app(
    slack: SlackAPI, listeners: Listeners, *, signing_secret: str, installations: Installations
) -> AsyncApp:
    """Make the Bolt app. Everything that Bolt would read from the environment is given."""
    app = AsyncApp(
        # Without it, Bolt would look for the file that calls it, and read all files on the way.
        name="Mail Settings",
        # Without a token: the right one comes from `authorize`.
        client=slack.clients.of("").patient,
        signing_secret=signing_secret,
        # In Socket Mode there is no signature: the connection is ours, made with our app token.
        request_verification_enabled=True,
        # Of Bolt's own reading of who asks, nothing counts: `_Entrance` reads it, as our guards do.
        authorize=_let_in,
        # Our listeners answer at once and hand longer work to `Work`; without this Bolt looks for
        # the answer only every 10 ms.
        process_before_response=True,
    )
    app.middleware(_Entrance(installations))
    _register(app, listeners)
    app.error(_error_door)
    return app


async def _let_in(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


class _Entrance(AsyncMiddleware):
    """Has each request act with the token of the installation that serves its workspace.

    A class of Bolt's kind: for a function it would make twenty arguments ready each time.
    """

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def async_process(  # type: ignore[override]  # Bolt awaits `next`, and no answer of ours
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's interface
        next: Callable[[], Awaitable[None]],  # noqa: A002 - the same
    ) -> None:
        """Note the door, act for whoever asks, or refuse."""
        # Both also where it is nothing of ours: a connection may serve many requests.
        note_door(door_of(req.body))
        act_for(None)
        # Events tell of the app, also where it isn't installed any more.
        if req.body.get("type") != "event_callback":
            act_for(await self._installation(req.body))
        await next()

    async def _installation(self, body: Body) -> Installation:
        caller = Caller.of(body)
        try:
            found = await self._installations.find(caller.team_id, _enterprise_of(body))
        except NotInstalled as problem:
            raise Refused(OTHER_WORKSPACE) from problem
        # Somebody of one workspace may use a view that another's installation opened.
        opened_for = (body.get("view") or {}).get("app_installed_team_id")
        if opened_for and opened_for not in {found.place, caller.team_id}:
            raise Refused(OTHER_WORKSPACE)
        return found


def _enterprise_of(body: Body) -> str:
    enterprise = body.get("enterprise")
    return str((enterprise["id"] if enterprise else body.get("enterprise_id")) or "")


def _register(app: AsyncApp, listeners: Listeners) -> None:
    settings, passwords, mailtest = listeners.settings, listeners.passwords, listeners.mailtest
    mending = listeners.mending

    app.command("/mailsettings")(settings.command)
    app.command("/mailtest")(mailtest.command)
    app.action(re.compile("^(" + "|".join(REDRAWING) + ")$"))(settings.redraw)
    app.view("mail_settings")(settings.submit)

    app.action("more")(settings.more)
    app.action("history_older")(listeners.history.older)
    app.action("history_newest")(listeners.history.newest)
    app.action("go_back")(listeners.history.go_back)
    app.action("use_suggestion")(settings.use_suggestion)
    app.action("send_test")(settings.send_test)
    app.action("change_password")(passwords.change)
    app.action("remove_password")(passwords.remove)
    app.action("open_password_page")(passwords.link_opened)
    app.view("password")(passwords.submit)
    app.view("mail_settings_saved")(settings.done)

    app.action("test_again")(mailtest.again)
    app.action("test_details")(mailtest.details)
    app.action("copy_for_mail_team")(mailtest.copy)
    app.action("arrived")(mailtest.arrivals.arrived)
    app.action("not_arrived")(mailtest.arrivals.not_arrived)
    app.action("fix_settings")(mending.fix)
    app.action("apply_fix")(mending.apply)
    app.shortcut("mail_settings")(settings.shortcut)
    _register_keys(app, listeners)

    app.event("app_uninstalled")(listeners.lifecycle.uninstalled)
    app.event("tokens_revoked")(listeners.lifecycle.revoked)
    app.event("team_access_revoked")(listeners.lifecycle.left)

    # In Socket Mode an unanswered request would be an error on the person's screen, so what an
    # older version drew is answered too.
    app.command(_ANYTHING)(_unknown_command)
    app.action(_ANYTHING)(_unknown)
    app.view(_ANYTHING)(_unknown)
    app.view_closed(_ANYTHING)(_unknown)
    app.shortcut(_ANYTHING)(_unknown)
    app.event(_ANYTHING)(_unknown)


def _register_keys(app: AsyncApp, listeners: Listeners) -> None:
    app.action("manage_keys")(listeners.key_choice.manage)
    app.action("choose_key")(listeners.key_choice.choose)
    app.action("upload_key")(listeners.keys.upload)
    app.action("key_menu")(listeners.keys.menu)
    app.view("key_upload")(listeners.uploads.submit)
    app.view("key_rename")(listeners.keys.submit_rename)
    app.view("key_delete")(listeners.keys.submit_delete)
    app.action("trust_certificate")(listeners.trust.ask)
    app.view("key_trust")(listeners.trust.submit)


async def _unknown_command(ack: AsyncAck) -> None:
    await ack(text="This bot answers `/mailsettings` and `/mailtest`.")


async def _unknown(ack: AsyncAck) -> None:
    log.info("unknown interaction")
    await ack()


async def _error_door(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer for a listener that raised before its ack."""
    sentence = tell(error, where="request")
    if body.get("type") == "event_callback" and isinstance(error, StorageError):
        return BoltResponse(status=503)  # Slack tells again later
    answer: dict[str, Any] = {}
    if body.get("type") == "view_submission":
        answer = {"response_action": "push", "view": notice("Mail settings", sentence)}
    elif "command" in body:
        answer = {"response_type": "ephemeral", "text": sentence}
    return BoltResponse(status=200, body=answer or "")
