"""A test's entry in the vault: under way, sending, ended, told. One write after the other."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.slack.deeds import tested
from bot.slack.mailtest.run import dump_run, load_run
from bot.slack.metrics import Metrics
from bot.slack.work import Threads
from bot.smtp.transcript import Diagnosis, Outcome, Transcript
from bot.vault import Vault
from storage.errors import StorageError
from storage.runs import RunState

log = structlog.get_logger(__name__)

ENDS = {
    Outcome.ACCEPTED: RunState.ACCEPTED,
    Outcome.FAILED: RunState.FAILED,
    Outcome.REFUSED: RunState.FAILED,
    Outcome.UNKNOWN: RunState.UNKNOWN,
}
UNANSWERED_AFTER = timedelta(minutes=10)
"""When a message of which nobody has said that it arrived is spoken of again."""
TOLD_AGAIN_AFTER = timedelta(minutes=10)
"""When an end is told again that Slack took nowhere."""
_UNDER_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.SENDING)


class TakenOver(Exception):
    """Another replica sees this test through: we were out of reach for too long."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """What the vault knows of one test, and a restart can tell of it."""

    run_id: str
    threads: Threads
    vault: Vault
    clock: Callable[[], datetime]
    metrics: Metrics
    again_after: tuple[float, ...]
    """Seconds between the attempts to write down what could not be written."""
    owner: str
    """Us: another replica may have taken the test over, if we were out of reach for long."""
    since: float
    """When it became ours, by the loop's time."""
    sending: bool = False
    """The message is on its way."""
    recorded: bool = False
    """How it ended is written down."""
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def posted(self, ts: str) -> None:
        """Note which message shows the test."""
        async with self._writing:
            await self._tried(lambda: self._note(ts))

    async def begins(self) -> None:
        """Note that the server is spoken with. Raises TakenOver, StorageError."""
        await self.threads(self._step, RunState.QUEUED, RunState.RUNNING)

    async def sends(self) -> None:
        """Note that the message is on its way: from here on never again.

        Raises TakenOver, StorageError.
        """
        await self.threads(self._step, RunState.RUNNING, RunState.SENDING)
        self.sending = True

    async def ended(self, transcript: Transcript, diagnosis: Diagnosis | None) -> None:
        """Note how it ended, if the vault can just now; `settle` tries again.

        Raises TakenOver.
        """
        async with self._writing:
            self.recorded = await self._tried(lambda: self._end(transcript, diagnosis))

    async def settle(
        self, transcript: Transcript, diagnosis: Diagnosis | None, *, told: bool
    ) -> None:
        """Note what is still missing: how it ended, and that people were *told*.

        Tries for a minute. What it can't note is told once more, by whoever takes the test over, as
        far as the vault knows. Raises TakenOver.
        """

        def rest() -> None:
            if not self.recorded:
                self._end(transcript, diagnosis)
                self.recorded = True
            if told:
                self._tell()
            else:
                self._tell_later()

        for pause in (0.0, *self.again_after):
            await asyncio.sleep(pause)
            if await self._tried(rest):
                return
        log.error("a test was not written down", run=self.run_id)

    async def _tried(self, write: Callable[[], None]) -> bool:
        try:
            await self.threads(write)
        except StorageError as problem:
            log.warning("a test was not written down yet", run=self.run_id, why=str(problem))
            return False
        return True

    def _step(self, expect: RunState, to: RunState) -> None:
        if not self.vault.runs.advance(
            self.run_id, expect=expect, to=to, at=self.clock(), owner=self.owner
        ):
            raise TakenOver(self.run_id)

    def _tell(self) -> None:
        """Note that people were told; of a message that may have come, more may be to say."""
        again = None
        if (written := self.vault.runs.get(self.run_id)) is not None:
            run = load_run(written.payload)
            if run.wants_confirmation and run.later.arrival is None:
                again = UNANSWERED_AFTER
        self.vault.runs.tell(self.run_id, now=self.clock(), again=again, owner=self.owner)

    def _tell_later(self) -> None:
        self.vault.runs.extend(
            (self.run_id,), owner=self.owner, now=self.clock(), lease=TOLD_AGAIN_AFTER
        )

    def _note(self, ts: str) -> None:
        def note(payload: bytes) -> bytes:
            return dump_run(replace(load_run(payload), ts=ts))

        self.vault.runs.change(self.run_id, note, at=self.clock(), owner=self.owner)

    def _end(self, transcript: Transcript, diagnosis: Diagnosis | None) -> None:
        if (written := self.vault.runs.get(self.run_id)) is None:
            return
        if written.owner != self.owner:
            raise TakenOver(self.run_id)
        now = self.clock()
        run = load_run(written.payload).ended(transcript, diagnosis, now)
        cause = diagnosis.cause if diagnosis is not None else None
        stage = str(transcript.failure.stage) if transcript.failure is not None else None
        # A state that is an end already is our own, of which we only didn't hear.
        if not self.vault.runs.advance(
            self.run_id,
            expect=_UNDER_WAY,
            to=ENDS[transcript.outcome],
            at=now,
            payload=dump_run(run),
            owner=self.owner,
            event=tested(
                run.test.asked_by,
                outcome=str(transcript.outcome),
                stage=stage,
                cause=cause,
                revision=run.test.revision,
            ),
        ) and (written.state in _UNDER_WAY):
            raise TakenOver(self.run_id)
        self.metrics.test_ended(outcome=str(transcript.outcome), stage=stage or "accepted")
        log.info("test ended", outcome=str(transcript.outcome), stage=stage, cause=cause)
