"""One tap: a form changed as a failed test suggests, for an admin to confirm, and tested again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI
from bot.slack.replies import Body, Replies
from bot.slack.settings.form import Form
from bot.slack.settings.forms import Page, new_form_id
from bot.slack.settings.saving import Saving
from bot.slack.settings.testing import StartTest, judged
from bot.slack.settings.view import TITLE, draw
from bot.slack.words import Block, clean, escape, modal, sections
from bot.slack.work import Threads
from bot.smtp.address import parse_address
from bot.smtp.remedy import Remedy
from bot.smtp.settings import LABELS


class Tested(Protocol):
    """What we need to know of a test run."""

    @property
    def remedy(self) -> Remedy | None:
        """The change that would cure it."""
        ...

    @property
    def form_id(self) -> str:
        """The form whose values were tested; empty: the saved settings were."""
        ...


FindTested = Callable[[Caller, str], Awaitable[Tested]]
"""Find a test by its run id. Raises Refused, StorageError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendingListeners:
    """The button under a failed test that leads to the form, changed where a change cures it."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    saving: Saving
    find: FindTested
    start_test: StartTest

    async def fix(self, ack: AsyncAck, body: Body) -> None:
        """Answer the button in a channel: open the form, so changed."""
        await ack()
        self.replies.privately(body, self._fix, name="fix")

    async def apply(self, ack: AsyncAck, body: Body) -> None:
        """Answer the button in the view of a form's test: change that form, and test it again."""
        await ack()
        self.replies.in_window(body, self._apply, name="apply fix")

    async def _fix(self, caller: Caller, body: Body) -> None:
        person = await self.access.admin(caller)
        run_id = str(body["actions"][0].get("value") or "")
        tested = await self.find(caller, run_id)
        page = await self.threads(self._begin, caller, person.email)
        form = page.form
        if tested.remedy is not None:
            form = mended(form, tested.remedy, again=run_id)
        await self.slack.open_view(body["trigger_id"], draw(form, page.around))

    def _begin(self, caller: Caller, test_address: str) -> Page:
        return self.saving.forms.begin(caller, new_form_id(caller), test_address=test_address)

    async def _apply(self, caller: Caller, body: Body) -> None:
        person = await self.access.admin(caller)
        tested = await self.find(caller, str(body["actions"][0].get("value") or ""))
        if tested.remedy is None:
            return
        async with self.saving.forms.turns.of(tested.form_id):
            page = await self.threads(self._changed, caller, tested.form_id, tested.remedy)
            await self.slack.update_view(page.form.view_id, draw(page.form, page.around))
        settings, complaints = await self.threads(judged, self.saving, caller, page)
        if settings is None:
            await self.slack.update_view(body["view"]["id"], untested(tested.remedy, complaints))
            return
        await self.start_test(
            caller,
            person,
            settings=settings,
            recipient=parse_address(page.form.values["test_address"]),
            form_id=page.form.id,
            view_id=body["view"]["id"],
        )

    def _changed(self, caller: Caller, form_id: str, remedy: Remedy) -> Page:
        forms = self.saving.forms
        form = mended(forms.draft(caller, form_id), remedy)
        forms.keep(caller, form)
        return forms.page(caller, form, drawn=form)


def mended(form: Form, remedy: Remedy, *, again: str = "") -> Form:
    """Return *form* with the change of *remedy*, and a sentence that says so.

    *again* is the test run that a save repeats.
    """
    form = replace(form, again=again)
    if not form.custom:
        return replace(
            form, notice="The test was of a server of your own. Choose Custom to fill it in again."
        )
    changed = form.change(
        **{
            name: value if isinstance(value, bool) else str(value)
            for name, value in remedy.fix.items()
        }
    )
    if changed.values == form.values:
        return replace(form, notice="These settings say already what the test suggests.")
    return replace(
        changed,
        notice=f"*{escape(remedy.label)}*: the form says so now, and nothing is saved yet."
        f"{' Save it, and the test runs again.' if again else ''}",
    )


def untested(remedy: Remedy, complaints: dict[str, str]) -> Block:
    """Say that the changed form can't be tested as it stands."""
    lines = [
        f"*{escape(remedy.label)}*: the form below says so now, but it can't be tested yet.",
        *(f"• {LABELS[name]}: {escape(clean(each))}" for name, each in complaints.items()),
        "Choose Back, put that right, and choose “Send test message”.",
    ]
    return modal(TITLE, sections(lines), callback_id="notice", close="Back")
