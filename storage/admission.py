"""On which terms a run is let in: once for one request, and not too many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage import deliveries, limits
from storage.errors import Exceeded, Repeated
from storage.limits import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """On which terms a run is let in."""

    key: str
    """Names the request for it, which may be delivered again; empty: it can't be."""
    keep: timedelta
    """How long that is remembered."""
    limits: Mapping[str, Limit]
    """How many are let in, by what they are counted under."""


def let_in(connection: Connection, admission: Admission, *, now: datetime) -> None:
    """Remember and count a run in the caller's transaction. Raises Repeated, Exceeded."""
    key = admission.key
    if key and not deliveries.is_new(connection, key, now=now, keep=admission.keep):
        raise Repeated(key)
    wait = limits.take(connection, admission.limits, now=now)
    if wait is not None:
        raise Exceeded(wait)
