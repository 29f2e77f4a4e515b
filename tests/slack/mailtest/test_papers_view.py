"""bot/slack/mailtest/papers_view.py: nothing that a domain publishes is live."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.demo.block_kit import problems
from bot.demo.drawing import visible_text
from bot.slack.mailtest.papers_view import papers_blocks
from bot.slack.words import modal
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.papers import Papers

PAPERS = {
    "good": (
        Paper(
            title="SPF",
            grade=Grade.GOOD,
            line="acme.com lets Google send its mail.",
            record="v=spf1 include:_spf.google.com ~all",
        ),
        Paper(
            title="DMARC",
            grade=Grade.GOOD,
            line="acme.com asks mail servers to treat all its mail alike.",
            record="v=DMARC1; p=none",
        ),
        Paper(
            title="MX",
            grade=Grade.GOOD,
            line="acme.com takes mail: answers and bounces arrive.",
            record="1 smtp.google.com\n5 alt1.aspmx.l.google.com",
        ),
    ),
    "mixed": (
        Paper(
            title="SPF",
            grade=Grade.NOTE,
            line="The SPF record of acme.com doesn't include Google.",
            record="v=spf1 mx -all",
            publish="In that record, before “all”: include:_spf.google.com",
        ),
        Paper(
            title="DMARC",
            grade=Grade.WARNING,
            line="acme.com has no DMARC record.",
            publish="TXT record at _dmarc.acme.com: v=DMARC1; p=none",
        ),
        Paper(
            title="MX",
            grade=Grade.UNKNOWN,
            line="The name servers gave no answer about the mail servers of acme.com.",
        ),
    ),
    "hostile": (
        Paper(
            title="SPF",
            grade=Grade.WARNING,
            line="The SPF record of acme.com has a term that mail servers can't read: “<!here>”.",
            record="v=spf1 <!channel> `code` *bold* \u202e\x1b[31m <https://evil.example|here>\n",
        ),
        Paper(title="DMARC", grade=Grade.WARNING, line="It can't be read.", record="\u200b\n"),
    ),
}


@pytest.mark.parametrize("name", PAPERS)
def test_papers_look_so(
    name: str, golden: SnapshotAssertion, assert_view: Callable[[dict[str, Any]], None]
) -> None:
    blocks = papers_blocks(Papers(domain="acme.com", papers=PAPERS[name]))
    assert problems(blocks, "message") == []
    assert_view(modal("Test message", blocks, callback_id="x", close="Back"))
    assert blocks == golden


def test_a_grade_is_told_by_a_word(subtests: Any) -> None:
    for grade in Grade:
        with subtests.test(grade=grade):
            paper = Paper(title="MX", grade=grade, line="A line.")
            shown = visible_text(papers_blocks(Papers(domain="acme.com", papers=(paper,))))
            word = {"good": "fine", "note": "to know", "warning": "needs work"}
            assert word.get(grade, "not known") in shown


@given(
    st.builds(
        Papers,
        domain=st.text(max_size=300),
        papers=st.builds(
            lambda *texts: (
                (
                    Paper(
                        title="SPF",
                        grade=Grade.NOTE,
                        line=texts[0],
                        record=texts[1],
                        publish=texts[2],
                    ),
                )
                * 3
            ),
            *[st.text() | st.text(min_size=3000, max_size=5000)] * 3,
        ),
    )
)
def test_whatever_a_domain_publishes_slack_takes_it_and_none_of_it_is_live(found: Papers) -> None:
    blocks = papers_blocks(found)
    assert problems(blocks, "message") == []
    assert {each["type"] for each in blocks} == {"rich_text"}
    assert len(visible_text(blocks)) < 6000
