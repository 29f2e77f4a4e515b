"""What is due: tests that nobody sees through any more, and messages that nobody answered for."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.sending import Trial, explain, service_of
from bot.slack.access import Caller
from bot.slack.mailtest.arrivals import Arrivals
from bot.slack.mailtest.entry import Entry
from bot.slack.mailtest.jobs import new_job
from bot.slack.mailtest.places import Place, ViewPlace
from bot.slack.mailtest.run import TestRun, dump_run, interrupted, load_run
from bot.slack.mailtest.runner import Runner
from storage.errors import StorageError
from storage.runs import Run, RunState

log = structlog.get_logger(__name__)

_CLAIMED_FOR = timedelta(minutes=2)
"""Longer than an end or a message is tried to be shown."""
_AT_ONCE = 4
_MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Looks what is due, and does it; of several replicas one gets each run."""

    runner: Runner
    arrivals: Arrivals
    shared: bool
    """There may be other replicas."""

    async def look_after(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(self.runner.slack.pace.look_every)

    async def look(self) -> None:
        """Do what is due. What fails for now is due again in two minutes."""
        try:
            due = await self.runner.threads(self._claim)
        except StorageError as problem:
            log.warning("nobody looked which tests are due", why=str(problem))
            return
        limit = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._do(each, limit) for each in due))

    def _claim(self) -> tuple[str, ...]:
        return self.runner.vault.runs.claim_due(
            now=self.runner.clock(), lease=_CLAIMED_FOR, owner=self.runner.owner
        )

    async def _do(self, run_id: str, limit: asyncio.Semaphore) -> None:
        async with limit:
            try:
                written = await self.runner.threads(self.runner.vault.runs.get, run_id)
                if written is None:
                    return
                if written.told:
                    await self.arrivals.speak_again(run_id)
                else:
                    self.runner.work.start(self.take_over(written), name="take over")
            except StorageError as problem:
                log.warning("a due test was not looked at yet", run=run_id, why=str(problem))

    async def take_over(self, written: Run) -> None:
        """See a test through that was another replica's, or ours before we were started anew."""
        run, entry = load_run(written.payload), self.runner.entry(written)
        place = self._place_of(run, entry)
        if (
            run.transcript is None
            and written.state is not RunState.SENDING
            and self._may_begin(run)
        ):
            await self._begin_again(written, run, entry, place)
            return
        self.runner.under_way.add(written.id)
        try:
            await self._tell_end(written, run, entry, place)
        finally:
            self.runner.under_way.discard(written.id)

    def _may_begin(self, run: TestRun) -> bool:
        """Tell whether a test of which nothing was sent is begun again.

        One of a form can't be: what stood in the form is kept nowhere. Nor is one begun for ever
        that ends whoever runs it; nor after the only bot was started anew, whenever that was.
        """
        return self.shared and not run.form_id and run.attempt < _MOST_ATTEMPTS

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
                workspace=self.runner.workspace_name,
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
            owner=self.runner.owner,
        )
        if mine:
            log.info("a test was begun again", run=written.id, attempt=again.attempt)
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
        await entry.settle(transcript, run.diagnosis, told=told)

    def _place_of(self, run: TestRun, entry: Entry) -> Place:
        if run.view_id:
            return ViewPlace(slack=self.runner.slack, view_id=run.view_id)
        return self.runner.channel_of(run, on_posted=entry.posted)
