"""What answers `/mailsettings history`, its pages, and "Go back to this"."""

from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI
from bot.slack.replies import Body, Replies
from bot.slack.settings.going_back import GoingBack
from bot.slack.settings.history_view import history_message
from bot.slack.settings.view import draw
from bot.slack.work import Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryListeners:
    """The listeners of the history; their fields are what they depend on."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    going_back: GoingBack

    async def older(self, ack: AsyncAck, body: Body) -> None:
        """Show what was before, in the place of the message that was clicked."""
        await ack()
        self.replies.privately(body, self._turn, name="history")

    async def newest(self, ack: AsyncAck, body: Body) -> None:
        """Show the newest entries in its place."""
        await ack()
        self.replies.privately(body, self._turn, name="history")

    async def go_back(self, ack: AsyncAck, body: Body) -> None:
        """Open the form with what an earlier revision had."""
        await ack()
        self.replies.privately(body, self._go_back, name="go back")

    async def show(self, caller: Caller, body: Body) -> None:
        """Show an admin the newest entries. Raises Refused, StorageError, SlackFailure."""
        await self._show(caller, body, before=None, replace=False)

    async def _turn(self, caller: Caller, body: Body) -> None:
        await self._show(caller, body, before=_number(body) or None, replace=True)

    async def _show(self, caller: Caller, body: Body, *, before: int | None, replace: bool) -> None:
        await self.access.admin(caller)
        found = await self.threads(self.going_back.happenings, caller.team_id, before)
        text, blocks = history_message(found, newest=before is None)
        await self.slack.respond(body["response_url"], text, blocks, replace_original=replace)

    async def _go_back(self, caller: Caller, body: Body) -> None:
        person = await self.access.admin(caller, fresh=True)
        page = await self.threads(
            self.going_back.begin, caller, _number(body), test_address=person.email
        )
        await self.slack.open_view(body["trigger_id"], draw(page.form, page.around))


def _number(body: Body) -> int:
    """Return the number that a button stands for; 0: none."""
    value = str(body["actions"][0].get("value") or "")
    # More digits than any number of ours has come from a forger, and would break the database.
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 9 else 0
