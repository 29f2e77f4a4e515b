"""Where a test is shown: one message in a channel, edited, or a view on top of the modal."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.mailtest.view import Content, view_of
from bot.slack.pace import Pace

log = structlog.get_logger(__name__)


class Place(Protocol):
    """Somewhere that a test can be shown."""

    async def show(self, content: Content, *, last: bool) -> None:
        """Show *content* instead of what was shown before. Raises SlackFailure."""
        ...


@dataclass(slots=True, kw_only=True)
class ChannelPlace:
    """One message in a channel; where the bot may not post, the command's response URL.

    A response URL serves five times in thirty minutes, so it gets the start and the end only.
    Where neither is left, the end goes to the person who asked.
    """

    slack: SlackAPI
    channel: str
    response_url: str = field(repr=False)
    asked_by: str
    first: Content
    """What a message is posted with, for Slack posts nothing just once.

    Who dies before the message is noted leaves it behind, and another posts the next one: all else,
    an end above all, comes by an edit, which may be done twice.
    """
    on_posted: Callable[[str], Awaitable[None]]
    """Told the message's timestamp once there is one."""
    ts: str = ""
    closed: bool = False
    """The bot may not post in this channel."""

    async def show(self, content: Content, *, last: bool) -> None:
        """Post, then edit. Raises SlackFailure."""
        first = self.first
        if self.ts:
            if await self._edited(content, last=last):
                return
            self.ts, first = "", content
        if self.closed:
            if not last:
                return
        elif await self._posted(first, last=last):
            if content != first:
                await self.slack.edit(self.channel, self.ts, content.text, content.blocks)
            return
        await self._respond(content, last=last)

    async def _edited(self, content: Content, *, last: bool) -> bool:
        """Edit the message. False, for the *last* content: it can't be edited any more."""
        try:
            await self.slack.edit(self.channel, self.ts, content.text, content.blocks)
        except SlackFailure as failure:
            if not last or failure.error not in _EDIT_IMPOSSIBLE:
                raise
            return False
        return True

    async def _posted(self, content: Content, *, last: bool) -> bool:
        """Post the message, and have it noted. False: a response URL is to be tried."""
        try:
            self.ts = await self.slack.post(self.channel, content.text, content.blocks)
        except SlackFailure as failure:
            if failure.passing and not last:
                raise
            self.closed = not failure.passing
            log.info("posting by response URL", why=failure.error)
            return False
        await self.on_posted(self.ts)
        return True

    async def _respond(self, content: Content, *, last: bool) -> None:
        try:
            await self.slack.respond(
                self.response_url, content.text, content.blocks, in_channel=True
            )
        except SlackFailure as failure:
            if failure.passing or not (self.closed and last):
                raise
            await self.slack.post(self.asked_by, content.text, content.blocks)


_EDIT_IMPOSSIBLE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPlace:
    """A view that was pushed on the modal."""

    slack: SlackAPI
    view_id: str

    async def show(self, content: Content, *, last: bool) -> None:
        """Redraw the view; one that was closed is nobody's loss. Raises SlackFailure."""
        del last
        await self.slack.update_view(self.view_id, view_of(content))


class Live:
    """Shows the newest content at a pace that Slack likes, and the last one in any case."""

    def __init__(
        self, place: Place, first: Content, *, pace: Pace, is_ours: Callable[[], bool]
    ) -> None:
        self._place = place
        self._pace = pace
        self._is_ours = is_ours
        self._newest = first
        self._changed = asyncio.Event()
        self._changed.set()
        self._over = asyncio.Event()

    def show(self, content: Content) -> None:
        """Show *content* as soon as the pace allows; a newer one takes its place meanwhile."""
        self._newest = content
        self._changed.set()

    def end(self) -> None:
        """Stop showing what comes between; `tell` shows the last content."""
        self._over.set()
        self._changed.set()

    async def run(self) -> None:
        """Show one content after the other until `end`. What Slack refuses is passed over."""
        while not self._over.is_set():
            self._changed.clear()
            try:
                # After a long sleep it may be another replica's, which shows more than we know.
                if self._is_ours():
                    await self._place.show(self._newest, last=False)
            except SlackFailure as failure:
                log.warning("a stage was not shown", why=failure.error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._pace.edit_every)
            await self._changed.wait()


async def tell(place: Place, content: Content, *, pace: Pace) -> bool:
    """Show the end of a test, trying for a minute. False: Slack took it nowhere."""
    for pause in (0.0, *pace.again_after):
        await asyncio.sleep(pause)
        try:
            await place.show(content, last=True)
        except SlackFailure as failure:
            log.warning("a result was not shown yet", why=failure.error)
        else:
            return True
    log.error("a result could not be shown")
    return False
