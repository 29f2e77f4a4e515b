"""What is due: tests that nobody sees through any more, and messages that nobody answered for."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot.sending import Trial, explain, service_of
from bot.slack.access import Caller
from bot.slack.acting import NotInstalled
from bot.slack.mailtest.arrivals import Arrivals
from bot.slack.mailtest.entry import Entry, TakenOver
from bot.slack.mailtest.jobs import new_job
from bot.slack.mailtest.places import Place, ViewPlace
from bot.slack.mailtest.run import TestRun, dump_run, interrupted, load_run
from bot.slack.mailtest.runner import Runner
from storage.errors import InvalidEnvelope, StorageError
from storage.runs import Run, RunState

log = structlog.get_logger(__name__)

_SPEAKING = timedelta(minutes=2)
"""Longer than a message is tried to be shown."""
_SPOKEN_AT_ONCE = 4
_MOST_ATTEMPTS = 3
_FRESH = timedelta(minutes=10)
"""Since a test was asked for: after that, nobody expects a mail of it any more."""
_TOLD_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Looks what is due, and does it; of several replicas one gets each run."""

    runner: Runner
    arrivals: Arrivals
    shared: bool
    """There may be other replicas."""
    _speaking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SPOKEN_AT_ONCE))

    async def look_after(self) -> None:
        """Look for ever."""
        pace = self.runner.slack.pace
        missed = self.shared
        while True:
            if missed:
                # Who could not give a sign of life either, while the database was away, does so
                # first; and whoever starts does not know whether it was.
                await asyncio.sleep(pace.lease)
            missed = not await self.look()
            await asyncio.sleep(pace.look_every)

    async def look(self) -> bool:
        """Begin what is due. False: the database is away; what fails is due again soon."""
        since = time.monotonic()
        try:
            due = await self.runner.threads(self._claim)
        except StorageError as problem:
            log.warning("nobody looked which tests are due", why=str(problem))
            return False
        for run_id in due:
            # Ours may be due after a long sleep of this machine; then we still see it through.
            if not self.runner.leases.has(run_id):
                self.runner.work.start(self._do(run_id, since=since), name="due test")
        return True

    def _claim(self) -> tuple[str, ...]:
        leases = self.runner.leases
        return self.runner.vault.runs.claim_due(
            now=self.runner.clock(), lease=leases.lease, told_lease=_SPEAKING, owner=leases.owner
        )

    async def _do(self, run_id: str, *, since: float) -> None:
        try:
            written = await self.runner.threads(self.runner.vault.runs.get, run_id)
            if written is None:
                return
            if written.told:
                async with self._speaking:
                    await self.arrivals.speak_again(run_id)
            else:
                await self.take_over(written, since=since)
        except InvalidEnvelope as problem:
            log.error("a due test is damaged", run=run_id, why=str(problem))  # noqa: TRY400 - no fault of the code
            with suppress(StorageError):
                await self.runner.threads(self.runner.vault.runs.settle, run_id)
        except StorageError as problem:
            log.warning("a due test was not looked at yet", run=run_id, why=str(problem))
        except TakenOver:
            log.warning("a test was taken over by another replica", run=run_id)

    async def take_over(self, written: Run, *, since: float) -> None:
        """See a test through that was another replica's, or ours before we were started anew.

        Raises StorageError, TakenOver.
        """
        try:
            await self.runner.act(written.workspace)
        except NotInstalled:
            # Whoever could be told has removed the app.
            await self.runner.threads(self.runner.vault.runs.settle, written.id)
            return
        run, entry = load_run(written.payload), self.runner.entry(written, since=since)
        place = self._place_of(run, entry)
        if self._may_begin(written, run):
            await self._begin_again(written, run, entry, place)
            return
        with self.runner.leases.held(written.id, since=since):
            await self._tell_end(written, run, entry, place)

    def _may_begin(self, written: Run, run: TestRun) -> bool:
        """Tell whether a test is begun again: one of which nothing was sent.

        One of a form can't be: what stood in the form is kept nowhere. Nor is one begun for ever
        that ends whoever runs it; nor after the only bot was started anew, whenever that was.
        """
        return (
            self.shared
            and run.transcript is None
            and written.state in {RunState.QUEUED, RunState.RUNNING}
            and not run.form_id
            and run.attempt < _MOST_ATTEMPTS
            and self.runner.clock() - written.created_at < _FRESH
        )

    async def _begin_again(self, written: Run, run: TestRun, entry: Entry, place: Place) -> None:
        saved, ssl_key = await self.runner.threads(self.runner.saved, written.workspace)
        test = run.test
        caller = Caller(team_id=test.team_id, user_id=test.asked_by, home_team_id=test.team_id)
        job = new_job(
            caller,
            self.runner.config,
            settings=saved.value if saved is not None else None,
            key=ssl_key,
            revision=saved.revision if saved is not None else 0,
            trial=Trial(
                recipient=test.recipient,
                send=test.send,
                code=test.code,
                workspace=self.runner.workspace_name(),
                asked_by=run.asked_by_name,
                channel=run.channel_name,
                at=self.runner.clock(),
            ),
        )
        again = replace(run, test=job.run.test, attempt=run.attempt + 1)
        mine = await self.runner.threads(
            self.runner.vault.runs.advance,
            written.id,
            expect=(RunState.QUEUED, RunState.RUNNING),
            to=RunState.QUEUED,
            at=self.runner.clock(),
            payload=dump_run(again),
            owner=entry.owner,
        )
        if not mine:
            raise TakenOver(written.id)
        log.warning("a test was begun again", run=written.id, attempt=again.attempt)
        await self.runner.see_through(replace(job, run=again), entry, place)

    async def _tell_end(self, written: Run, run: TestRun, entry: Entry, place: Place) -> None:
        entry.recorded = run.transcript is not None
        transcript = run.transcript
        if transcript is None:
            transcript = interrupted(run, sending=written.state is RunState.SENDING)
            saved, key = await self.runner.threads(self.runner.saved, written.workspace)
            service = service_of(saved.value if saved else None, self.runner.config, key=key)
            run = run.ended(transcript, explain(transcript, service), self.runner.clock())
            await entry.ended(transcript, run.diagnosis)
        told = await self.runner.tell(entry, run, place)
        given_up = self.runner.clock() - written.created_at > _TOLD_WITHIN
        if given_up and not told:
            log.error("nobody could be told how a test ended", run=written.id)
        await entry.settle(transcript, run.diagnosis, told=told or given_up)

    def _place_of(self, run: TestRun, entry: Entry) -> Place:
        if run.view_id:
            return ViewPlace(slack=self.runner.slack, view_id=run.view_id)
        return self.runner.channel_of(run, on_posted=entry.posted)
