"""Whether a message arrived, as the channel sees it: each state, and nothing of it live."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from syrupy.assertion import SnapshotAssertion

from bot.demo.block_kit import problems
from bot.demo.drawing import buttons, visible_text
from bot.slack.mailtest.arrival_view import confirmed
from bot.slack.mailtest.later import Arrival, Later
from bot.slack.mailtest.view import Test, ended
from bot.smtp.papers import Papers
from bot.smtp.transcript import Diagnosis, Outcome, Transcript

TestOf = Callable[..., Test]
TranscriptOf = Callable[..., Transcript]

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
ARRIVED = Arrival(arrived=True, by="UADMIN", at=AT, after=timedelta(minutes=2))
MISSED = replace(ARRIVED, arrived=False, after=timedelta(hours=1))
LOST = Diagnosis(cause="reply-lost", meaning="No answer came.", advice=("Look for it.",))

STATES: dict[str, tuple[Later, dict[str, Any]]] = {
    "arrived": (Later(arrival=ARRIVED, unanswered=True), {}),
    "missed": (Later(arrival=MISSED), {}),
    "missed-without-queue-id": (Later(arrival=MISSED), {"queue_id": None}),
    "missed-without-any-id": (
        Later(arrival=MISSED),
        {"queue_id": None, "message_id": None, "host": ""},
    ),
    "unanswered": (Later(unanswered=True), {}),
    "unknown": (Later(), {"outcome": Outcome.UNKNOWN, "queue_id": None}),
    "unknown-and-unanswered": (
        Later(unanswered=True),
        {"outcome": Outcome.UNKNOWN, "queue_id": None},
    ),
    "unknown-but-arrived": (Later(arrival=ARRIVED), {"outcome": Outcome.UNKNOWN}),
}


@pytest.mark.parametrize("name", STATES)
def test_what_is_known_of_the_arrival_looks_so(
    name: str, golden: SnapshotAssertion, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    later, end = STATES[name]
    transcript = transcript_of(**end)
    meaning = LOST if transcript.outcome is Outcome.UNKNOWN else None
    content = ended(test_of(), transcript, meaning, run_id="a1", later=later)
    assert problems(content.blocks, "message") == []
    assert {"text": content.text, "blocks": content.blocks} == golden


def shown(later: Later, test: Test, transcript: Transcript) -> str:
    return visible_text(ended(test, transcript, None, run_id="a1", later=later).blocks)


def labels(later: Later, test: Test, transcript: Transcript, **more: Any) -> list[str]:
    blocks = ended(test, transcript, None, run_id="a1", later=later, **more).blocks
    return [each["text"]["text"] for _, each in buttons(blocks)]


@pytest.mark.parametrize(
    ("later", "offered"),
    [
        (Later(), ["It arrived", "It did not arrive"]),
        (Later(unanswered=True), ["It arrived", "It did not arrive"]),
        (Later(arrival=ARRIVED), ["It did not arrive"]),
        (Later(arrival=MISSED), ["It arrived"]),
    ],
)
def test_after_an_answer_the_other_one_is_offered(
    later: Later, offered: list[str], test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    assert labels(later, test_of(), transcript_of()) == [*offered, "Test again", "Details"]
    assert labels(later, test_of(), transcript_of(), in_view=True) == offered


def test_without_a_message_on_its_way_nothing_is_asked(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    for test, transcript in (
        (test_of(send=False), transcript_of(sent=False)),
        (test_of(), transcript_of(outcome=Outcome.FAILED)),
        (test_of(), transcript_of(outcome=Outcome.REFUSED)),
    ):
        later = Later(arrival=ARRIVED)  # which nobody can have said
        assert "It arrived" not in labels(later, test, transcript)
        assert "got the message" not in shown(later, test, transcript)


def test_accepted_is_not_delivered_and_confirmed_is_said_by_somebody(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    open_ = shown(Later(unanswered=True), test_of(), transcript_of())
    assert "Accepted, not confirmed: mail.example.com took the message" in open_
    assert "spam folder" in open_
    assert "4F1" in open_
    assert "stays open" in open_
    closed = shown(Later(arrival=ARRIVED), test_of(), transcript_of())
    assert (
        "bob@example.com got the message: @UADMIN confirmed it, 2 minutes after the server "
        "accepted it"
    ) in closed
    assert "look for code" not in closed
    assert "delivered" not in open_ + closed


def test_who_misses_a_message_is_led_to_the_domains_records(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    papers = Papers(domain="example.com", papers=())
    told = shown(Later(arrival=MISSED, papers=papers), test_of(), transcript_of())
    assert "6. Read below what the records of example.com say" in told
    assert told.index("6. Read below") < told.index("What the records of example.com say")
    assert "Read below" not in shown(Later(arrival=MISSED), test_of(), transcript_of())


def test_a_certificate_that_ends_soon_is_warned_of_under_an_accepted_test(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    at = datetime(2027, 2, 24, tzinfo=UTC)
    test, transcript = test_of(), transcript_of()
    content = ended(test, transcript, None, at=at)
    assert problems(content.blocks, "message") == []
    assert "its certificate ends on 5 March 2027, in 9 days" in visible_text(content.blocks)
    failed = transcript_of(outcome=Outcome.FAILED)
    assert "in 9 days" not in visible_text(ended(test, failed, None, at=at).blocks)
    assert "in 9 days" not in visible_text(ended(test, transcript, None, at=AT).blocks)


def types(value: Any) -> Iterator[str]:
    """Yield the type of each object in Block Kit."""
    if isinstance(value, list):
        for each in value:
            yield from types(each)
    elif isinstance(value, dict):
        yield value.get("type", "")
        for each in value.values():
            yield from types(each)


@given(data=st.data())
def test_nothing_that_a_server_wrote_is_live_beside_an_arrival(
    data: DataObject, any_transcript: SearchStrategy[Transcript], test_of: TestOf
) -> None:
    later = data.draw(st.sampled_from([state for state, _ in STATES.values()]))
    transcript = replace(
        data.draw(any_transcript), outcome=Outcome.ACCEPTED, sent=True, failure=None
    )
    test = test_of(recipient="`b`_*~&@example.com")
    content = ended(test, transcript, None, run_id="a1", at=AT, later=later)
    assert problems(content.blocks, "message") == []
    assert not set("<>") & set(content.text.replace("<@UADMIN>", ""))
    assert "mrkdwn" not in set(types(content.blocks))


def test_who_gave_the_code_is_told_what_it_confirmed(transcript_of: TranscriptOf) -> None:
    said = confirmed("bob@example.com", "4821", transcript_of(), ARRIVED)
    assert said == (
        "Confirmed: bob@example.com got the test message with code 4821 through "
        "mail.example.com, 2 minutes after the server accepted it."
    )
    nameless = transcript_of(host="", outcome=Outcome.UNKNOWN)
    assert confirmed("bob@example.com", "4821", nameless, ARRIVED).endswith(
        "with code 4821, 2 minutes after it was sent."
    )
