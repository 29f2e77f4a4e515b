"""The bots that run on one database, and the keys that each of them holds.

A moment is the database's own, for the clocks of several machines differ.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select

from storage.clock import SharedClock
from storage.database import (
    database_time,
    delete_unlocked,
    insert_or_replace,
    persistent,
    reading,
    writing,
)
from storage.errors import StorageError
from storage.keyring import Keys
from storage.tables import replicas

_BEAT = timedelta(seconds=10)
_ALIVE = timedelta(seconds=60)
"""Since it was seen last, a replica counts as running for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A running bot."""

    id: str
    seen_at: datetime
    primary_id: str
    key_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replicas:
    """All bots on the database."""

    engine: Engine

    @persistent
    def beat(self, replica_id: str, keyring: Keys) -> None:
        """Note that a replica runs, and what keys it holds. Raises Unavailable."""
        with writing(self.engine) as connection:
            now = _now(connection)
            row = {
                "id": replica_id,
                "seen_at": now,
                "primary_id": keyring.primary_id,
                "key_ids": " ".join(keyring.key_ids),
            }
            insert_or_replace(connection, replicas, row)
            delete_unlocked(connection, replicas, replicas.c.seen_at <= now - _ALIVE)

    @persistent
    def leave(self, replica_id: str) -> None:
        """Note that a replica has ended. Raises Unavailable."""
        with writing(self.engine) as connection:
            connection.execute(delete(replicas).where(replicas.c.id == replica_id))

    def alive(self) -> tuple[Replica, ...]:
        """Return the replicas that were seen lately, in the order of their ids.

        Raises Unavailable.
        """
        with reading(self.engine) as connection:
            lately = replicas.c.seen_at > _now(connection) - _ALIVE
            rows = connection.execute(select(replicas).where(lately).order_by(replicas.c.id)).all()
        return tuple(
            Replica(
                id=row.id,
                seen_at=row.seen_at,
                primary_id=row.primary_id,
                key_ids=tuple(row.key_ids.split()),
            )
            for row in rows
        )

    @contextmanager
    def beating(self, keyring: Keys, *, clock: SharedClock) -> Iterator[str]:
        """Let all know that this process runs while the block lasts; give its id.

        Each time the *clock* is set too. Raises Unavailable at the beginning; later, a beat that
        fails is made up by the next.
        """
        replica_id = f"{socket.gethostname()}/{os.getpid()}"
        self.beat(replica_id, keyring)
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(_BEAT.total_seconds()):
                with suppress(StorageError):
                    self.beat(replica_id, keyring)
                    clock.ask()

        thread = threading.Thread(target=go_on, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield replica_id
        finally:
            over.set()
            thread.join()
            with suppress(StorageError):
                self.leave(replica_id)


def _now(connection: Connection) -> datetime:
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    return database_time(connection)
