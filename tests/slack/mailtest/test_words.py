"""How times are worded."""

from datetime import timedelta

import pytest

from bot.slack.mailtest.words import duration, patience


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "under 1 ms"),
        (0.99, "under 1 ms"),
        (1, "1 ms"),
        (840.4, "840 ms"),
        (10_000, "10 s"),
        (59_600, "60 s"),
    ],
)
def test_a_duration_is_said_shortly(milliseconds: float, said: str) -> None:
    assert duration(milliseconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "in a second"),
        (1, "in a second"),
        (1.2, "in 2 seconds"),
        (59.5, "in 60 seconds"),
        (89, "in 89 seconds"),
        (100, "in 2 minutes"),
        (149, "in 3 minutes"),
        (3599, "in 60 minutes"),
    ],
)
def test_who_waits_as_long_as_told_is_let_through(seconds: float, said: str) -> None:
    assert patience(timedelta(seconds=seconds)) == said
