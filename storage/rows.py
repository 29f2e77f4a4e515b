"""Rows of sealed records: finding, opening and writing them inside a caller's transaction."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    select,
    text,
    update,
)

from storage.database import insert_if_absent
from storage.errors import InvalidEnvelope
from storage.keyring import Context, Keys, key_id
from storage.tables import records


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRow:
    """A record as the database keeps it: its place in clear, its value sealed."""

    kind: str
    workspace: str
    name: str = field(repr=False)
    revision: int
    key_id: str
    envelope: bytes = field(repr=False)
    changed_by: str
    changed_at: datetime

    @classmethod
    def seal(
        cls, keyring: Keys, context: Context, *, plaintext: bytes, by: str, at: datetime
    ) -> Self:
        """Return the row that keeps *plaintext* at *context*."""
        envelope = keyring.seal(plaintext, context)
        return cls(
            kind=context.kind,
            workspace=context.workspace,
            name=context.name,
            revision=context.revision,
            key_id=key_id(envelope),
            envelope=envelope,
            changed_by=by,
            changed_at=at,
        )

    @property
    def context(self) -> Context:
        """Where the value belongs."""
        return Context(
            kind=self.kind, workspace=self.workspace, name=self.name, revision=self.revision
        )

    def open(self, keyring: Keys) -> bytes:
        """Return the value. Raises InvalidEnvelope, UnknownKey."""
        return open_envelope(keyring, self.context, envelope=self.envelope, column=self.key_id)

    def insert(self, connection: Connection) -> bool:
        """Write a row where there is none; False when there is one."""
        return insert_if_absent(connection, records, asdict(self))

    def replace(self, connection: Connection) -> bool:
        """Write over the revision just before this one; False when that isn't what is there."""
        place = _place(self.kind, workspace=self.workspace, name=self.name)
        before = and_(place, records.c.revision == self.revision - 1)
        return connection.execute(update(records).where(before).values(asdict(self))).rowcount == 1


def keep_keys(connection: Connection) -> None:
    """Keep every key from being retired until the transaction ends: call it before sealing."""
    # SQLite has one writer at a time, and the transaction of a writer is one from its beginning.
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE records, runs IN ROW SHARE MODE"))


def keep_writers_out(connection: Connection) -> None:
    """Wait for all who seal, and keep others from it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE records, runs IN EXCLUSIVE MODE"))


def find(
    connection: Connection, kind: str, *, workspace: str, name: str = "", lock: bool = False
) -> SealedRow | None:
    """Return the row at a place; *lock* keeps it from other writers until the transaction ends."""
    place = {"kind": kind, "workspace": workspace, "name": name}
    row = connection.execute(_LOCKED if lock else _FOUND, place).mappings().one_or_none()
    return SealedRow(**row) if row else None


def find_all(connection: Connection, kind: str) -> Iterator[SealedRow]:
    """Give all rows of a kind."""
    for row in connection.execute(select(records).where(records.c.kind == kind)).mappings():
        yield SealedRow(**row)


def find_every(connection: Connection, kind: str, *, workspace: str) -> tuple[SealedRow, ...]:
    """Return a workspace's rows of a kind, in the order of their names."""
    found = connection.execute(_NAMED, {"kind": kind, "workspace": workspace})
    return tuple(SealedRow(**row) for row in found.mappings())


def remove(
    connection: Connection, kind: str, *, workspace: str, name: str = ""
) -> SealedRow | None:
    """Delete the row at a place and return it: of many callers, one gets it."""
    place = _place(kind, workspace=workspace, name=name)
    query = delete(records).where(place).returning(*records.c)
    row = connection.execute(query).mappings().one_or_none()
    return SealedRow(**row) if row else None


def open_envelope(keyring: Keys, context: Context, *, envelope: bytes, column: str) -> bytes:
    """Open *envelope*, whose key id must be the one that the *column* beside it tells.

    Raises InvalidEnvelope, UnknownKey.
    """
    if not isinstance(envelope, bytes):  # SQLite keeps text in a column of bytes, if told to
        raise InvalidEnvelope(
            f"The {context.kind} of workspace {context.workspace} isn't sealed. Restore a backup."
        )
    # The column decides when a key may be retired; a wrong one would lose the record.
    if key_id(envelope) != column:
        raise InvalidEnvelope(
            f"The {context.kind} of workspace {context.workspace} was sealed with the key "
            f"{key_id(envelope)}, but is listed under {column}. Restore a backup."
        )
    return keyring.open(envelope, context)


def _place(kind: str, *, workspace: str, name: str) -> ColumnElement[bool]:
    return and_(records.c.kind == kind, records.c.workspace == workspace, records.c.name == name)


# Made once: to build a statement takes SQLAlchemy as long as to execute it.
_NAMED = (
    select(records)
    .where(records.c.kind == bindparam("kind"), records.c.workspace == bindparam("workspace"))
    .order_by(records.c.name)
)
_FOUND = select(records).where(
    records.c.kind == bindparam("kind"),
    records.c.workspace == bindparam("workspace"),
    records.c.name == bindparam("name"),
)
_LOCKED = _FOUND.with_for_update()
