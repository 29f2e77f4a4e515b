"""Giving a password: on our one-time page, or in a view of its own; it waits for Save."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller, Refused
from bot.slack.acting import Act, NotInstalled
from bot.slack.api import SlackAPI
from bot.slack.problems import tell
from bot.slack.refusals import note_door
from bot.slack.replies import Body, Replies
from bot.slack.settings.form import Form
from bot.slack.settings.forms import Forms, Page, form_id_of
from bot.slack.settings.password_view import given_view, link_view, said_view, typed_view
from bot.slack.settings.view import draw
from bot.slack.work import Threads
from bot.smtp.fields import parse_password

LINK_LIVES = timedelta(minutes=10)
_TOKEN = re.compile(r"(?P<team>[A-Z0-9]{1,40})-[A-Za-z0-9_-]{43}")
"""Of a link: whose workspace's, and what nobody guesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a one-time link stands for: this person, this form."""

    caller: Caller
    form_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordListeners:
    """The buttons "Change password" and "Remove password", and what follows them."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    forms: Forms
    clock: Callable[[], datetime]
    act: Act

    async def change(self, ack: AsyncAck, body: Body) -> None:
        """Push the view in which the password is given."""
        await ack()
        self.replies.in_window(body, self._change, name="change password")

    async def remove(self, ack: AsyncAck, body: Body) -> None:
        """Mark the stored password as removed, and forget a new one."""
        await ack()
        self.replies.in_window(body, self._remove, name="remove password")

    async def link_opened(self, ack: AsyncAck) -> None:
        """Acknowledge the click on the link; the browser does the rest."""
        await ack()

    async def submit(self, ack: AsyncAck, body: Body) -> None:
        """Take the password typed into Slack."""
        deadline = asyncio.get_running_loop().time() + self.slack.pace.answer_within
        caller = Caller.of(body)
        view = body["view"]
        await self.access.admin(caller, fresh=True)
        if not self.forms.config.password_in_slack or self.forms.config.public_url:
            way = ON_THE_PAGE if self.forms.password_way else AT_THE_COMMAND_LINE
            await ack(response_action="errors", errors={"new_password": f"{NOT_IN_SLACK} {way}"})
            return
        typed = _typed(view)
        giving = asyncio.ensure_future(self.threads(self._give, caller, view, typed))
        left = max(0.1, deadline - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait({giving}, timeout=left)
        if not done:
            await ack(response_action="update", view=said_view("Storing ..."))
            self.replies.work.start(self._show_later(view["id"], giving), name="slow password")
            return
        try:
            page = giving.result()
        except ValueError as problem:
            await ack(response_action="errors", errors={"new_password": str(problem)})
            return
        await ack()
        self.replies.work.start(self._redraw(page), name="password given")

    async def look_up(self, token: str) -> Link | None:
        """Return what the link with *token* stands for, if it still may be used."""
        return await self.threads(self._link, token, use=False)

    async def give(self, token: str, typed: str) -> None:
        """Take the password from the page, once. Raises ValueError, Refused, StorageError."""
        link = await self.threads(self._link, token, use=False)
        if link is None:
            raise LinkGone(LINK_GONE)
        try:
            await self.act(link.caller.team_id)
        except NotInstalled as problem:
            raise LinkGone(LINK_GONE) from problem
        note_door("password_page")
        await self.access.admin(link.caller, fresh=True)
        form = await self.threads(self.forms.draft, link.caller, link.form_id)
        if form.over:
            raise LinkGone(FORM_OVER)
        password = _parsed(typed, form)
        if await self.threads(self._link, token, use=True) is None:
            raise LinkGone(LINK_GONE)
        page = await self.threads(self._wait_with, link.caller, link.form_id, password)
        self.replies.work.start(self._show_given(page, token), name="password given")

    async def _change(self, caller: Caller, body: Body) -> None:
        await self.access.admin(caller)
        if not self.forms.password_way:
            raise NotInSlack(f"{NOT_IN_SLACK} {AT_THE_COMMAND_LINE}")
        form = (await self.threads(self._keep, caller, body["view"])).form
        if not await self.threads(self.forms.once, "password", form.id):
            return
        if not self.forms.config.public_url:
            await self.slack.push_view(body["trigger_id"], typed_view(form.id))
            return
        token = f"{caller.team_id}-{secrets.token_urlsafe(32)}"
        address = f"{self.forms.config.public_url}/password/{token}"
        # The link must work as soon as it is seen. Its view goes by a name that we give it: Slack's
        # id would be known only when the password may be here already.
        await self.threads(self._put_link, token, Link(caller=caller, form_id=form.id))
        view = link_view(address) | {"external_id": _view_name(token)}
        await self.slack.push_view(body["trigger_id"], view)

    async def _remove(self, caller: Caller, body: Body) -> None:
        await self.access.admin(caller)
        page = await self.threads(self._removed, caller, body["view"])
        await self._redraw(page)

    async def _redraw(self, page: Page) -> None:
        await self.slack.update_view(page.form.view_id, draw(page.form, page.around))

    async def _show_given(self, page: Page, token: str) -> None:
        await self._redraw(page)
        await self.slack.update_pushed(_view_name(token), given_view())

    async def _show_later(self, view_id: str, giving: asyncio.Future[Page]) -> None:
        try:
            page = await giving
        except ValueError as problem:
            await self.slack.update_view(view_id, said_view(str(problem)))
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            view = said_view(tell(problem, where="password"))
            await self.slack.update_view(view_id, view)
        else:
            await self._redraw(page)
            await self.slack.update_view(view_id, given_view())

    def _give(self, caller: Caller, view: Body, typed: str) -> Page:
        form = self.forms.draft(caller, form_id_of(view))
        password = _parsed(typed, form)
        return self._wait_with(caller, form.id, password)

    def _keep(self, caller: Caller, view: Body) -> Page:
        page = self.forms.resume(caller, view)
        self.forms.keep(caller, page.form)
        return page

    def _removed(self, caller: Caller, view: Body) -> Page:
        page = self.forms.resume(caller, view)
        form = replace(page.form, password_removed=True)
        self.forms.drop_waiting(caller, form.id)
        self.forms.keep(caller, form)
        return self.forms.page(caller, form, drawn=page.drawn)

    def _wait_with(self, caller: Caller, form_id: str, password: str) -> Page:
        self.forms.wait_with(caller, form_id, password)
        form = replace(self.forms.draft(caller, form_id), password_removed=False)
        self.forms.keep(caller, form)
        return self.forms.page(caller, form, drawn=form)

    def _put_link(self, token: str, link: Link) -> None:
        self.forms.vault.links.put(
            link.caller.team_id,
            {"user": link.caller.user_id, "form": link.form_id},
            name=_fingerprint(token),
            revision=0,
            by=link.caller.user_id,
            at=self.clock(),
        )

    def _link(self, token: str, *, use: bool) -> Link | None:
        links = self.forms.vault.links
        if (found := _TOKEN.fullmatch(token)) is None:
            return None
        team_id, name = found["team"], _fingerprint(token)
        record = links.take(team_id, name) if use else links.get(team_id, name)
        if record is None or self.clock() - record.changed_at > LINK_LIVES:
            return None
        value = record.value
        caller = Caller(team_id=team_id, user_id=value["user"], home_team_id=team_id)
        return Link(caller=caller, form_id=value["form"])


class NotInSlack(Refused):
    """The operator forbids what the button would lead to."""


class LinkGone(ValueError):
    """The one-time link was used, is too old, or never was."""


LINK_GONE = (
    "This link was used already or is older than ten minutes. Go back to Slack and choose "
    "“Change password” again."
)
FORM_OVER = (
    "The form that this link belongs to was saved meanwhile, so the password was not taken. "
    "Run /mailsettings in Slack and choose “Change password” there."
)
NOT_IN_SLACK = (
    "The operator of this bot doesn't allow passwords to be typed into Slack, "
    "so nothing was changed."
)
ON_THE_PAGE = "Close this view and choose “Change password” again."
AT_THE_COMMAND_LINE = "Ask the operator to set it, with `mailsettings settings set-password`."


def _typed(view: Body) -> str:
    """Return what stands in the view's only field; it may be missing, as in a forged view."""
    found: Any = view.get("state")
    for key in ("values", "new_password", "new_password", "value"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _parsed(typed: str, form: Form) -> str:
    values = form.values
    return parse_password(typed, provider=str(values["provider"]), host=str(values["host"]))


def _view_name(token: str) -> str:
    return f"password-{_fingerprint(token)}"


def _fingerprint(token: str) -> str:
    # The database never holds a link that works.
    return hashlib.sha256(token.encode()).hexdigest()
