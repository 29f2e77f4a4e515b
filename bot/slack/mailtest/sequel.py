"""What comes after a test's end: written into its run, then its message is drawn anew."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from bot.slack.acting import Act, NotInstalled
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.mailtest.details import details
from bot.slack.mailtest.run import TestRun, dump_run, load_run
from bot.slack.mailtest.view import Content, ended, view_of
from bot.slack.words import Block
from bot.slack.work import Threads, Turns
from bot.vault import Vault
from storage.errors import StorageError

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
        at=run.ended_at,
        in_view=bool(run.view_id),
        later=run.later,
    )
    if run.view_id:
        return replace(content, blocks=[*content.blocks, *details_of(run, run_id)])
    return content


def details_of(run: TestRun, run_id: str) -> list[Block]:
    """Return everything about a run that has ended."""
    assert run.transcript is not None  # noqa: S101  # for the type checker; callers looked
    return details(run.test, run.transcript, at=run.ended_at, run_id=run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequels:
    """Adds to runs what became known later."""

    slack: SlackAPI
    threads: Threads
    vault: Vault
    clock: Callable[[], datetime]
    act: Act
    turns: Turns = field(default_factory=Turns)
    """Of one run, one change is shown after the other."""

    async def add(
        self, run_id: str, change: Callable[[TestRun], TestRun], *, response_url: str = ""
    ) -> TestRun | None:
        """Write what *change* makes of a run and show it; None: the run is gone.

        *response_url* is that of a click on its message, for a message that the bot may not edit.
        Raises StorageError.
        """
        run, _ = await self.told(
            run_id, partial(self._write, run_id, change), response_url=response_url
        )
        return run

    async def told(
        self, run_id: str, write: Callable[[], TestRun | None], *, response_url: str = ""
    ) -> tuple[TestRun | None, bool]:
        """Call *write* in the vault's threads and show the run that it returns.

        False: Slack was in trouble all the while. Raises what *write* raises.
        """
        async with self.turns.of(run_id):
            run = await self.threads(write)
            if run is None:
                return None, True
            try:
                await self.act(run.test.team_id)
            except NotInstalled:
                return run, True  # whoever could see it has removed the app
            newest: TestRun | None = run
            done, shown = True, None
            while done and newest is not None and newest != shown:
                shown = newest
                content = await self.threads(content_of, shown, run_id)
                done = await self._show(shown, content, response_url)
                # Another replica may have shown a change that came after ours before it.
                with suppress(StorageError):
                    newest = await self.threads(self._read, run_id)
            return run, done

    async def show(self, run_id: str) -> None:
        """Show a run as it is, if it has ended. Raises StorageError."""
        await self.told(run_id, partial(self._read, run_id))

    def _read(self, run_id: str) -> TestRun | None:
        written = self.vault.runs.get(run_id)
        run = load_run(written.payload) if written is not None else None
        return run if run is not None and run.transcript is not None else None

    def _write(self, run_id: str, change: Callable[[TestRun], TestRun]) -> TestRun | None:
        written = self.vault.runs.change(
            run_id, lambda payload: dump_run(change(load_run(payload))), at=self.clock()
        )
        return load_run(written) if written is not None else None

    async def _show(self, run: TestRun, content: Content, response_url: str) -> bool:
        """Draw a message or view anew, trying for a minute. False: Slack was in trouble."""
        ts = run.ts
        for pause in (0.0, *self.slack.pace.again_after):
            await asyncio.sleep(pause)
            try:
                if run.view_id:
                    await self.slack.update_view(run.view_id, view_of(content))
                elif ts:
                    await self.slack.edit(run.channel, ts, content.text, content.blocks)
                elif response_url:
                    await self.slack.respond(
                        response_url, content.text, content.blocks, replace_original=True
                    )
            except SlackFailure as failure:
                log.info("a sequel was not shown", why=failure.error)
                if not failure.passing and not (ts and response_url):
                    return True
                if not failure.passing:
                    ts = ""  # the click's own way in is left
            else:
                return True
        return False
