"""Runs tests: admitted, written down, spoken with the server, shown live, and told to the end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.config import Config
from bot.sending import Service, Trial, explain, new_code, run_test, service_of
from bot.slack import problems
from bot.slack.access import Caller, Person, Refused
from bot.slack.api import SlackAPI
from bot.slack.deeds import tested
from bot.slack.mailtest.admission import Limits, NotAllowed, admit, recipient_for
from bot.slack.mailtest.command import Request
from bot.slack.mailtest.jobs import Job, new_job
from bot.slack.mailtest.places import ChannelPlace, Live, Place, ViewPlace, tell
from bot.slack.mailtest.run import TestRun, dump_run, interrupted, load_run
from bot.slack.mailtest.view import Content, Test, details, ended, running, view_of
from bot.slack.words import section
from bot.slack.work import Threads, Work
from bot.smtp.network import Network
from bot.smtp.settings import MailSettings
from bot.smtp.transcript import Failure, Outcome, Step, Transcript
from bot.vault import Vault
from storage.errors import StorageError, Unavailable
from storage.runs import Run, RunState

log = structlog.get_logger(__name__)

_ENDS = {
    Outcome.ACCEPTED: RunState.ACCEPTED,
    Outcome.FAILED: RunState.FAILED,
    Outcome.REFUSED: RunState.FAILED,
    Outcome.UNKNOWN: RunState.UNKNOWN,
}
_UNDER_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.SENDING)


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
    work: Work
    vault: Vault
    config: Config
    network: Network
    limits: Limits
    clock: Callable[[], datetime]
    workspace_name: str

    async def start_in_channel(
        self, caller: Caller, person: Person, request: Request, *, spot: Spot, key: str
    ) -> None:
        """Test the saved settings, shown in a channel. Raises Refused, StorageError.

        *key* names this very request: the same one, delivered again, is done once.
        """
        saved = await self.threads(self.vault.settings.get, caller.team_id)
        policy = saved.value.test_policy if saved is not None else MailSettings().test_policy
        job = new_job(
            caller,
            self.config,
            settings=saved.value if saved is not None else None,
            revision=saved.revision if saved is not None else 0,
            trial=Trial(
                recipient=recipient_for(person, request.recipient, policy),
                send=request.send,
                code=new_code(),
                workspace=self.workspace_name,
                asked_by=person.name,
                channel=spot.name,
                at=self.clock(),
            ),
        )
        job = job.shown(channel=spot.id, response_url=spot.response_url)
        written = await self.threads(self._write_down, caller, job, key)
        if written is None:
            return

        async def note(ts: str) -> None:
            await self.threads(self._note_ts, written.id, ts)

        place = ChannelPlace(
            slack=self.slack, channel=spot.id, response_url=spot.response_url, on_posted=note
        )
        self.work.start(self._see_through(job, written, place), name="test")

    async def start_in_view(
        self,
        caller: Caller,
        person: Person,
        *,
        settings: MailSettings,
        recipient: str,
        trigger_id: str,
    ) -> None:
        """Test what stands in a form, shown in a view on top. Raises Refused, StorageError."""
        trial = Trial(
            recipient=recipient,
            send=True,
            code=new_code(),
            workspace=self.workspace_name,
            asked_by=person.name,
            channel="",
            at=self.clock(),
        )
        job = new_job(caller, self.config, settings=settings, revision=0, trial=trial)
        job = job.from_form()
        view_id = await self.slack.push_view(trigger_id, view_of(running(job.run.test, ())))
        job = job.shown(view_id=view_id)
        place = ViewPlace(slack=self.slack, view_id=view_id)
        try:
            written = await self.threads(self._write_down, caller, job, "")
        except Refused as refusal:
            await tell(place, Content(text=str(refusal), blocks=[section(str(refusal))]))
            return
        if written is not None:
            self.work.start(self._see_through(job, written, place), name="form test")

    async def find(self, caller: Caller, run_id: str) -> TestRun:
        """Return a run of this workspace. Raises NotAllowed, StorageError."""
        written = await self.threads(self.vault.runs.get, run_id)
        if written is None or written.workspace != caller.team_id:
            raise NotAllowed(
                "This test is older than thirty days, so we no longer keep it. "
                "Type `/mailtest` to send a new one."
            )
        return load_run(written.payload)

    async def recover(self) -> None:
        """Tell of the tests whose end nobody was told, because the program ended first."""
        for written in await self.threads(self.vault.runs.untold):
            self.work.start(self._recover(written), name="recover")

    def _write_down(self, caller: Caller, job: Job, key: str) -> Run | None:
        now = self.clock()
        if not admit(self.vault, caller, self.limits, key=key, now=now):
            return None
        return self.vault.runs.add(caller.team_id, dump_run(job.run), at=now)

    def _note_ts(self, run_id: str, ts: str) -> None:
        try:
            written = self.vault.runs.get(run_id)
            if written is not None:
                run = replace(load_run(written.payload), ts=ts)
                self.vault.runs.rewrite(run_id, dump_run(run), at=self.clock())
        except StorageError as problem:
            # Only a restart would need it: then the end is a message of its own.
            log.warning("a message was not noted", why=str(problem))

    async def _see_through(self, job: Job, written: Run, place: Place) -> None:
        live = Live(place, running(job.run.test, ()))
        showing = asyncio.create_task(live.run())
        try:
            transcript = await self._converse(job, written, live)
        except Exception as problem:  # noqa: BLE001  # told where the test is shown, and logged
            live.end()
            await showing
            sentence = problems.tell(problem, where="test")
            await tell(place, Content(text=sentence, blocks=[section(sentence)]))
            return
        live.end()
        await showing
        diagnosis = explain(transcript, job.service)
        await self._record(
            written.id, job.run.test, transcript, diagnosis.cause if diagnosis else ""
        )
        await self._tell(written.id, job.run.test, transcript, place, service=job.service)

    async def _converse(self, job: Job, written: Run, live: Live) -> Transcript:
        steps: list[Step] = []
        sending = False

        def watch(step: Step) -> None:
            steps.append(step)
            live.show(running(job.run.test, tuple(steps)))

        async def before_final_dot() -> None:
            nonlocal sending
            await self.threads(self._step, written.id, RunState.RUNNING, RunState.SENDING)
            sending = True

        try:
            await self.threads(self._step, written.id, RunState.QUEUED, RunState.RUNNING)
            return await run_test(
                job.service,
                job.settings,
                job.trial,
                network=self.network,
                watch=watch,
                before_final_dot=before_final_dot,
            )
        except asyncio.CancelledError:
            # The program is stopping: the few seconds that are left go to saying so.
            return interrupted(job.run, sending=sending, steps=tuple(steps))

    def _step(self, run_id: str, expect: RunState, to: RunState) -> None:
        if not self.vault.runs.advance(run_id, expect=expect, to=to, at=self.clock()):
            raise Unavailable(f"the run is not {expect} any more")

    async def _record(self, run_id: str, test: Test, transcript: Transcript, cause: str) -> None:
        try:
            await self.threads(self._write_end, run_id, test, transcript, cause)
        except StorageError as problem:
            # The people still hear how it ended; after a restart it is told once more.
            log.error("the end of a test was not recorded", why=str(problem))  # noqa: TRY400

    def _write_end(self, run_id: str, test: Test, transcript: Transcript, cause: str) -> None:
        written = self.vault.runs.get(run_id)
        if written is None:
            return
        self.vault.runs.advance(
            run_id,
            expect=_UNDER_WAY,
            to=_ENDS[transcript.outcome],
            at=self.clock(),
            payload=dump_run(load_run(written.payload).ended(transcript)),
        )
        stage = transcript.failure.stage if transcript.failure is not None else None
        self.vault.audit.append(
            test.team_id,
            tested(
                test.asked_by,
                outcome=str(transcript.outcome),
                stage=str(stage) if stage is not None else None,
                cause=cause or None,
                revision=test.revision,
            ),
            at=self.clock(),
        )
        log.info("test ended", outcome=str(transcript.outcome), stage=stage, cause=cause or None)

    async def _tell(
        self,
        run_id: str,
        test: Test,
        transcript: Transcript,
        place: Place,
        *,
        service: Service | Failure,
    ) -> None:
        in_view = isinstance(place, ViewPlace)
        content = ended(
            test, transcript, explain(transcript, service), run_id="" if in_view else run_id
        )
        if in_view:
            content = replace(content, blocks=[*content.blocks, *details(test, transcript)])
        if await tell(place, content):
            await self.threads(self.vault.runs.tell, run_id)

    async def _recover(self, written: Run) -> None:
        run = load_run(written.payload)
        transcript = run.transcript
        if transcript is None:
            transcript = interrupted(run, sending=written.state is RunState.SENDING)
            await self._record(written.id, run.test, transcript, "interrupted")
        place: Place
        if run.view_id:
            place = ViewPlace(slack=self.slack, view_id=run.view_id)
        else:
            place = ChannelPlace(
                slack=self.slack,
                channel=run.channel,
                response_url=run.response_url,
                on_posted=_forget,
                ts=run.ts,
            )
        saved = await self.threads(self.vault.settings.get, written.workspace)
        service = service_of(saved.value if saved is not None else None, self.config)
        await self._tell(written.id, run.test, transcript, place, service=service)


async def _forget(_ts: str) -> None:
    """Keep no timestamp: the run has ended, and nothing will edit its message again."""
