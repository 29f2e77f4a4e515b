"""What answers `/mailsettings` and the modal: gather, decide, answer."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller, Refused, Role
from bot.slack.api import SlackAPI
from bot.slack.problems import tell
from bot.slack.replies import Body, Replies
from bot.slack.settings.form import Form
from bot.slack.settings.forms import Page, form_id_of, new_form_id
from bot.slack.settings.saving import Answer, Saving, complain
from bot.slack.settings.suggesting import Suggesting
from bot.slack.settings.suggestion_view import with_suggestion
from bot.slack.settings.summary import HELP, Summaries
from bot.slack.settings.testing import StartTest, judged
from bot.slack.settings.view import TITLE, draw
from bot.slack.words import OTHER_WORKSPACE, Block, modal, notice, section
from bot.slack.work import Threads
from bot.smtp.address import parse_address
from bot.smtp.settings import MailSettings

Change = Callable[[Form, str], Form]
"""What a click does to a form, by the value of what was clicked."""


class RepeatTest(Protocol):
    """Runs a test of a channel again, for the admin who saved what it suggested."""

    async def __call__(self, caller: Caller, run_id: str, *, key: str) -> None:
        """Begin it; *key* names this very save. Raises Refused, StorageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsListeners:
    """The listeners of the modal; their fields are what they depend on."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    saving: Saving
    summaries: Summaries
    suggesting: Suggesting
    start_test: StartTest
    open_keys: Callable[[Caller, Body], Awaitable[None]]
    """Opens the list of SSL keys for an admin. Raises Refused, StorageError, SlackFailure."""
    show_history: Callable[[Caller, Body], Awaitable[None]]
    """Shows an admin who changed what. Raises Refused, StorageError, SlackFailure."""
    repeat_test: RepeatTest

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """`/mailsettings`: the modal for admins, a private summary for others."""
        word = str(body.get("text") or "").strip().lower()
        if word == "help":
            await ack(text=HELP)
            return
        known = {
            "": self._open_or_summarise,
            "show": self._summarise,
            "history": self.show_history,
            "keys": self.open_keys,
        }
        if (answer := known.get(word)) is None:
            await ack(text=f"`/mailsettings` doesn't know that word.\n\n{HELP}")
            return
        await ack()
        self.replies.privately(body, answer, name="/mailsettings")

    async def shortcut(self, ack: AsyncAck, body: Body) -> None:
        """Answer the global shortcut: the same modal, where no slash command can be typed."""
        await ack()
        self.replies.in_window(body, self._open, name="shortcut")

    async def redraw(self, ack: AsyncAck, body: Body) -> None:
        """Draw the form anew after a choice, with everything that was typed."""
        await ack()
        self.replies.in_window(body, self._redraw, name="redraw")

    async def more(self, ack: AsyncAck, body: Body) -> None:
        """Show or hide the fields under "More options"."""
        await ack()
        self.replies.in_window(body, self._more, name="more")

    async def use_suggestion(self, ack: AsyncAck, body: Body) -> None:
        """Fill the suggested server in."""
        await ack()
        self.replies.in_window(body, self._use_suggestion, name="use suggestion")

    async def send_test(self, ack: AsyncAck, body: Body) -> None:
        """Test what stands in the form."""
        await ack()
        self.replies.in_window(body, self._send_test, name="form test")

    async def submit(self, ack: AsyncAck, body: Body) -> None:
        """Save. Slack is asked afresh who this is."""
        deadline = asyncio.get_running_loop().time() + self.slack.pace.answer_within
        caller = Caller.of(body)
        await self.access.admin(caller, fresh=True)
        saving = asyncio.ensure_future(self.threads(self._save, caller, body["view"]))
        left = max(0.1, deadline - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait({saving}, timeout=left)
        if not done:
            # On top of the form, so that nothing typed is lost if the save fails.
            above = f"saving-{secrets.token_urlsafe(12)}"
            await ack(response_action="push", view=said("Saving ...", external_id=above))
            self.replies.work.start(
                self._show_later(body, above, saving),
                name="slow save",
            )
            return
        answer = saving.result()
        if answer.complaints:
            await ack(response_action="errors", errors=answer.complaints)
        else:
            await ack(response_action="update", view=answer.view)
            self._follow(body, answer)

    async def done(self, ack: AsyncAck) -> None:
        """Close the view that said what was saved."""
        await ack()

    def _save(self, caller: Caller, view: Body) -> Answer:
        return self.saving.save(caller, self.saving.forms.resume(caller, view, follow=False))

    def _follow(self, body: Body, answer: Answer) -> None:
        """Run the test again that led to the form, now that it was saved."""
        if not answer.again:
            return

        async def again(caller: Caller, _body: Body) -> None:
            # One form is saved once, so one test follows.
            await self.repeat_test(caller, answer.again, key=f"saved:{body['view']['id']}")

        self.replies.privately(body, again, name="test again")

    async def _show_later(self, body: Body, above: str, saving: asyncio.Future[Answer]) -> None:
        try:
            answer = await saving
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            sentence = tell(problem, where="save")
        else:
            await self.slack.update_view(body["view"]["id"], answer.view)
            self._follow(body, answer)
            sentence = "Choose Back to see what was saved."
            if answer.complaints:
                sentence = "Nothing was saved yet. Choose Back to see what to change."
        await self.slack.update_pushed(above, said(sentence, external_id=above))

    async def _open_or_summarise(self, caller: Caller, body: Body) -> None:
        if self.access.remembered(caller) is None and self.access.was_admin(caller):
            await self._open_beside(caller, body)
            return
        person = await self.access.person(caller)
        if person.role is Role.ADMIN:
            await self._open(caller, body)
        else:
            await self._summarise(caller, body)

    async def _open(self, caller: Caller, body: Body) -> None:
        page = await self._page_of(caller)
        await self.slack.open_view(body["trigger_id"], draw(page.form, page.around))

    async def _open_beside(self, caller: Caller, body: Body) -> None:
        """Open the window while Slack is asked: one round trip for who was an admin last time."""
        waiting = modal(TITLE, [section("One moment ...")], callback_id="notice", close="Cancel")
        view_id, page = await asyncio.gather(
            self.slack.open_view(body["trigger_id"], waiting),
            self._page_of(caller),
            return_exceptions=True,
        )
        if isinstance(view_id, BaseException):
            raise view_id
        if isinstance(page, BaseException):
            view = notice(TITLE, tell(page, where="/mailsettings"))
        else:
            view = draw(page.form, page.around)
        await self.slack.update_view(view_id, view)

    async def _page_of(self, caller: Caller) -> Page:
        """Begin a form for the admin that *caller* is. Raises Refused, StorageError."""
        person = await self.access.admin(caller)
        return await self.threads(
            self.saving.forms.begin, caller, new_form_id(caller), test_address=person.email
        )

    async def _summarise(self, caller: Caller, body: Body) -> None:
        person = await self.access.person(caller)
        if person.role is Role.NOBODY:
            raise Refused(OTHER_WORKSPACE)
        text, blocks = await self.threads(self.summaries.summary, caller.team_id, person.role)
        await self.slack.respond(body["response_url"], text, blocks)

    async def _redraw(self, caller: Caller, body: Body) -> None:
        await self._draw_anew(caller, body, lambda form, _value: form)

    async def _more(self, caller: Caller, body: Body) -> None:
        await self._draw_anew(caller, body, lambda form, value: replace(form, more=value == "more"))

    async def _use_suggestion(self, caller: Caller, body: Body) -> None:
        await self._draw_anew(caller, body, with_suggestion)

    async def _draw_anew(self, caller: Caller, body: Body, change: Change) -> None:
        view = body["view"]
        async with self.saving.forms.turns.of(form_id_of(view)):
            await self.access.admin(caller)
            page = await self.threads(self._clicked, caller, body, change)
            if page is None:
                return
            form = draw(page.form, page.around)
            if await self.slack.update_view(view["id"], form, view_hash=view["hash"]) or (
                # Another replica may have answered an earlier click since.
                await self.threads(self.saving.forms.is_newest, caller, page.form)
                and await self.slack.update_view(view["id"], form)
            ):
                self.suggesting.after_redraw(caller, page.form)

    def _clicked(self, caller: Caller, body: Body, change: Change) -> Page | None:
        """Return the form after a click; None, for a click older than one already answered."""
        page = self.saving.forms.resume(caller, body["view"])
        action = body["actions"][0]
        at = float(action.get("action_ts") or 0)
        if at < page.form.clicked:
            return None
        form = change(replace(page.form, clicked=at), str(action.get("value") or ""))
        self.saving.forms.keep(caller, form)
        return replace(page, form=form)

    async def _send_test(self, caller: Caller, body: Body) -> None:
        person = await self.access.admin(caller)
        page, settings, complaints = await self.threads(self._judged, caller, body["view"])
        if settings is None:
            view = complain(page, complaints).view
            await self.slack.update_view(body["view"]["id"], view, view_hash=body["view"]["hash"])
            return
        if not await self.threads(self.saving.forms.once, "form test", page.form.id):
            return
        await self.start_test(
            caller,
            person,
            settings=settings,
            recipient=parse_address(page.form.values["test_address"]),
            form_id=page.form.id,
            trigger_id=body["trigger_id"],
        )

    def _judged(
        self, caller: Caller, view: Body
    ) -> tuple[Page, MailSettings | None, dict[str, str]]:
        page = self.saving.forms.resume(caller, view, follow=False)
        return page, *judged(self.saving, caller, page)


def said(text: str, *, external_id: str) -> Block:
    """Say only this, on top of the form."""
    return modal(
        TITLE, [section(text)], callback_id="notice", close="Back", external_id=external_id
    )
