"""Which deliveries were seen, so that one that comes again is not obeyed again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from storage.database import delete_unlocked, insert_or_replace, persistent, writing
from storage.tables import deliveries


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of all processes on the database."""

    engine: Engine

    @persistent
    def once(self, key: str, *, now: datetime, keep: timedelta) -> bool:
        """Tell whether *key* is seen for the first time, and remember it for *keep*.

        Raises Unavailable.
        """
        with writing(self.engine) as connection:
            return is_new(connection, key, now=now, keep=keep)


def is_new(connection: Connection, key: str, *, now: datetime, keep: timedelta) -> bool:
    """Do what `Deliveries.once` does, in the caller's transaction."""
    old = deliveries.c.expires_at <= now
    row = {"key": key, "expires_at": now + keep}
    found = insert_or_replace(connection, deliveries, row, over=old)
    delete_unlocked(connection, deliveries, old)
    return found
