"""Whatever goes wrong is told to the person, and to the log, by one number."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.access import NotAdmin, SlackSilent
from bot.slack.api import TRIGGER_GONE, SlackFailure
from bot.slack.problems import tell
from storage.errors import DatabaseInUse, Unavailable


@pytest.fixture
def log() -> Iterator[list[Any]]:
    with capture_logs() as entries:
        yield entries


@pytest.mark.parametrize("refusal", [NotAdmin("Ask an admin."), SlackSilent("Try again.")])
def test_a_refusal_is_told_as_it_stands(refusal: Exception, log: list[Any]) -> None:
    assert tell(refusal, where="save") == str(refusal)
    [entry] = log
    assert entry == {
        "event": "refused",
        "log_level": "info",
        "where": "save",
        "reason": type(refusal).__name__,
    }


@pytest.mark.parametrize("error", sorted(TRIGGER_GONE))
def test_a_trigger_that_died_asks_to_try_again(error: str, log: list[Any]) -> None:
    assert "try again" in tell(SlackFailure(error), where="save")
    assert [entry["event"] for entry in log] == ["trigger expired"]


@pytest.mark.parametrize(
    "problem",
    [
        SlackFailure("channel_not_found"),
        Unavailable("The database is locked."),
        DatabaseInUse(Path("/data"), "1"),
        RuntimeError("something else"),
    ],
)
def test_anything_else_is_an_incident_in_both_places(problem: Exception, log: list[Any]) -> None:
    told = tell(problem, where="save")
    [number] = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", told)
    assert str(problem) not in told
    [entry] = log
    assert (entry["incident"], entry["where"], entry["log_level"]) == (number, "save", "error")
    assert entry.get("why") == str(problem) or entry["exc_info"] is problem
