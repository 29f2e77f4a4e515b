"""A test run is written down whole and read again; its end can be told after a crash."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from bot.slack.mailtest.later import Arrival, Later
from bot.slack.mailtest.run import TestRun, dump_run, interrupted, load_run
from bot.slack.mailtest.view import Test
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.papers import Papers
from bot.smtp.remedy import Remedy
from bot.smtp.survey import Door, DoorState, Survey
from bot.smtp.transcript import Diagnosis, Outcome, Stage, Step, Transcript

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
DIAGNOSIS = Diagnosis(cause="a", meaning="b", advice=("c", "d"), fix={"port": 587}, temporary=True)
PAPER = Paper(title="SPF", grade=Grade.WARNING, line="There is none.", publish="v=spf1 -all")
ARRIVALS = st.builds(
    Arrival,
    arrived=st.booleans(),
    by=st.just("UADMIN"),
    at=st.just(AT),
    after=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3)),
)

DOOR = Door(port=587, state=DoorState.STARTTLS, verified=True, names=("a.example",), milliseconds=3)
LATER = st.builds(
    Later,
    survey=st.none() | st.just(Survey(host="a.example", doors=(DOOR,), addresses=("192.0.2.1",))),
    remedy=st.none() | st.just(Remedy(fix={"port": 587}, label="Use it", reason="It is there.")),
    papers=st.none() | st.just(Papers(domain="a.example", papers=(PAPER,))),
    arrival=st.none() | ARRIVALS,
    unanswered=st.booleans(),
)


@given(data=st.data())
def test_what_is_written_down_is_read_again(
    data: DataObject,
    any_transcript: SearchStrategy[Transcript],
    any_text: SearchStrategy[str],
    test_of: Callable[..., Test],
) -> None:
    run = TestRun(
        test=test_of(recipient=data.draw(any_text)),
        channel="C1",
        response_url="https://hooks.slack.com/commands/T1/1/secret",
        ts="1.2",
        view_id="V1",
        transcript=data.draw(st.none() | any_transcript),
        diagnosis=data.draw(st.none() | st.just(DIAGNOSIS)),
        ended_at=data.draw(st.none() | st.just(AT)),
        later=data.draw(LATER),
    )
    assert load_run(dump_run(run)) == run
    assert "hooks.slack.com" not in repr(run)


def test_a_run_ends_with_its_transcript(
    test_of: Callable[..., Test], transcript_of: Callable[..., Transcript]
) -> None:
    run = TestRun(test=test_of())
    ended = run.ended(transcript_of(), None, AT)
    assert (ended.transcript, ended.ended_at) == (transcript_of(), AT)
    assert run.transcript is None


def test_a_run_of_an_earlier_version_is_still_read(
    test_of: Callable[..., Test], transcript_of: Callable[..., Transcript]
) -> None:
    run = TestRun(test=test_of(), transcript=transcript_of())
    document = json.loads(dump_run(run))
    for name in ("diagnosis", "ended_at", "later"):
        del document[name]
    assert load_run(json.dumps(document).encode()) == run


STEPS = (
    Step(stage=Stage.LOOKUP, milliseconds=1, line="192.0.2.1"),
    Step(stage=Stage.CONNECTION, milliseconds=2, line="there"),
)


@pytest.mark.parametrize(
    ("sending", "steps", "outcome", "stage"),
    [
        (False, (), Outcome.FAILED, Stage.CONNECTION),
        (False, STEPS[:1], Outcome.FAILED, Stage.LOOKUP),
        (True, STEPS, Outcome.UNKNOWN, Stage.MESSAGE),
        (True, (), Outcome.UNKNOWN, Stage.MESSAGE),
    ],
)
def test_an_interrupted_test_may_have_been_sent_only_once_sending_began(
    test_of: Callable[..., Test],
    sending: bool,
    steps: tuple[Step, ...],
    outcome: Outcome,
    stage: Stage,
) -> None:
    end = interrupted(TestRun(test=test_of(send=sending)), sending=sending, steps=steps)
    assert (end.outcome, end.host, end.port) == (outcome, "mail.example.com", 587)
    assert end.failure is not None
    assert end.failure.stage is stage
    assert end.failure.cause == ("reply-lost" if sending else "interrupted")
    assert end.steps == steps
    assert end.sent is sending


@pytest.mark.parametrize(
    ("server", "place"), [("", ("", 0)), ("[::1]:25", ("[::1]", 25)), ("::1:25", ("::1", 25))]
)
def test_the_server_of_an_interrupted_test_is_known(
    test_of: Callable[..., Test], server: str, place: tuple[str, int]
) -> None:
    end = interrupted(TestRun(test=test_of(server=server)), sending=False)
    assert (end.host, end.port) == place
