"""What becomes known of a test only after its end: whether the message arrived. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What somebody said of the message."""

    arrived: bool
    by: str
    """A Slack user id."""
    at: datetime
    after: timedelta
    """Since the mail server accepted the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Everything that came after the end."""

    arrival: Arrival | None = None
    unanswered: bool = False
    """Nobody has said for ten minutes whether the message arrived."""


def dump_later(later: Later) -> dict[str, Any]:
    """Return *later* as values that JSON can hold."""
    arrival = later.arrival
    return {
        "arrival": None
        if arrival is None
        else {
            "arrived": arrival.arrived,
            "by": arrival.by,
            "at": arrival.at.isoformat(),
            "after": arrival.after.total_seconds(),
        },
        "unanswered": later.unanswered,
    }


def load_later(document: Mapping[str, Any]) -> Later:
    """Read what `dump_later` returned."""
    arrival = document["arrival"]
    return Later(
        arrival=None
        if arrival is None
        else Arrival(
            arrived=arrival["arrived"],
            by=arrival["by"],
            at=datetime.fromisoformat(arrival["at"]),
            after=timedelta(seconds=arrival["after"]),
        ),
        unanswered=document["unanswered"],
    )
