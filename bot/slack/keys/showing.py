"""How the doors of SSL keys answer: in time, or later in the view that waits."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.keys.keeping import KeyRefused, Keys
from bot.slack.keys.place import Place
from bot.slack.keys.view import keys_view, said_view
from bot.slack.problems import tell
from bot.slack.replies import Replies
from bot.slack.words import Block, section
from bot.slack.work import Threads

log = structlog.get_logger(__name__)

RedrawForm = Callable[[Caller, str], Awaitable[None]]
"""Draws the settings' form of this id anew, with the SSL keys that there are now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a deed came to."""

    text: str
    """In mrkdwn: told in a direct message where the view is gone."""
    view: Block | None = None
    """Takes the place of the view that was submitted; None: that one closes."""
    errors: dict[str, str] = field(default_factory=dict)
    """Complaints by block id: the view stays as it is."""
    place: Place | None = None
    """What to draw anew below; None: nothing changed."""


Deed = Coroutine[Any, Any, Done]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What the doors have in common."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    keys: Keys
    redraw_form: RedrawForm
    clock: Callable[[], datetime]

    async def promptly(self, ack: AsyncAck, caller: Caller, deed: Deed, *, doing: str) -> None:
        """Answer a submission with what *deed* comes to; where that takes long, say *doing*."""
        under_way = asyncio.ensure_future(self._outcome(deed))
        done, _ = await asyncio.wait({under_way}, timeout=self.slack.pace.answer_within)
        if not done:
            await self.waiting(ack, caller, _awaited(under_way), doing=doing)
            return
        outcome = under_way.result()
        if outcome.errors:
            await ack(response_action="errors", errors=outcome.errors)
        elif outcome.view is not None:
            await ack(response_action="update", view=outcome.view)
        else:
            await ack()
        self._redraw_beneath(caller, outcome)

    async def waiting(self, ack: AsyncAck, caller: Caller, deed: Deed, *, doing: str) -> None:
        """Answer a submission with a view that says *doing*, and with the outcome later."""
        # Found by this name only once Slack has put the waiting view there: an update by view id
        # could come before it, and the view would wait for ever.
        name = f"keys-{secrets.token_urlsafe(12)}"
        view = said_view(doing, close="Close") | {"external_id": name}
        await ack(response_action="update", view=view)
        self.replies.work.start(self._show(name, caller, deed), name=doing)

    async def redraw(self, caller: Caller, place: Place) -> None:
        """Draw the list and the form below anew."""
        if place.list:
            keys, sealed = await self.threads(self.keys.listed, caller.team_id)
            view = keys_view(keys, sealed=sealed, form=place.form, now=self.clock())
            await self.slack.update_view(place.list, view)
        if place.form:
            await self.redraw_form(caller, place.form)

    async def _show(self, name: str, caller: Caller, deed: Deed) -> None:
        outcome = await self._outcome(deed)
        view = outcome.view if outcome.view is not None else said_view(outcome.text)
        try:
            shown = await self.slack.update_pushed(name, view)
        except SlackFailure as failure:
            log.warning("an outcome was not shown", why=failure.error)
            shown = False
        if not shown:
            await self.slack.post(caller.user_id, outcome.text, [section(outcome.text)])
        self._redraw_beneath(caller, outcome)

    async def _outcome(self, deed: Deed) -> Done:
        try:
            return await deed
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            sentence = tell(problem, where="ssl keys")
            return Done(text=sentence, view=said_view(sentence))

    def _redraw_beneath(self, caller: Caller, outcome: Done) -> None:
        if outcome.place is not None:
            self.replies.work.start(self.redraw(caller, outcome.place), name="redraw ssl keys")


async def _awaited(under_way: asyncio.Future[Done]) -> Done:
    return await under_way


def place_of(view: Mapping[str, Any]) -> Place:
    """Read where a view belongs. Raises KeyRefused where it is none of ours."""
    try:
        return Place.load(str(view.get("private_metadata") or ""))
    except (ValueError, TypeError):
        raise KeyRefused(
            "This window is no longer open for you, so nothing was changed. "
            "Run `/mailsettings keys` to open a new one."
        ) from None


def typed(view: Mapping[str, Any], block_id: str, name: str) -> str:
    """Return what stands in the text field *name*.

    Of one that nobody touched since the view was drawn anew Slack says nothing (bolt-js#1073):
    there stands what we drew.
    """
    entered = entry(view, block_id, name)
    if entered is not None:
        return str(entered.get("value") or "")
    for block in view.get("blocks") or ():
        if block.get("block_id") == block_id:
            return str(block["element"].get("initial_value") or "")
    return ""


def entry(view: Mapping[str, Any], block_id: str, name: str) -> Mapping[str, Any] | None:
    """Return what Slack reports of the field *name*; None: nothing."""
    values = (view.get("state") or {}).get("values") or {}
    entered = (values.get(block_id) or {}).get(name)
    return entered if isinstance(entered, Mapping) else None
