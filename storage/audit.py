"""The audit log: who did what, each entry bound to the one before by its hash.

Each workspace has a chain. Its head, the number and hash of the newest entry, is a sealed record:
who can write to the database but lacks the keys can't change, insert or cut off entries unseen.
What stays unseen: putting back an older copy of a whole chain with its head, or removing both.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Engine, select

from storage.database import insert_if_absent, persistent, reading, writing
from storage.errors import BrokenChain, InvalidEnvelope, UnknownKey
from storage.keyring import Context, Keys, authenticate
from storage.rows import SealedRow, find, find_all
from storage.tables import audit_entries, microseconds, records

Detail = Mapping[str, str | int | bool | Sequence[str] | None]
"""What an entry tells besides actor and action. Kept in clear: names of secrets, never secrets."""

HEAD = "audit-head"
"""The kind of record that the head of a chain is."""
_MOST_HEADS = 100
"""With more workspaces, a start doesn't log each one's head."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What somebody did."""

    actor: str
    action: str
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it stands in the log."""

    number: int
    """Counted in the workspace, from 1."""
    workspace: str
    at: datetime
    actor: str
    action: str
    detail: Detail
    hash: str


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit logs of all workspaces."""

    engine: Engine
    keyring: Keys

    @persistent
    def append(self, workspace: str, event: Event, *, at: datetime) -> Entry:
        """Write *event* down. Raises BrokenChain, InvalidEnvelope, UnknownKey, Unavailable."""
        with writing(self.engine) as connection:
            entry = append(connection, self.keyring, workspace=workspace, event=event, at=at)
        announce(entry)
        return entry

    def latest(self, workspace: str, limit: int, *, before: int | None = None) -> tuple[Entry, ...]:
        """Return at most *limit* entries, the newest first. Raises Unavailable.

        *before*: only those older than the entry of this number.
        """
        query = (
            select(audit_entries)
            .where(audit_entries.c.workspace == workspace)
            .order_by(audit_entries.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(audit_entries.c.number < before)
        with reading(self.engine) as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_Line(**row).entry for row in rows)

    def announce_heads(self) -> None:
        """Log the head of each chain, unless there are very many. Raises Unavailable."""
        query = select(records).where(records.c.kind == HEAD).limit(_MOST_HEADS + 1)
        with reading(self.engine) as connection:
            heads = [SealedRow(**row) for row in connection.execute(query).mappings()]
        if len(heads) > _MOST_HEADS:
            _log.info("audit heads: too many to name here; each entry's own line names one")
            return
        for each in heads:
            try:
                value = each.open(self.keyring).decode()
            except (InvalidEnvelope, UnknownKey) as problem:
                _log.warning("audit head of workspace %s: %s", each.workspace, problem)
            else:
                _tell_head(each.workspace, each.revision, value)

    def verify(self) -> None:
        """Raise BrokenChain at the first entry that was changed or removed; else do nothing.

        Raises UnknownKey and Unavailable too.
        """
        order = (audit_entries.c.workspace, audit_entries.c.number)
        query = select(audit_entries).order_by(*order)
        with reading(self.engine) as connection:
            heads = {row.workspace: row for row in find_all(connection, HEAD)}
            lines = (_Line(**row) for row in connection.execute(query).mappings())
            for workspace, chain in groupby(lines, key=lambda line: line.workspace):
                _verify_chain(self.keyring, chain, head=heads.pop(workspace, None))
        if heads:  # their entries are gone
            raise BrokenChain(min(heads), 1)


def append(
    connection: Connection, keyring: Keys, *, workspace: str, event: Event, at: datetime
) -> Entry:
    """Write *event* down in the caller's transaction. Raises as `AuditLog.append` does."""
    # A head of number 0 comes first, so that there is a row to lock also for the first event.
    while (head := find(connection, HEAD, workspace=workspace, lock=True)) is None:
        _seal_head(keyring, workspace, number=0, value="", at=at).insert(connection)
    line = _Line(
        workspace=workspace,
        number=head.revision + 1,
        at=at,
        actor=event.actor,
        action=event.action,
        detail=json.dumps(event.detail, sort_keys=True, separators=(",", ":")),
    )
    line = replace(line, hash=line.hash_after(head.open(keyring).decode()))
    new_head = _seal_head(keyring, workspace, number=line.number, value=line.hash, at=at)
    inserted = insert_if_absent(connection, audit_entries, asdict(line))
    if not (inserted and new_head.replace(connection)):
        raise BrokenChain(workspace, line.number)
    return line.entry


def announce(entry: Entry) -> None:
    """Log the new head of a chain; called once the transaction of `append` was kept.

    Logs are kept elsewhere: who cuts a chain and seals its head anew is found by them.
    """
    _tell_head(entry.workspace, entry.number, entry.hash)


def _tell_head(workspace: str, number: int, value: str) -> None:
    _log.info("audit head: workspace %s, entry %s, hash %s", workspace, number, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """An entry as the database keeps it, its detail as the text that was hashed."""

    workspace: str
    number: int
    at: datetime
    actor: str
    action: str
    detail: str
    hash: str = ""

    def hash_after(self, previous: str) -> str:
        """Return the hash that this line must have behind one whose hash is *previous*."""
        at = str(microseconds(self.at))
        parts = (self.workspace, str(self.number), at, self.actor, self.action, self.detail)
        joined = authenticate(previous.encode(), *(part.encode() for part in parts))
        return hashlib.sha256(joined).hexdigest()

    @property
    def entry(self) -> Entry:
        """The entry for those who read the log."""
        return Entry(**(asdict(self) | {"detail": json.loads(self.detail)}))


def _seal_head(
    keyring: Keys, workspace: str, *, number: int, value: str, at: datetime
) -> SealedRow:
    context = Context(kind=HEAD, workspace=workspace, revision=number)
    return SealedRow.seal(keyring, context, plaintext=value.encode(), by="", at=at)


def _verify_chain(keyring: Keys, chain: Iterable[_Line], *, head: SealedRow | None) -> None:
    workspace, count, newest = "", 0, ""
    for count, line in enumerate(chain, start=1):
        workspace = line.workspace
        if line.number != count or line.hash != line.hash_after(newest):
            raise BrokenChain(workspace, count)
        newest = line.hash
    known, value = 0, ""
    if head is not None:
        known = head.revision
        try:
            value = head.open(keyring).decode()
        except InvalidEnvelope:
            raise BrokenChain(workspace, known) from None
    if known != count:
        raise BrokenChain(workspace, min(known, count) + 1)
    if value != newest:
        raise BrokenChain(workspace, count)
