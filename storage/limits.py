"""Rate limits that every process on the database shares."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from storage.database import delete_unlocked, insert_if_absent, persistent, writing
from storage.tables import instant, microseconds, rate_limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most *count* in any stretch of time as long as *period*."""

    count: int
    period: timedelta

    def __post_init__(self) -> None:
        if self.count < 1 or self.period <= timedelta(0):
            raise ValueError("a limit lets at least one through, in some time")


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What was let through lately, by key.

    The moments themselves are kept, not a token bucket or GCRA: those let a burst through on top
    of the rate, and "5 a minute" would mean up to 9 in some minute. Counts are small here.
    """

    engine: Engine

    @persistent
    def take(self, keys: Mapping[str, Limit], *, now: datetime) -> timedelta | None:
        """Let one through under all *keys* or under none; return None, or how long to wait.

        Raises Unavailable.
        """
        with writing(self.engine) as connection:
            return take(connection, keys, now=now)


def take(connection: Connection, keys: Mapping[str, Limit], *, now: datetime) -> timedelta | None:
    """Do what `RateLimits.take` does, in the caller's transaction."""
    # In one order everywhere, so that two who lock the same keys can't block each other.
    lately = {
        key: _lately(connection, key, period=keys[key].period, now=now) for key in sorted(keys)
    }
    free = [
        lately[key][-limit.count] + limit.period
        for key, limit in keys.items()
        if len(lately[key]) >= limit.count
    ]
    if free:
        return max(free) - now
    for key, moments in lately.items():
        values = {
            "moments": json.dumps([microseconds(each) for each in [*moments, now]]),
            "expires_at": now + keys[key].period,
        }
        connection.execute(update(rate_limits).where(rate_limits.c.key == key).values(values))
    # Last, and those that nobody holds: before, it could lock what others wait for.
    delete_unlocked(connection, rate_limits, rate_limits.c.expires_at <= now)
    return None


def _lately(
    connection: Connection, key: str, *, period: timedelta, now: datetime
) -> list[datetime]:
    query = select(rate_limits.c.moments).where(rate_limits.c.key == key).with_for_update()
    while (moments := connection.scalar(query)) is None:
        row = {"key": key, "moments": "[]", "expires_at": now + period}
        insert_if_absent(connection, rate_limits, row)
    # Those of the future too: another machine's clock may be a little ahead of ours. One that is
    # further ahead than the period was wrong, and must not lock people out until then.
    each_moment = (instant(each) for each in json.loads(moments))
    return sorted(each for each in each_moment if abs(now - each) < period)
