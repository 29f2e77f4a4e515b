"""What becomes known of a test only after its end: findings, and whether it arrived. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.smtp.papers import Papers, dump_papers, load_papers
from bot.smtp.remedy import Remedy
from bot.smtp.survey import Survey, dump_survey, load_survey


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

    survey: Survey | None = None
    """What the server's other ports answer."""
    remedy: Remedy | None = None
    """The change of settings that would cure the test."""
    papers: Papers | None = None
    """What the From domain publishes."""
    arrival: Arrival | None = None
    unanswered: bool = False
    """Nobody has said for ten minutes whether the message arrived."""


def dump_later(later: Later) -> dict[str, Any]:
    """Return *later* as values that JSON can hold."""
    arrival = later.arrival
    return {
        "survey": dump_survey(later.survey) if later.survey is not None else None,
        "remedy": asdict(later.remedy) if later.remedy is not None else None,
        "papers": dump_papers(later.papers) if later.papers is not None else None,
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
    survey, remedy, papers, arrival = (
        document[name] for name in ("survey", "remedy", "papers", "arrival")
    )
    return Later(
        survey=load_survey(survey) if survey is not None else None,
        remedy=Remedy(**remedy) if remedy is not None else None,
        papers=load_papers(papers) if papers is not None else None,
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
