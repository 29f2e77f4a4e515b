"""Sealed records: typed values with revisions, each in an envelope bound to its place."""

from collections.abc import Callable
from dataclasses import KW_ONLY, asdict, dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, delete, select

from storage import audit, rows
from storage.audit import Event
from storage.database import (
    delete_unlocked,
    insert_or_replace,
    persistent,
    reading,
    writing,
)
from storage.errors import InvalidEnvelope, StaleRevision, UnknownKey
from storage.keyring import Context, Keys
from storage.rows import SealedRow
from storage.tables import records

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[T]):
    """A value, its revision (from 1), and who wrote it when."""

    value: T
    revision: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail(Generic[T]):
    """What was saved earlier, for a store that has one record for each workspace.

    Each save leaves a record of another *kind*, named by its revision, in its own transaction.
    """

    kind: str
    dump: Callable[[T], bytes]
    """May leave out what is not to outlive its revision."""
    newest: int
    """So many are kept."""


@dataclass(frozen=True, slots=True)
class SealedStore(Generic[T]):
    """All records of one *kind*, written with *dump* and read with *load*.

    A workspace has one record for each name. A name stands in the database in clear: hash one
    that is a secret. Every method raises Unavailable; those that return one record raise
    InvalidEnvelope and UnknownKey for what can't be opened, which is never taken for absent.
    """

    engine: Engine
    keyring: Keys
    _: KW_ONLY
    kind: str
    dump: Callable[[T], bytes]
    load: Callable[[bytes], T]
    trail: Trail[T] | None = None

    def get(self, workspace: str, name: str = "") -> Record[T] | None:
        """Return the record, None when there is none."""
        with reading(self.engine) as connection:
            row = rows.find(connection, self.kind, workspace=workspace, name=name)
        return self._record(row) if row else None

    def every(self, workspace: str) -> dict[str, Record[T] | None]:
        """Return the workspace's records by their names; None for one that can't be opened."""
        with reading(self.engine) as connection:
            found = rows.find_every(connection, self.kind, workspace=workspace)
        return {row.name: self._opened(row) for row in found}

    @persistent
    def put(  # noqa: PLR0913 - which record, over which revision, by whom, when: all are needed
        self,
        workspace: str,
        value: T,
        *,
        name: str = "",
        revision: int,
        by: str,
        at: datetime,
        event: Event | None = None,
    ) -> Record[T]:
        """Write *value* over the *revision* that was read, 0 where there was no record.

        *event* goes into the audit log, both or neither. Raises StaleRevision when somebody
        else wrote meanwhile, and what `AuditLog.append` raises.
        """
        context = Context(kind=self.kind, workspace=workspace, name=name, revision=revision + 1)
        plaintext, entry = self.dump(value), None
        with writing(self.engine) as connection:
            rows.keep_keys(connection)
            row = SealedRow.seal(self.keyring, context, plaintext=plaintext, by=by, at=at)
            written = row.insert(connection) if revision == 0 else row.replace(connection)
            if not written:
                raise _stale(rows.find(connection, self.kind, workspace=workspace, name=name))
            self._leave_trail(connection, row, value)
            if event is not None:
                entry = audit.append(
                    connection, self.keyring, workspace=workspace, event=event, at=at
                )
        if entry is not None:
            audit.announce(entry)
        return Record(value=value, revision=row.revision, changed_by=by, changed_at=at)

    @persistent
    def delete(
        self, workspace: str, name: str = "", *, at: datetime, event: Event | None = None
    ) -> bool:
        """Delete the record and tell whether there was one; only then *event* is written down.

        What was saved earlier goes too. Raises what `AuditLog.append` raises. The record need not
        open.
        """
        entry = None
        with writing(self.engine) as connection:
            row = rows.remove(connection, self.kind, workspace=workspace, name=name)
            if row and self.trail is not None:
                left = (records.c.kind == self.trail.kind) & (records.c.workspace == workspace)
                connection.execute(delete(records).where(left))
            if row and event is not None:
                entry = audit.append(
                    connection, self.keyring, workspace=workspace, event=event, at=at
                )
        if entry is not None:
            audit.announce(entry)
        return row is not None

    @persistent
    def take(self, workspace: str, name: str = "") -> Record[T] | None:
        """Delete the record and return it, to one caller only; None when there is none.

        A record that can't be opened stays where it is.
        """
        with writing(self.engine) as connection:
            row = rows.remove(connection, self.kind, workspace=workspace, name=name)
            return self._record(row) if row else None

    def names(self, workspace: str) -> tuple[str, ...]:
        """Return the names of the workspace's records, in order."""
        query = (
            select(records.c.name)
            .where(records.c.kind == self.kind, records.c.workspace == workspace)
            .order_by(records.c.name)
        )
        with reading(self.engine) as connection:
            return tuple(connection.scalars(query))

    def workspaces(self) -> tuple[str, ...]:
        """Return the ids of the workspaces that have such records, in order."""
        query = select(records.c.workspace).where(records.c.kind == self.kind).distinct()
        with reading(self.engine) as connection:
            return tuple(connection.scalars(query.order_by(records.c.workspace)))

    @persistent
    def purge(self, before: datetime) -> int:
        """Delete every workspace's records not changed since *before*, and return how many."""
        old = (records.c.kind == self.kind) & (records.c.changed_at < before)
        with writing(self.engine) as connection:
            return delete_unlocked(connection, records, old)

    def _opened(self, row: SealedRow) -> Record[T] | None:
        try:
            return self._record(row)
        except (InvalidEnvelope, UnknownKey):
            return None

    def _leave_trail(self, connection: Connection, saved: SealedRow, value: T) -> None:
        """Keep what *saved* holds beside it, and let the oldest such record go."""
        if (trail := self.trail) is None:
            return
        name = str(saved.revision)
        context = Context(kind=trail.kind, workspace=saved.workspace, name=name, revision=1)
        left = SealedRow.seal(
            self.keyring,
            context,
            plaintext=trail.dump(value),
            by=saved.changed_by,
            at=saved.changed_at,
        )
        insert_or_replace(connection, records, asdict(left))
        oldest = str(saved.revision - trail.newest)
        rows.remove(connection, trail.kind, workspace=saved.workspace, name=oldest)

    def _record(self, row: SealedRow) -> Record[T]:
        return Record(
            value=self.load(row.open(self.keyring)),
            revision=row.revision,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )


def _stale(row: SealedRow | None) -> StaleRevision:
    if row is None:
        return StaleRevision(revision=0, changed_by=None, changed_at=None)
    return StaleRevision(
        revision=row.revision, changed_by=row.changed_by, changed_at=row.changed_at
    )
