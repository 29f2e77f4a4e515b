"""Runs tests: admitted, written down, spoken with the server, shown live, and told to the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from bot.config import Config
from bot.sending import Service, Trial, explain, new_code, run_test
from bot.slack import problems
from bot.slack.access import Caller, Person, Refused
from bot.slack.acting import Act
from bot.slack.api import SlackAPI
from bot.slack.mailtest.admission import (
    Limits,
    NotAllowed,
    admission,
    recipient_for,
    too_many,
)
from bot.slack.mailtest.command import Request
from bot.slack.mailtest.entry import Entry, TakenOver
from bot.slack.mailtest.findings import Findings
from bot.slack.mailtest.jobs import Job, new_job
from bot.slack.mailtest.leases import Leases
from bot.slack.mailtest.places import ChannelPlace, Live, Place, ViewPlace, tell
from bot.slack.mailtest.run import TestRun, dump_run, interrupted, load_run
from bot.slack.mailtest.sequel import content_of
from bot.slack.mailtest.view import Content, running, view_of
from bot.slack.metrics import Metrics
from bot.slack.words import section
from bot.slack.work import Threads, Work
from bot.smtp.network import Network
from bot.smtp.settings import MailSettings
from bot.smtp.ssl_keys import SSLKey
from bot.smtp.transcript import Step, Transcript
from bot.vault import Vault
from storage.errors import Exceeded, Repeated, StorageError
from storage.records import Record
from storage.runs import Run

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The channel in which a test was asked for."""

    id: str
    name: str
    response_url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Begins tests and sees them through."""

    slack: SlackAPI
    threads: Threads
    noting: Threads
    """Of what is written down while a test runs, for which nobody waits."""
    work: Work
    vault: Vault
    config: Config
    network: Network
    limits: Limits
    clock: Callable[[], datetime]
    metrics: Metrics
    workspace_name: Callable[[], str]
    act: Act
    findings: Findings
    leases: Leases

    async def start_in_channel(
        self, caller: Caller, person: Person, request: Request, *, spot: Spot, key: str
    ) -> None:
        """Test the saved settings, shown in a channel. Raises Refused, StorageError.

        *key* names this very request: the same one, delivered again, is done once.
        """
        saved, ssl_key = await self.threads(self.saved, caller.team_id)
        policy = saved.value.test_policy if saved is not None else MailSettings().test_policy
        job = new_job(
            caller,
            self.config,
            settings=saved.value if saved is not None else None,
            key=ssl_key,
            revision=saved.revision if saved is not None else 0,
            trial=Trial(
                recipient=recipient_for(person, request.recipient, policy),
                send=request.send,
                code=new_code(),
                workspace=self.workspace_name(),
                asked_by=person.name,
                channel=spot.name,
                at=self.clock(),
            ),
        )
        job = job.in_channel(spot.id, name=spot.name, response_url=spot.response_url)
        entry = await self.threads(self._write_down, caller, job, key)
        if entry is not None:
            place = self.channel_of(job.run, on_posted=entry.posted)
            self.work.start(self.see_through(job, entry, place), name="test")

    async def start_in_view(  # noqa: PLR0913 - who asks, what is tested, and where it is shown
        self,
        caller: Caller,
        person: Person,
        *,
        settings: MailSettings,
        recipient: str,
        form_id: str,
        trigger_id: str = "",
        view_id: str = "",
    ) -> None:
        """Test what stands in a form, shown in a view: one that is there, or a new one on top.

        Raises SlackFailure.
        """
        trial = Trial(
            recipient=recipient,
            send=True,
            code=new_code(),
            workspace=self.workspace_name(),
            asked_by=person.name,
            channel="",
            at=self.clock(),
        )
        key = await self.threads(self.vault.ssl_key_of, caller.team_id, settings)
        job = new_job(caller, self.config, settings=settings, key=key, revision=0, trial=trial)
        job = job.from_form(form_id)
        if not view_id:
            view_id = await self.slack.push_view(trigger_id, view_of(running(job.run.test, ())))
        job = job.in_view(view_id)
        place = ViewPlace(slack=self.slack, view_id=view_id)
        try:
            entry = await self.threads(self._write_down, caller, job, "")
        except (Refused, StorageError) as problem:
            # The trigger is used up, but there is the view to say it in.
            await self._apologise(problem, place)
            return
        if entry is not None:
            self.work.start(self.see_through(job, entry, place), name="form test")

    async def again(
        self, caller: Caller, person: Person, run_id: str, *, response_url: str = "", key: str
    ) -> None:
        """Test what a test of a channel tested, there. Raises Refused, StorageError."""
        run = await self.find(caller, run_id)
        request = Request(recipient=run.test.recipient, send=run.test.send)
        spot = Spot(id=run.channel, name=run.channel_name, response_url=response_url)
        await self.start_in_channel(caller, person, request, spot=spot, key=key)

    async def find(self, caller: Caller, run_id: str) -> TestRun:
        """Return a run of this workspace. Raises NotAllowed, StorageError."""
        written = await self.threads(self.vault.runs.get, run_id)
        if written is None or written.workspace != caller.team_id:
            raise NotAllowed(
                "This test is older than thirty days, so we no longer keep it. "
                "Type `/mailtest` to send a new one."
            )
        return load_run(written.payload)

    def saved(self, team_id: str) -> tuple[Record[MailSettings] | None, SSLKey | None]:
        """Return a workspace's settings and the SSL key that they use. Raises StorageError."""
        saved = self.vault.settings.get(team_id)
        return saved, self.vault.ssl_key_of(team_id, saved.value if saved is not None else None)

    def _write_down(self, caller: Caller, job: Job, key: str) -> Entry | None:
        since = time.monotonic()
        try:
            # In one transaction: a request that is cut off here is no request that was seen.
            written = self.vault.runs.add(
                caller.team_id,
                dump_run(job.run),
                at=self.clock(),
                owner=self.leases.owner,
                lease=self.leases.lease,
                admission=admission(caller, self.limits, key=key),
            )
        except Repeated:
            return None
        except Exceeded as problem:
            raise too_many(problem.wait) from problem
        return self.entry(written, since=since)

    def entry(self, written: Run, *, since: float) -> Entry:
        """Return a run's entry in the vault, as ours *since* that time of the loop."""
        return Entry(
            run_id=written.id,
            threads=self.noting,
            vault=self.vault,
            clock=self.clock,
            metrics=self.metrics,
            again_after=self.slack.pace.again_after,
            owner=self.leases.owner,
            since=since,
        )

    def channel_of(self, run: TestRun, on_posted: Callable[[str], Awaitable[None]]) -> Place:
        """Return the message in a channel that shows a run."""
        return ChannelPlace(
            slack=self.slack,
            channel=run.channel,
            response_url=run.response_url,
            asked_by=run.test.asked_by,
            first=running(run.test, ()),
            on_posted=on_posted,
            ts=run.ts,
        )

    async def see_through(self, job: Job, entry: Entry, place: Place) -> None:
        """Test, show it live, and tell how it ended, giving signs of life all the while."""
        with self.leases.held(entry.run_id, since=entry.since):
            live = Live(
                place,
                running(job.run.test, ()),
                pace=self.slack.pace,
                is_ours=partial(self.leases.is_ours, entry.run_id),
            )
            showing = asyncio.create_task(live.run())
            try:
                await self._see(job, entry, place, live=live, showing=showing)
            except TakenOver:
                live.end()
                await showing
                log.warning("a test was taken over by another replica", run=entry.run_id)
                # What we showed last may have come after its end.
                await self.findings.sequels.show(entry.run_id)

    async def _see(
        self, job: Job, entry: Entry, place: Place, *, live: Live, showing: asyncio.Task[None]
    ) -> None:
        try:
            transcript = await self._converse(job, entry, live)
        except TakenOver:
            raise
        except Exception as problem:  # noqa: BLE001  # told where the test is shown, and logged
            live.end()
            await showing
            await self._apologise(problem, place)
            # What was said stands: nobody begins it again.
            transcript = interrupted(job.run, sending=entry.sending)
            await entry.settle(transcript, explain(transcript, job.service), told=True)
            return
        live.end()
        diagnosis = explain(transcript, job.service)
        # Before Slack is waited for: whatever befalls us meanwhile, the truth will be told.
        await entry.ended(transcript, diagnosis)
        await showing
        run = job.run.ended(transcript, diagnosis, self.clock())
        told = await self.tell(entry, run, place)
        await entry.settle(transcript, diagnosis, told=told)
        if told and isinstance(job.service, Service):
            await self.findings.add(entry.run_id, run, job.service)

    async def _apologise(self, problem: Exception, place: Place) -> None:
        sentence = problems.tell(problem, where="test")
        content = Content(text=sentence, blocks=[section(sentence)])
        await tell(place, content, pace=self.slack.pace)

    async def _converse(self, job: Job, entry: Entry, live: Live) -> Transcript:
        steps: list[Step] = []

        def watch(step: Step) -> None:
            steps.append(step)
            live.show(running(job.run.test, tuple(steps)))

        try:
            with self.leases.conversing(entry.run_id):
                await entry.begins()
                return await run_test(
                    job.service,
                    job.settings,
                    job.trial,
                    network=self.network,
                    watch=watch,
                    before_final_dot=entry.sends,
                )
        except asyncio.CancelledError:
            # The program is stopping: the few seconds that are left go to saying so. Or another
            # replica has taken the test over, which the next step notices.
            return interrupted(job.run, sending=entry.sending, steps=tuple(steps))

    async def tell(self, entry: Entry, run: TestRun, place: Place) -> bool:
        """Show how a run ended, trying for a minute. False: Slack took it nowhere."""
        return await tell(place, content_of(run, entry.run_id), pace=self.slack.pace)
