"""All that is sealed, wherever it stands: counting it, opening all of it, sealing it anew."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    literal,
    select,
    tuple_,
    update,
)

from storage.database import persistent, reading, writing
from storage.errors import InvalidEnvelope, UnknownKey
from storage.keyring import Context, Keys, key_id
from storage.keys import count_by_key
from storage.rows import SealedRow, keep_keys, open_envelope
from storage.runs import context_of
from storage.tables import records, runs

_BATCH = 200
_PASSES = 5
"""Those after the first take what others held, or sealed with an old key meanwhile."""
_SHOWN = 20
"""Of what can't be opened, so much is named."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A table with sealed values, and where the value of a row belongs."""

    table: Table
    context_of: Callable[[RowMapping], Context]


_PARTS = (
    _Part(records, lambda row: SealedRow(**row).context),
    _Part(runs, context_of),
)


@dataclass(slots=True, kw_only=True)
class Inventory:
    """What is in the database, by kind, and what of it can't be opened."""

    kinds: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """By key id, or what is wrong where the key is there."""
    named: list[str] = field(default_factory=list)
    """Some of what can't be opened, without names: a name may be a secret."""

    def add(self, context: Context, problem: str) -> None:
        """Note that what belongs to *context* can't be opened."""
        self.broken[problem] += 1
        if len(self.named) < _SHOWN:
            self.named.append(place_of(context))


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a rewrap is."""

    sealed: int = 0
    """How many were sealed anew."""
    left: int = 0
    """How many still have an old key."""
    inventory: Inventory = field(default_factory=Inventory)
    """What of those can't be opened."""


def place_of(context: Context) -> str:
    """Say which record it is, without its name."""
    return f"{context.kind} of workspace {context.workspace or '-'}, revision {context.revision}"


def take_stock(engine: Engine, keyring: Keys) -> Inventory:
    """Open everything, and tell what is there. Raises Unavailable."""
    inventory = Inventory()
    for part in _PARTS:
        for row in _rows(engine, part.table):
            context = part.context_of(row)
            inventory.kinds[context.kind] += 1
            _open(keyring, row, context, inventory)
    return inventory


def rewrap(
    engine: Engine, keyring: Keys, *, on_batch: Callable[[Progress], None] = lambda _progress: None
) -> Progress:
    """Seal everything of an old key anew, at its revision: forms that are open stay valid.

    Each batch is a transaction, so it may be cut off at any moment and started again, while bots
    read and write. *on_batch* hears after each. Raises Unavailable.
    """
    progress = Progress()
    for _ in range(_PASSES):
        progress.inventory = Inventory()
        for part in _PARTS:
            for sealed in _batches(engine, keyring, part, progress.inventory):
                progress.sealed += sealed
                on_batch(progress)
        counts, primary_id = count_by_key(engine), keyring.primary_id
        progress.left = sum(count for each, count in counts.items() if each != primary_id)
        if progress.left <= progress.inventory.broken.total():
            break
    return progress


def _rows(engine: Engine, table: Table) -> Iterator[RowMapping]:
    """Give all rows, in many small transactions: a long one would hold up SQLite's writers."""
    places, rows = list(table.primary_key.columns), list[RowMapping]()
    while True:
        with reading(engine) as connection:
            query = _behind(select(table), places, rows[-1] if rows else None).limit(_BATCH)
            rows = list(connection.execute(query).mappings())
        if not rows:
            return
        yield from rows


def _behind(
    query: Select[Any], places: Sequence[Column[Any]], last: RowMapping | None
) -> Select[Any]:
    """Have *query* go on behind the *last* row of the one before."""
    query = query.order_by(*places)
    if last is None:
        return query
    return query.where(tuple_(*places) > tuple_(*(literal(last[each.name]) for each in places)))


def _batches(engine: Engine, keyring: Keys, part: _Part, inventory: Inventory) -> Iterator[int]:
    """Seal batch after batch anew, and give how many each had."""
    last: RowMapping | None = None
    while True:
        last, sealed, found = _batch(engine, keyring, part, last)
        inventory.broken += found.broken
        inventory.named = (inventory.named + found.named)[:_SHOWN]
        if last is None:
            return
        yield sealed


@persistent
def _batch(
    engine: Engine, keyring: Keys, part: _Part, after: RowMapping | None
) -> tuple[RowMapping | None, int, Inventory]:
    """Seal the next rows *after* one anew; return the last of them, None at the end."""
    table, places, found = part.table, list(part.table.primary_key.columns), Inventory()
    # What somebody else is changing is left to the next pass.
    query = _behind(select(table).with_for_update(skip_locked=True), places, after).limit(_BATCH)
    with writing(engine) as connection:
        keep_keys(connection)
        old = query.where(table.c.key_id != keyring.primary_id)
        rows = connection.execute(old).mappings().all()
        anew = [
            _place(row, places) | {"new_key_id": key_id(envelope), "new_envelope": envelope}
            for row in rows
            if (envelope := _seal_anew(keyring, row, part.context_of(row), found))
        ]
        if anew:
            here = and_(*(each == bindparam(f"the_{each.name}") for each in places))
            values: dict[str, Any] = {
                "key_id": bindparam("new_key_id"),
                "envelope": bindparam("new_envelope"),
            }
            connection.execute(update(table).where(here).values(values), anew)
    return (rows[-1] if rows else None), len(anew), found


def _place(row: RowMapping, places: Sequence[Column[Any]]) -> dict[str, Any]:
    return {f"the_{each.name}": row[each.name] for each in places}


def _seal_anew(
    keyring: Keys, row: RowMapping, context: Context, inventory: Inventory
) -> bytes | None:
    plaintext = _open(keyring, row, context, inventory)
    return None if plaintext is None else keyring.seal(plaintext, context)


def _open(keyring: Keys, row: RowMapping, context: Context, inventory: Inventory) -> bytes | None:
    """Return what is in a row; None, and a note, where it can't be opened."""
    try:
        return open_envelope(keyring, context, envelope=row["envelope"], column=row["key_id"])
    except UnknownKey as problem:
        inventory.add(context, f"sealed with the key {problem.key_id}, which isn't in the keyring")
    except InvalidEnvelope:
        inventory.add(context, "changed outside this program")
    return None
