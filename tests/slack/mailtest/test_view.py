"""A test as people see it: nothing that a server wrote is live, and Slack takes all of it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from syrupy.assertion import SnapshotAssertion

from bot.demo.block_kit import problems
from bot.demo.drawing import visible_text
from bot.slack.mailtest.details import details
from bot.slack.mailtest.later import Later
from bot.slack.mailtest.view import (
    Content,
    Test,
    ended,
    reply_text,
    running,
    view_of,
)
from bot.smtp.diagnosis import diagnose
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.papers import Papers
from bot.smtp.remedy import Remedy
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.survey import OTHER_NAMES, Door, DoorState, Survey
from bot.smtp.transcript import (
    Diagnosis,
    Failure,
    Outcome,
    Reply,
    Stage,
    Step,
    TLSFacts,
    Transcript,
)

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
SERVER = MailServer(
    host="mail.example.com",
    port=587,
    tls_mode=TLSMode.STARTTLS,
    username="login@example.com",
    password="s3cret pass",
)
WRONG_PASSWORD = Failure(
    stage=Stage.AUTHENTICATION,
    cause="reply",
    reply=Reply(code=535, enhanced="5.7.8", text="<!channel> *bad* `credentials`\nsecond line"),
)
FAILED_STEP = Step(stage=Stage.AUTHENTICATION, milliseconds=80, line="535 5.7.8 bad", ok=False)
MRKDWN_OF_OURS = re.compile(r"<(?:@U[A-Z0-9]+|https://[a-z0-9./_-]+\|[A-Za-z' ]+)>")

TestOf = Callable[..., Test]
TranscriptOf = Callable[..., Transcript]
CheckView = Callable[[dict[str, Any]], None]


def meaning_of(transcript: Transcript) -> Diagnosis | None:
    if transcript.failure is None:
        return None
    return diagnose(transcript, SERVER, sender="team@example.com")


ENDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "accepted": ({}, {}),
    "accepted-without-TLS": ({}, {"tls": None, "queue_id": None}),
    "accepted-without-sending": ({"send": False}, {"sent": False, "queue_id": None}),
    "accepted-while-off": ({"notifications": False}, {}),
    "accepted-from-the-form": ({"from_form": True, "revision": 0}, {}),
    "failed": (
        {},
        {"outcome": Outcome.FAILED, "failure": WRONG_PASSWORD, "steps": (FAILED_STEP,)},
    ),
    "failed-without-a-reply": (
        {},
        {
            "outcome": Outcome.FAILED,
            "failure": Failure(stage=Stage.LOOKUP, cause="dns-nxdomain"),
            "steps": (),
        },
    ),
    "refused": (
        {"server": "", "revision": 0},
        {
            "outcome": Outcome.REFUSED,
            "host": "",
            "port": 0,
            "failure": Failure(stage=Stage.SETTINGS, cause="not-configured"),
            "steps": (Step(stage=Stage.SETTINGS, milliseconds=0, line="not complete", ok=False),),
        },
    ),
    "unknown": (
        {},
        {
            "outcome": Outcome.UNKNOWN,
            "failure": Failure(stage=Stage.MESSAGE, cause="reply-lost"),
        },
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_a_test_looks_so(
    name: str, golden: SnapshotAssertion, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    asked, end = ENDS[name]
    transcript = transcript_of(**end)
    content = ended(test_of(**asked), transcript, meaning_of(transcript), run_id="a1", at=AT)
    assert problems(content.blocks, "message") == []
    assert {"text": content.text, "blocks": content.blocks} == golden


@pytest.mark.parametrize(
    ("stage", "code", "text"),
    [
        (Stage.RECIPIENT, 550, "5.1.1 User unknown"),
        (Stage.RECIPIENT, 450, "Greylisted, try again later"),
    ],
)
def test_settings_that_work_are_not_to_be_fixed(
    stage: Stage, code: int, text: str, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    reply = Reply(code=code, text=text)
    failure = Failure(stage=stage, cause="reply", reply=reply)
    transcript = transcript_of(outcome=Outcome.FAILED, failure=failure)
    shown = visible_text(ended(test_of(), transcript, meaning_of(transcript), run_id="a1").blocks)
    assert "Fix settings" not in shown
    assert "Test again" in shown


def test_the_servers_words_stand_there_once(test_of: TestOf, transcript_of: TranscriptOf) -> None:
    reply = Reply(code=535, text="Go away")
    failure = Failure(stage=Stage.AUTHENTICATION, cause="reply", reply=reply)
    for line, said in {
        "535 Go away": "Authentication failed (80 ms). The server's own words:",
        "Another line.": "Authentication failed (80 ms): Another line. The server's own words:",
    }.items():
        step = replace(FAILED_STEP, line=line)
        transcript = transcript_of(outcome=Outcome.FAILED, failure=failure, steps=(step,))
        shown = visible_text(ended(test_of(), transcript, None).blocks)
        assert said in shown
        assert shown.count("Go away") == 1


REMEDY = Remedy(
    fix={"tls_mode": "implicit", "port": 465},
    label="Use SMTPS (TLS from the start) on port 465",
    reason="Port 465 of mail.example.com speaks TLS from the start, with a valid certificate.",
)
DOORS = (
    Door(port=25, state=DoorState.CLOSED, milliseconds=1),
    Door(
        port=465,
        state=DoorState.TLS,
        verified=True,
        names=("mail.example.com",),
        mechanisms=("PLAIN", "LOGIN"),
        ready=True,
        milliseconds=31,
    ),
    Door(port=587, state=DoorState.OTHER, milliseconds=5, note="an IMAP server"),
)
SURVEY = Survey(host="mail.example.com", doors=DOORS, addresses=("192.0.2.1", "2001:db8::1"))


@pytest.mark.parametrize("in_view", [False, True])
def test_what_was_found_when_looking_further_looks_so(
    in_view: bool, golden: SnapshotAssertion, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    transcript = transcript_of(
        outcome=Outcome.FAILED, failure=Failure(stage=Stage.GREETING, cause="not-smtp-imap")
    )
    later = Later(survey=SURVEY, remedy=REMEDY)
    content = ended(
        test_of(from_form=in_view),
        transcript,
        meaning_of(transcript),
        run_id="a1",
        in_view=in_view,
        later=later,
    )
    assert problems(content.blocks, "message") == []
    assert {"text": content.text, "blocks": content.blocks} == golden


def test_an_unknown_end_blames_no_connection(test_of: TestOf, transcript_of: TranscriptOf) -> None:
    transcript = transcript_of(**ENDS["unknown"][1])
    shown = visible_text(ended(test_of(), transcript, meaning_of(transcript)).blocks)
    assert "gave no clear answer" in shown
    assert "connection was lost" not in shown


@pytest.mark.parametrize("passed", [0, 2])
def test_a_test_under_way_looks_so(
    passed: int, golden: SnapshotAssertion, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    content = running(test_of(), transcript_of().steps[:passed])
    assert problems(content.blocks, "message") == []
    assert {"text": content.text, "blocks": content.blocks} == golden


DETAILS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all": ({}, {}),
    "form": ({"from_form": True, "revision": 0}, {"mechanism": None}),
    "default": ({"revision": 0}, {"tls": None}),
    "not-verified": (
        {},
        {"tls": TLSFacts(version=None, cipher=None, chain=(), verified=False)},
    ),
    "nothing": (
        {"revision": 0},
        dict.fromkeys(("address", "mechanism", "queue_id", "message_id", "tls"))
        | {"lines": (), "host": "", "port": 0},
    ),
}


@pytest.mark.parametrize("name", DETAILS)
def test_the_details_look_so(
    name: str,
    golden: SnapshotAssertion,
    assert_view: CheckView,
    test_of: TestOf,
    transcript_of: TranscriptOf,
) -> None:
    asked, end = DETAILS[name]
    view = view_of(
        Content(text="", blocks=details(test_of(**asked), transcript_of(**end), at=AT, run_id="a1"))
    )
    assert_view(view)
    assert view == golden


@pytest.fixture(scope="session")
def any_test() -> SearchStrategy[Test]:
    """Any test of an address and a server that were let through."""
    return st.builds(
        Test,
        team_id=st.just("T1"),
        asked_by=st.sampled_from(["UADMIN", "operator"]),
        recipient=st.sampled_from(["`b`_*~@example.com", f"{'&' * 64}@a.example"]),
        send=st.booleans(),
        code=st.just("4821"),
        server=st.sampled_from(["mail.example.com:587", "", f"{'a.' * 126}b:587"]),
        revision=st.integers(0, 3),
        notifications=st.booleans(),
        from_form=st.booleans(),
    )


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_slack_takes_whatever_a_server_says_and_none_of_it_is_live(
    data: DataObject,
    any_test: SearchStrategy[Test],
    any_transcript: SearchStrategy[Transcript],
    assert_view: CheckView,
) -> None:
    test, transcript = data.draw(any_test), data.draw(any_transcript)
    under_way = running(test, transcript.steps)
    end = ended(test, transcript, meaning_of(transcript), run_id="a1")
    in_view = [*end.blocks, *details(test, transcript, at=AT)]
    for content in (under_way, end):
        assert problems(content.blocks, "message") == []
        assert content.text
        assert len(content.text) < 4000
    assert_view(view_of(end, more=details(test, transcript, at=AT)))
    for text in mrkdwn([under_way.text, end.text, *under_way.blocks, *in_view]):
        assert not set("<>") & set(MRKDWN_OF_OURS.sub("", text)), text


def mrkdwn(value: Any) -> Iterator[str]:
    """Yield all text in which Slack looks for mentions, links and formatting."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, str | dict | list):
                yield from mrkdwn(each)
    elif value.get("type") == "mrkdwn":
        yield value["text"]
    else:
        for key, each in value.items():
            if isinstance(each, dict | list) and key != "style":
                yield from mrkdwn(each)


@given(data=st.data())
def test_a_servers_words_stand_in_plain_text_and_not_in_mrkdwn(
    data: DataObject, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    words = data.draw(st.text(st.characters(categories=["Lu"]), min_size=8, max_size=40))
    failure = replace(WRONG_PASSWORD, reply=Reply(code=550, text=words))
    transcript = transcript_of(
        outcome=Outcome.FAILED,
        failure=failure,
        steps=(replace(FAILED_STEP, line=words),),
        queue_id=words,
    )
    content = ended(test_of(), transcript, meaning_of(transcript))
    assert visible_text(content.blocks).count(words) == 2
    for text in mrkdwn([content.text, *content.blocks, *details(test_of(), transcript, at=AT)]):
        assert words not in text


@pytest.mark.parametrize("name", ENDS)
def test_an_address_stands_to_the_letter_and_not_in_mrkdwn(
    name: str, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    """Its own characters would be formatting: mrkdwn has no escape for them."""
    asked, end = ENDS[name]
    address, host = "`a`*b*_c_~d~&e@example.com", "_mail_.example.com"
    test = test_of(**{"recipient": address, "server": f"{host}:587"} | asked)
    transcript = replace(transcript_of(**end), host=host)
    diagnosis = Diagnosis(cause="x", meaning=f"{host}, {address}", advice=(f"Ask {address}.",))
    for content in (running(test, transcript.steps), ended(test, transcript, diagnosis)):
        assert address in visible_text(content.blocks)
        assert "&amp;" in content.text
        for text in mrkdwn(content.blocks):
            assert "`" not in text
            assert host not in text


def test_a_reply_that_is_too_long_is_cut() -> None:
    text = reply_text(Reply(code=550, enhanced="5.7.1", text="x" * 65536))
    assert text.startswith("550 5.7.1 xxx")
    assert text.endswith("…")
    assert len(text) == 1500
    assert reply_text(Reply(code=550, text="no\x1b[31m")) == "550 no[31m"


@pytest.mark.parametrize("letter", ["a", "字", "\N{PILE OF POO}"])
def test_details_of_an_endless_talk_fit_a_view(
    letter: str, test_of: TestOf, transcript_of: TranscriptOf, assert_view: CheckView
) -> None:
    base = transcript_of()
    lines = tuple(replace(line, text=letter * 65536) for line in base.lines)
    chain = tuple(replace(each, names=(letter * 65536,)) for each in base.tls.chain)
    transcript = replace(base, lines=lines, tls=replace(base.tls, chain=chain))
    content = ended(test_of(), transcript, None)
    view = view_of(content, more=details(test_of(), transcript, at=AT))
    assert_view(view)
    assert len(json.dumps(view)) < 250_000  # as slack_sdk writes it


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ACCEPTED])
def test_a_message_in_which_everything_is_endless_is_no_book(
    outcome: Outcome, test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    """Slack refuses a message of some 13,200 characters (msg_blocks_too_long)."""
    endless = "x" * 65536
    failure = replace(WRONG_PASSWORD, reply=Reply(code=550, text=endless))
    transcript = transcript_of(
        outcome=outcome,
        failure=failure if outcome is Outcome.FAILED else None,
        steps=tuple(Step(stage=each, milliseconds=1, line=endless) for each in Stage),
        queue_id=endless,
    )
    doors = tuple(
        replace(DOORS[1], port=port, verified=False, note=OTHER_NAMES, names=(f"{endless}.test",))
        for port in range(6)
    )
    paper = Paper(title="SPF", grade=Grade.NOTE, line=endless, record=endless, publish=endless)
    later = Later(
        survey=replace(SURVEY, doors=doors, addresses=(endless, endless)),
        remedy=REMEDY,
        papers=Papers(domain="example.com", papers=(paper,) * 3),
    )
    content = ended(test_of(), transcript, meaning_of(transcript), run_id="a1", later=later)
    assert problems(content.blocks, "message") == []
    assert len(visible_text(content.blocks)) < 12_000


def test_a_queue_id_that_cannot_be_seen_is_not_shown(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    content = ended(test_of(), transcript_of(queue_id="\N{ZERO WIDTH SPACE}"), None)
    assert problems(content.blocks, "message") == []
    assert "queue id" not in visible_text(content.blocks)


def test_buttons_stand_only_under_a_test_that_is_kept(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    assert "actions" not in {
        each["type"] for each in ended(test_of(), transcript_of(), None).blocks
    }


def test_advice_may_lead_to_the_providers_page(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    transcript = transcript_of(outcome=Outcome.FAILED, failure=WRONG_PASSWORD)
    diagnosis = Diagnosis(cause="x", meaning="a < b", advice=(), link="https://a.example/b")
    without = visible_text(ended(test_of(), transcript, diagnosis).blocks)
    assert "a < b" in without
    assert "What to do" not in without
    advised = replace(diagnosis, advice=("Do <this>.",))
    blocks = ended(test_of(), transcript, advised).blocks
    assert "\n1. Do <this>.\nThe provider's page on this" in visible_text(blocks)
    assert blocks[-1]["elements"][0]["elements"][-1]["url"] == "https://a.example/b"


def test_no_repr_shows_the_password(test_of: TestOf, transcript_of: TranscriptOf) -> None:
    assert "s3cret" not in repr(ended(test_of(), transcript_of(), None)) + repr(SERVER)
