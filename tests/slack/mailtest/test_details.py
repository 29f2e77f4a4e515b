"""A test's details, and the one text for the mail team: complete, and never live."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from syrupy.assertion import SnapshotAssertion

from bot.demo.drawing import visible_text
from bot.slack.mailtest.details import details, handout_view
from bot.slack.mailtest.later import Arrival, Later
from bot.slack.mailtest.view import Test
from bot.smtp.transcript import Transcript

TestOf = Callable[..., Test]
TranscriptOf = Callable[..., Transcript]
CheckView = Callable[[dict[str, Any]], None]

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
VERSIONS = "Mail Settings 0.1.0, Python 3.11.2, OpenSSL 3.0.17"
ARRIVAL = Arrival(arrived=True, by="UADMIN", at=AT, after=timedelta(minutes=2))
SERVICE = {"protocol": "SMTP with STARTTLS", "login": True, "from_domain": "example.com"}

HANDOUTS: dict[str, tuple[dict[str, Any], Later]] = {
    "with-login": (SERVICE, Later()),
    "anonymous-and-arrived": (SERVICE | {"login": False}, Later(arrival=ARRIVAL)),
}


@pytest.mark.parametrize("name", HANDOUTS)
def test_the_text_for_the_mail_team_looks_so(
    name: str,
    golden: SnapshotAssertion,
    assert_view: CheckView,
    test_of: TestOf,
    transcript_of: TranscriptOf,
) -> None:
    asked, later = HANDOUTS[name]
    view = handout_view(test_of(**asked), transcript_of(), later, at=AT, versions=VERSIONS)
    assert_view(view)
    assert view == golden


def test_it_tells_the_settings_without_who_signs_in(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    def said(later: Later, **asked: Any) -> list[str]:
        view = handout_view(test_of(**asked), transcript_of(), later, at=AT, versions=VERSIONS)
        lines = visible_text(view["blocks"]).splitlines()
        return [" ".join(each.split()) for each in lines]

    lines = said(Later(arrival=Arrival(arrived=False, by="U1", at=AT, after=timedelta(1))))
    assert "Arrived: no, somebody said 1 day later" in lines
    assert not [each for each in lines if each.startswith(("Protocol", "Sign-in", "From domain"))]
    lines = said(Later(), **SERVICE)
    for each in (
        "Protocol: SMTP with STARTTLS",
        "Sign-in: with username and password",
        "From domain: example.com",
        "Recipient: bob@example.com",
        "Ended: 2026-05-03 10:00:00 UTC",
        "Code: 4821",
        f"By: {VERSIONS}",
    ):
        assert each in lines
    assert not [each for each in said(Later(), send=False) if each.startswith("Code")]


def test_a_test_of_an_earlier_version_has_details_too(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    assert "days left" not in visible_text(details(test_of(), transcript_of(), at=None))
    view = handout_view(test_of(), transcript_of(), Later(), at=None, versions=VERSIONS)
    assert "Ended" not in visible_text(view["blocks"])


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_a_server_says_fits_the_view_and_is_not_live(
    data: DataObject,
    any_transcript: SearchStrategy[Transcript],
    assert_view: CheckView,
    test_of: TestOf,
) -> None:
    transcript = data.draw(any_transcript)
    view = handout_view(test_of(), transcript, Later(), at=AT, versions=VERSIONS)
    assert_view(view)
    first, *pieces, last = view["blocks"]
    assert "Select all of this" in first["text"]["text"]
    assert "`***`" in last["elements"][0]["text"]
    assert {each["elements"][0]["type"] for each in pieces} == {"rich_text_preformatted"}


@pytest.mark.parametrize("letter", ["a", "\\", "字", "\N{PILE OF POO}"])
def test_an_endless_text_for_the_mail_team_is_cut(
    letter: str, test_of: TestOf, transcript_of: TranscriptOf, assert_view: CheckView
) -> None:
    lines = tuple(replace(each, text=letter * 65536) for each in transcript_of().lines)
    view = handout_view(test_of(), transcript_of(lines=lines), Later(), at=AT, versions=VERSIONS)
    assert_view(view)
    assert len(json.dumps(view)) < 250_000  # as slack_sdk writes it
    assert visible_text(view["blocks"][:-1]).endswith("…")


def test_of_a_certificate_everything_is_shown_with_the_days_that_are_left(
    test_of: TestOf, transcript_of: TranscriptOf
) -> None:
    shown = visible_text(details(test_of(), transcript_of(), at=AT, run_id="a1"))
    for each in (
        "Copy for the mail team",
        "TLSv1.3, A, verified",
        "subject CN=mail.example.com",
        "names  mail.example.com, *.example.com",
        "issuer CN=Authority",
        "valid  2026-01-01 to 2027-03-05, 305 days left",
        "SHA-256 ab:cd",
    ):
        assert each in shown
    assert "Copy" not in visible_text(details(test_of(), transcript_of(), at=AT))
