"""Answers that come after the ack; what goes wrong is told where the person looks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot.slack.access import Caller
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.problems import tell
from bot.slack.words import notice
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

    async def _privately(self, body: Body, answer: Answer, name: str) -> None:
        try:
            await answer(Caller.of(body), body)
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            await self._last_word(
                self.slack.respond(body["response_url"], tell(problem, where=name)), name
            )

    async def _in_window(self, body: Body, answer: Answer, name: str) -> None:
        try:
            await answer(Caller.of(body), body)
        except Exception as problem:  # noqa: BLE001  # told to the person, logged by tell
            view = notice("Mail settings", tell(problem, where=name))
            show = self.slack.push_view if "view" in body else self.slack.open_view
            await self._last_word(show(body["trigger_id"], view), name)

    async def _last_word(self, saying: Awaitable[Any], name: str) -> None:
        try:
            await saying
        except SlackFailure as failure:
            log.error("nobody could be told", work=name, why=failure.error)  # noqa: TRY400  # the fact says all
