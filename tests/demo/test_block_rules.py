from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.block_kit import problems

Json = dict[str, Any]


def text(value: str) -> Json:
    return {"type": "plain_text", "text": value}


def message(block: Json) -> list[str]:
    return problems([block], "message")


def titled(title: str) -> list[str]:
    return problems(
        {"type": "modal", "title": text(title), "blocks": [{"type": "divider"}]}, "modal"
    )


def actions(element: Json) -> list[str]:
    return message({"type": "actions", "elements": [element]})


def select(label: str) -> Json:
    return {"type": "static_select", "options": [{"text": text(label), "value": "v"}]}


LIMITED: dict[str, tuple[int, Callable[[str], list[str]]]] = {
    "title": (24, titled),
    "section": (3000, lambda words: message({"type": "section", "text": text(words)})),
    "header": (150, lambda words: message({"type": "header", "text": text(words)})),
    "button": (75, lambda words: actions({"type": "button", "text": text(words)})),
    "option": (75, lambda words: actions(select(words))),
}


@pytest.mark.parametrize("name", LIMITED)
@given(data=st.data())
def test_a_text_is_right_exactly_within_its_limit(name: str, data: st.DataObject) -> None:
    limit, check = LIMITED[name]
    length = data.draw(st.integers(1, limit * 2))
    assert (check("x" * length) == []) == (length <= limit)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "text", "elements", "element", "options", "blocks"]),
                inner | st.sampled_from(["input", "section", "actions", "modal", "static_select"]),
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_the_check_itself_fail(anything: Any) -> None:
    assert problems(anything, "message")
    assert problems({"type": "modal", "title": text("T"), "blocks": anything}, "modal")
