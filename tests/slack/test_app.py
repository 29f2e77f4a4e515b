"""The one error door: a listener that raised before its ack is answered in words."""

import json
import re
from typing import Any

import pytest

from bot.demo.block_kit import problems
from bot.slack.access import NotAdmin
from bot.slack.app import REDRAWING, _error_door
from bot.slack.settings.form import FIELDS
from storage.errors import Unavailable

ERRORS = [
    (NotAdmin("Ask an admin."), "Ask an admin."),
    (Unavailable("locked at /secret/path"), "incident number"),
    (RuntimeError("s3cret"), "incident number"),
]


async def answer_to(error: Exception, body: dict[str, Any]) -> Any:
    response = await _error_door(error, body)
    assert response.status == 200
    return json.loads(response.body) if response.body else None


@pytest.mark.parametrize(("error", "told"), ERRORS)
async def test_a_submission_is_answered_on_top_so_that_nothing_typed_is_lost(
    error: Exception, told: str
) -> None:
    answer = await answer_to(error, {"type": "view_submission"})
    assert answer["response_action"] == "push"
    assert problems(answer["view"], "modal") == []
    assert told in json.dumps(answer)
    assert "secret" not in json.dumps(answer)


@pytest.mark.parametrize(("error", "told"), ERRORS)
async def test_a_command_is_answered_to_the_caller_alone(error: Exception, told: str) -> None:
    answer = await answer_to(error, {"command": "/mailtest"})
    assert answer["response_type"] == "ephemeral"
    assert told in answer["text"]


async def test_an_event_that_the_vault_cannot_take_is_left_for_slack_to_send_again() -> None:
    response = await _error_door(Unavailable("locked"), {"type": "event_callback"})
    assert response.status == 503


@pytest.mark.parametrize("body", [{}, {"type": "block_actions"}, {"type": "event_callback"}])
async def test_anything_else_is_only_acknowledged(body: dict[str, Any]) -> None:
    assert await answer_to(RuntimeError("s3cret"), body) is None


def test_what_redraws_the_form_are_fields_of_it() -> None:
    assert set(REDRAWING) <= FIELDS
    assert all(re.fullmatch("[a-z_]+", each) for each in REDRAWING)
