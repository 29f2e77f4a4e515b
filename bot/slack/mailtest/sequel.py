"""What comes after a test's end: written into its run, then its message is drawn anew."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.mailtest.details import details
from bot.slack.mailtest.run import TestRun, dump_run, load_run
from bot.slack.mailtest.view import Content, ended, view_of
from bot.slack.work import Threads, Turns
from bot.vault import Vault

log = structlog.get_logger(__name__)


def content_of(run: TestRun, run_id: str) -> Content:
    """Return how a run that has ended is shown; nothing while it has not."""
    if run.transcript is None:
        return Content(text="")
    content = ended(
        run.test,
        run.transcript,
        run.diagnosis,
        run_id=run_id,
        in_view=bool(run.view_id),
        later=run.later,
    )
    if run.view_id:
        return replace(content, blocks=[*content.blocks, *details(run.test, run.transcript)])
    return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequels:
    """Adds to runs what became known later."""

    slack: SlackAPI
    threads: Threads
    vault: Vault
    clock: Callable[[], datetime]
    turns: Turns = field(default_factory=Turns)
    """Of one run, one change is shown after the other."""

    async def add(
        self, run_id: str, change: Callable[[TestRun], TestRun], *, response_url: str = ""
    ) -> TestRun | None:
        """Write what *change* makes of a run and show it; None: the run is gone.

        *response_url* is that of a click on its message, for a message that the bot may not edit.
        Raises StorageError.
        """
        async with self.turns.of(run_id):
            run = await self.threads(self._write, run_id, change)
            if run is not None:
                await self._show(run, content_of(run, run_id), response_url)
        return run

    def _write(self, run_id: str, change: Callable[[TestRun], TestRun]) -> TestRun | None:
        written = self.vault.runs.change(
            run_id, lambda payload: dump_run(change(load_run(payload))), at=self.clock()
        )
        return load_run(written) if written is not None else None

    async def _show(self, run: TestRun, content: Content, response_url: str) -> None:
        """Draw a message or view anew, trying for a minute while Slack is in trouble."""
        for pause in (0.0, *self.slack.pace.again_after):
            await asyncio.sleep(pause)
            try:
                if run.view_id:
                    await self.slack.update_view(run.view_id, view_of(content))
                elif run.ts:
                    await self.slack.edit(run.channel, run.ts, content.text, content.blocks)
                elif response_url:
                    await self.slack.respond(
                        response_url, content.text, content.blocks, replace_original=True
                    )
            except SlackFailure as failure:
                log.info("a sequel was not shown", why=failure.error)
                if not failure.passing:
                    return
            else:
                return
