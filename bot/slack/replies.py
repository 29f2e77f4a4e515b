"""Answers that come before or after the ack; what goes wrong is told where the person looks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.slack.access import Caller
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.problems import tell
from bot.slack.words import notice, section
from bot.slack.work import Work

Body = dict[str, Any]
Answer = Callable[[Caller, Body], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Runs an answer as work of its own."""

    slack: SlackAPI
    work: Work

    def privately(self, body: Body, answer: Answer, *, name: str) -> None:
        """Run *answer*; a problem is told in a private message beside the command or button."""
        self.work.start(self._privately(body, answer, name), name=name)

    def in_window(self, body: Body, answer: Answer, *, name: str) -> None:
        """Run *answer*; a problem is told in a view on top of the one that was used."""
        self.work.start(self._in_window(body, answer, name), name=name)

    async def before_ack(self, body: Body, answer: Answer, *, name: str) -> bool:
        """Run *answer*, and tell whether it was done before the ack is due.

        Raises what *answer* raises. False: it goes on, and a problem is told in a private message.
        """
        answering = asyncio.ensure_future(answer(Caller.of(body), body))
        self.work.start(_end_of(answering), name=name)  # a stop waits for it
        await asyncio.wait({answering}, timeout=self.slack.pace.answer_within)
        if answering.done():
            await answering
            return True

        async def rest(_caller: Caller, _body: Body) -> None:
            await answering

        self.privately(body, rest, name=name)
        return False

    async def _privately(self, body: Body, answer: Answer, name: str) -> None:
        try:
            await answer(Caller.of(body), body)
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            sentence = tell(problem, where=name)
            await self._last_word(
                lambda: self.slack.respond(str(body.get("response_url") or ""), sentence),
                body,
                sentence,
            )

    async def _in_window(self, body: Body, answer: Answer, name: str) -> None:
        try:
            await answer(Caller.of(body), body)
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            sentence = tell(problem, where=name)
            show = self.slack.push_view if "view" in body else self.slack.open_view
            await self._last_word(
                lambda: show(body["trigger_id"], notice("Mail settings", sentence)), body, sentence
            )

    async def _last_word(self, say: Callable[[], Awaitable[Any]], body: Body, text: str) -> None:
        """Tell a person where they look, else in a direct message; of neither, tell the log."""
        user_id = Caller.of(body).user_id
        if await self._said(say):
            return
        # Windows close, triggers die within seconds, response URLs after half an hour.
        if not user_id or not await self._said(
            lambda: self.slack.post(user_id, text, [section(text)])
        ):
            log.error("nobody could be told", user=user_id)

    async def _said(self, say: Callable[[], Awaitable[Any]]) -> bool:
        """Try for a minute while Slack is in trouble. False: it takes this nowhere."""
        for pause in (0.0, *self.slack.pace.again_after):
            await asyncio.sleep(pause)
            try:
                await say()
            except SlackFailure as failure:
                log.info("a person was not told yet", why=failure.error)
                if not failure.passing:
                    break
            else:
                return True
        return False


async def _end_of(task: asyncio.Future[None]) -> None:
    await asyncio.wait({task})
