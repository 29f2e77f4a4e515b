"""From the form to the list of SSL keys, and from a trusted certificate to the form."""

import secrets
from dataclasses import dataclass, replace
from typing import Protocol

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller, Refused
from bot.slack.api import SlackAPI
from bot.slack.replies import Body, Replies
from bot.slack.settings.forms import Forms, Page
from bot.slack.settings.view import draw
from bot.slack.words import code
from bot.slack.work import Threads


class ShowKeys(Protocol):
    """Puts the list of SSL keys on top of a form."""

    async def __call__(self, caller: Caller, trigger_id: str, form_id: str) -> None:
        """Push the view. Raises Refused, StorageError, SlackFailure."""
        ...


class KeyGone(Refused):
    """The SSL key was deleted meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawing:
    """Draws open forms anew when the SSL keys have changed."""

    slack: SlackAPI
    threads: Threads
    forms: Forms

    async def redraw(self, caller: Caller, form_id: str) -> None:
        """Draw a form with the SSL keys that there are now. Raises StorageError, SlackFailure."""
        page = await self.threads(self._page, caller, form_id)
        await self.slack.update_view(page.form.view_id, draw(page.form, page.around))

    def _page(self, caller: Caller, form_id: str) -> Page:
        form = self.forms.draft(caller, form_id)
        return self.forms.page(caller, form, drawn=form)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoiceListeners:
    """The buttons "Manage SSL keys" and "Choose it in the mail settings"."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    forms: Forms
    show_keys: ShowKeys

    async def manage(self, ack: AsyncAck, body: Body) -> None:
        """Put the list of SSL keys on top of the form."""
        await ack()
        self.replies.in_window(body, self._manage, name="manage keys")

    async def choose(self, ack: AsyncAck, body: Body) -> None:
        """Open the form with an SSL key chosen, for the admin to test and save."""
        await ack()
        self.replies.in_window(body, self._choose, name="choose key")

    async def _manage(self, caller: Caller, body: Body) -> None:
        await self.access.admin(caller)
        form_id = await self.threads(self._keep, caller, body["view"])
        if await self.threads(self.forms.once, "keys", form_id):
            await self.show_keys(caller, body["trigger_id"], form_id)

    def _keep(self, caller: Caller, view: Body) -> str:
        """Keep what was typed, for the form is drawn anew when a key was uploaded."""
        page = self.forms.resume(caller, view)
        self.forms.keep(caller, page.form)
        return page.form.id

    async def _choose(self, caller: Caller, body: Body) -> None:
        person = await self.access.admin(caller)
        key_id = str(body["actions"][0]["value"])
        page = await self.threads(self._chosen, caller, key_id, person.email)
        await self.slack.update_view(body["view"]["id"], draw(page.form, page.around))

    def _chosen(self, caller: Caller, key_id: str, email: str) -> Page:
        form_id = f"{caller.user_id}-{secrets.token_urlsafe(12)}"
        page = self.forms.begin(caller, form_id, test_address=email)
        key = page.around.keys.get(key_id)
        if key is None:
            raise KeyGone(
                "This SSL key is no longer there, or can't be opened. Run `/mailsettings` to go on."
            )
        notice = (
            f"{code(key.name)} is chosen as “SSL key” below, and nothing is saved yet. "
            "Give the password again if the server wants one, test, and save."
        )
        return replace(page, form=replace(page.form.change(ssl_key=key_id), notice=notice))
