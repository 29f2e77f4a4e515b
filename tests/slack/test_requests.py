"""A request's kind and number."""

import asyncio
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.requests import Kind, kind_of, numbered
from bot.slack.work import Threads, Work

JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"command": "/mailtest"}, Kind.COMMAND),
        ({"type": "block_actions"}, Kind.ACTION),
        ({"type": "view_submission"}, Kind.SUBMISSION),
        ({"type": "event_callback"}, Kind.EVENT),
        ({"type": "shortcut"}, Kind.SHORTCUT),
        ({"type": "message_action"}, Kind.SHORTCUT),
        ({"type": "view_closed"}, Kind.OTHER),
        ({}, Kind.OTHER),
    ],
)
def test_slacks_payloads_have_a_kind(body: dict[str, Any], kind: Kind) -> None:
    assert kind_of(body) is kind


@given(st.dictionaries(st.sampled_from(["type", "command", "x"]), JSON))
def test_whatever_comes_has_one_of_our_kinds(body: dict[str, Any]) -> None:
    assert kind_of(body) in Kind


def number() -> Any:
    return structlog.contextvars.get_contextvars().get("request")


async def test_tasks_and_threads_that_a_request_begins_carry_its_number_and_no_other_does() -> None:
    work, threads, seen = Work(), Threads(1), []

    async def look() -> None:
        seen.append((number(), await threads(number)))

    for _ in range(2):
        with numbered():
            mine = number()
            work.start(look(), name="look")
        await work.drain(seconds=5, grace=5)
        assert seen.pop() == (mine, mine)
        assert len(mine) == 8
    assert number() is None
    await asyncio.create_task(look())
    assert seen == [(None, None)]
    threads.close()
