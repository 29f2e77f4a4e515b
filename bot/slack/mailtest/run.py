"""A test run as it is written down: sealed, so that a restart can tell how it ended. Pure."""

import json
from dataclasses import asdict, dataclass, field, replace

from bot.slack.mailtest.view import Test
from bot.smtp.document import dump_transcript, load_transcript
from bot.smtp.transcript import Failure, Outcome, Stage, Step, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """A test, where it is shown, and its transcript once there is one."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    test: Test
    channel: str = ""
    response_url: str = field(default="", repr=False)
    ts: str = ""
    """Of the message in the channel; empty until it is posted."""
    view_id: str = ""
    transcript: Transcript | None = None

    def ended(self, transcript: Transcript) -> "TestRun":
        """Return the run with its end."""
        return replace(self, transcript=transcript)


def dump_run(run: TestRun) -> bytes:
    """Write *run* as JSON: only ever to be sealed."""
    document = {
        "test": asdict(run.test),
        "channel": run.channel,
        "response_url": run.response_url,
        "ts": run.ts,
        "view_id": run.view_id,
        "transcript": dump_transcript(run.transcript) if run.transcript is not None else None,
    }
    return json.dumps(document, ensure_ascii=False).encode()


def load_run(document: bytes) -> TestRun:
    """Read what `dump_run` wrote."""
    values = json.loads(document)
    transcript = values["transcript"]
    return TestRun(
        **values
        | {
            "test": Test(**values["test"]),
            "transcript": load_transcript(transcript) if transcript is not None else None,
        }
    )


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
