"""Sentences and pieces of Block Kit: foreign text is cleaned, escaped and packed."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from bot.demo.block_kit import problems
from bot.demo.drawing import plain as as_read
from bot.slack.words import (
    OPERATOR,
    button,
    clean,
    escape,
    listed,
    mention,
    modal,
    moment,
    notice,
    rich_person,
    rich_text,
    sections,
    span,
)


@given(text=st.text())
def test_nothing_that_is_escaped_is_live(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(data=st.data(), limit=st.integers(1, 3000))
def test_what_is_cleaned_can_be_seen_and_is_short(
    data: DataObject, any_text: SearchStrategy[str], limit: int
) -> None:
    text = clean(data.draw(any_text), limit)
    assert len(text) <= limit
    unseen = {each for each in text if unicodedata.category(each)[0] in "CZ"} - set(" \n\t")
    assert all(unicodedata.category(each) in {"Zs", "Cn"} for each in unseen)


def test_a_short_text_is_kept_to_the_letter() -> None:
    assert clean("250 ok\n\tqueued", 20) == "250 ok\n\tqueued"
    assert clean("abcdef", 4) == "abc…"


@given(lines=st.lists(st.text(alphabet="ab &", min_size=1, max_size=3000), max_size=12))
def test_lines_are_packed_into_few_sections(lines: list[str]) -> None:
    blocks = sections(lines)
    texts = [each["text"]["text"] for each in blocks]
    assert "\n".join(texts) == "\n".join(lines)
    assert not blocks or problems(blocks, "message") == []
    for text, after in pairwise(texts):
        assert len(text) + 1 + len(after.partition("\n")[0]) > 3000


@pytest.mark.parametrize(
    ("user_id", "shown"), [("U1", "<@U1>"), ("operator", "the operator"), ("<!here>", "<@&lt;")]
)
def test_a_person_is_named(user_id: str, shown: str) -> None:
    assert mention(user_id).startswith(shown)


def test_a_moment_is_shown_in_the_readers_time_zone() -> None:
    at = datetime(2026, 5, 3, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert moment(at) == (
        f"<!date^{int(at.timestamp())}^{{date_long_pretty}} at {{time}}|3 May 2026, 10:00 UTC>"
    )
    assert moment(at) == moment(at.astimezone(UTC))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_names_are_joined_as_a_sentence_does(names: list[str], sentence: str) -> None:
    assert listed(names) == sentence


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "less than a second"),
        (0.9, "less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (300_000, "3 days"),
    ],
)
def test_a_time_is_said_in_its_largest_unit(seconds: float, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


def test_in_rich_text_a_person_is_named_too() -> None:
    assert rich_person("U1") == {"type": "user", "user_id": "U1"}
    assert rich_person(OPERATOR)["text"] == "the operator"


def test_a_button_has_only_what_it_is_given() -> None:
    assert set(button("Go", "go")) == {"type", "action_id", "text"}
    assert button("Go", "go", value="1", style="danger")["style"] == "danger"


def test_text_has_a_style_only_where_one_is_given() -> None:
    assert rich_text("a") == {"type": "text", "text": "a"}
    assert rich_text("a", bold=True)["style"] == {"bold": True}


def test_a_notice_is_a_modal_that_only_says_something() -> None:
    view = notice("Mail settings", "*Sorry.*")
    assert problems(view, "modal") == []
    assert as_read(view["close"]) == "Close"
    assert "submit" not in view
    assert modal("T", view["blocks"], callback_id="c", submit="Save")["submit"]["text"] == "Save"
