import json
from typing import Any

import pytest

from bot.demo.door import Answer
from bot.demo.record import Record
from bot.demo.submission import settle
from bot.demo.views import View, Views


@pytest.fixture
def record() -> Record:
    return Record(clock=lambda: 0.0)


@pytest.fixture
def views(record: Record) -> Views:
    return Views(record)


@pytest.fixture
def view(views: Views, kit: Any) -> View:
    return views.open(kit.modal(kit.text(), kit.section("words", block_id="s")), user="UADMIN")


@pytest.mark.parametrize(
    "body",
    [
        "ok",
        "[]",
        "{}",
        {"text": "saved"},
        {"response_action": "close"},
        {"response_action": "clear", "view": {}},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push", "view": None},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": "name"},
        {"response_action": "errors", "errors": {"name": ""}},
        {"response_action": "errors", "errors": {"name": ["no"]}},
        {"response_action": "errors", "errors": {"unknown": "no"}},
        {"response_action": "errors", "errors": {"s": "no input block"}},
    ],
)
def test_a_body_that_slack_cannot_use_is_a_violation(
    body: Any, view: View, views: Views, record: Record
) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    outcome = settle(Answer(status=200, body=raw), view=view, views=views, record=record)
    assert outcome == "failed"
    assert record.violations
    assert view.stack.views == [view]


def test_a_fourth_view_is_too_many(view: View, views: Views, record: Record, kit: Any) -> None:
    more = kit.modal(kit.section("more"))
    body = json.dumps({"response_action": "push", "view": more})
    outcomes = [
        settle(Answer(status=200, body=body), view=view, views=views, record=record)
        for _ in range(3)
    ]
    assert outcomes == ["pushed", "pushed", "failed"]
    assert "push_limit_reached" in record.violations[0]
