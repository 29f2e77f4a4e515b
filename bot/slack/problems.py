"""Whatever goes wrong, told to the person and to the log: one place decides the words."""

import structlog

from bot.slack.access import Refused
from bot.slack.api import TRIGGER_GONE, SlackFailure
from bot.slack.incidents import apology, new_incident
from storage.errors import StorageError

log = structlog.get_logger(__name__)


def tell(problem: BaseException, *, where: str) -> str:
    """Return what the person is told of *problem*; log it with ids only, never a payload."""
    if isinstance(problem, Refused):
        log.info("refused", where=where, reason=type(problem).__name__)
        return str(problem)
    if isinstance(problem, SlackFailure) and problem.error in TRIGGER_GONE:
        log.warning("trigger expired", where=where)
        return "Slack took too long, so the window couldn't open. Please try again."
    incident = new_incident()
    if isinstance(problem, SlackFailure | StorageError):
        log.error(
            "failed", where=where, incident=incident, kind=type(problem).__name__, why=str(problem)
        )
    else:
        log.error("failed", where=where, incident=incident, exc_info=problem)
    return apology(incident)
