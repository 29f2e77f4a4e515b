"""A test run as it is written down: sealed, so that a restart can tell how it ended. Pure."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from bot.slack.mailtest.later import Later, dump_later, load_later
from bot.slack.mailtest.view import Test, open_ended
from bot.smtp.document import dump_transcript, load_transcript
from bot.smtp.remedy import Remedy
from bot.smtp.transcript import Diagnosis, Failure, Outcome, Stage, Step, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """A test, where it is shown, and its transcript once there is one."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: Test
    channel: str = ""
    channel_name: str = ""
    asked_by_name: str = ""
    """For the message's text. Untrusted."""
    response_url: str = field(default="", repr=False)
    ts: str = ""
    """Of the message in the channel; empty until it is posted."""
    view_id: str = ""
    attempt: int = 1
    """How often it was begun: a replica that died before anything was sent leaves it to another."""
    form_id: str = ""
    """Of the form whose values are tested."""
    transcript: Transcript | None = None
    diagnosis: Diagnosis | None = None
    ended_at: datetime | None = None
    later: Later = field(default_factory=Later)

    def ended(self, transcript: Transcript, diagnosis: Diagnosis | None, at: datetime) -> "TestRun":
        """Return the run with its end."""
        return replace(self, transcript=transcript, diagnosis=diagnosis, ended_at=at)

    @property
    def remedy(self) -> Remedy | None:
        """The change of settings that would cure it."""
        return self.later.remedy

    @property
    def wants_confirmation(self) -> bool:
        """The message may be in an inbox, and only its reader knows."""
        return self.transcript is not None and open_ended(self.test, self.transcript)


def dump_run(run: TestRun) -> bytes:
    """Write *run* as JSON: only ever to be sealed."""
    document = {
        "test": asdict(run.test),
        "channel": run.channel,
        "channel_name": run.channel_name,
        "asked_by_name": run.asked_by_name,
        "response_url": run.response_url,
        "ts": run.ts,
        "view_id": run.view_id,
        "form_id": run.form_id,
        "attempt": run.attempt,
        "transcript": dump_transcript(run.transcript) if run.transcript is not None else None,
        "diagnosis": asdict(run.diagnosis) if run.diagnosis is not None else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at is not None else None,
        "later": dump_later(run.later),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def load_run(document: bytes) -> TestRun:
    """Read what `dump_run` wrote, in this version or an earlier one."""
    values = json.loads(document)
    values["test"] = Test(**values["test"])
    if (transcript := values["transcript"]) is not None:
        values["transcript"] = load_transcript(transcript)
    if (diagnosis := values.get("diagnosis")) is not None:
        values["diagnosis"] = Diagnosis(**(diagnosis | {"advice": tuple(diagnosis["advice"])}))
    if (ended_at := values.get("ended_at")) is not None:
        values["ended_at"] = datetime.fromisoformat(ended_at)
    if (later := values.get("later")) is not None:
        values["later"] = load_later(later)
    return TestRun(**values)


def interrupted(run: TestRun, *, sending: bool, steps: tuple[Step, ...] = ()) -> Transcript:
    """Say how a run ended that the bot's own end cut off."""
    host, _, port = run.test.server.rpartition(":")
    stage = Stage.MESSAGE if sending else (steps[-1].stage if steps else Stage.CONNECTION)
    return Transcript(
        outcome=Outcome.UNKNOWN if sending else Outcome.FAILED,
        host=host,
        port=int(port or 0),
        steps=steps,
        failure=Failure(
            stage=stage,
            cause="reply-lost" if sending else "interrupted",
            text="the bot was stopped during the test",
        ),
        sent=run.test.send,
    )
