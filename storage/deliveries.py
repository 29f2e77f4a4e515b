"""Which deliveries were seen, so that one that comes again is not obeyed again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete

from storage.database import insert_if_absent, writing
from storage.tables import deliveries


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of all processes on the database."""

    engine: Engine

    def once(self, key: str, *, now: datetime, keep: timedelta) -> bool:
        """Tell whether *key* is seen for the first time, and remember it for *keep*.

        Raises Unavailable.
        """
        with writing(self.engine) as connection:
            connection.execute(delete(deliveries).where(deliveries.c.expires_at <= now))
            return insert_if_absent(connection, deliveries, {"key": key, "expires_at": now + keep})
