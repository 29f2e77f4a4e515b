"""The time that all programs on one database share."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from storage.database import database_time, reading


class SharedClock:
    """PostgreSQL's clock, for those of several machines differ; on SQLite this machine's.

    Between two questions the steady clock of this machine counts on. Raises Unavailable when it
    is made.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: tuple[datetime, float] | None = None
        """A moment, and the steady clock's time at that moment."""
        self.ask()

    def __call__(self) -> datetime:
        """Return the time."""
        if self._known is None:
            return datetime.now(UTC)
        moment, then = self._known
        return moment + timedelta(seconds=time.monotonic() - then)

    def ask(self) -> None:
        """Ask the database anew. Raises Unavailable."""
        if self._engine.dialect.name != "postgresql":
            return
        with reading(self._engine) as connection:
            before = time.monotonic()
            moment = database_time(connection)
            self._known = moment, (before + time.monotonic()) / 2
