"""Whether a keyring and a database belong together, and which key sealed how much."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    func,
    select,
    union_all,
)

from storage.database import reading, writing
from storage.errors import InvalidEnvelope, KeyInUse, UnknownKeys
from storage.keyring import Context, Keys
from storage.rows import SealedRow, find, keep_keys, keep_writers_out
from storage.runs import open_run
from storage.tables import records, runs

_KEY_CHECK = "key-check"
_SAMPLE = 20


def check_keys(engine: Engine, keyring: Keys, *, at: datetime) -> None:
    """Check at start that *keyring* opens what the database holds.

    Every key that sealed something must be there, and something must open: one record that was
    damaged keeps nobody from the others. The first start seals a record for this check. Raises
    UnknownKeys, InvalidEnvelope, Unavailable.
    """
    with reading(engine) as connection:
        wanted = tuple(_counts(connection))
        if missing := tuple(each for each in wanted if not keyring.knows(each)):
            raise UnknownKeys(wanted=missing, found=keyring.key_ids)
        _open_any(connection, keyring, wanted)
        if find(connection, _KEY_CHECK, workspace="") is not None:
            return
    context = Context(kind=_KEY_CHECK, workspace="", revision=1)
    with writing(engine) as connection:
        keep_keys(connection)
        SealedRow.seal(keyring, context, plaintext=b"", by="", at=at).insert(connection)


def has_records(engine: Engine) -> bool:
    """Tell whether the database holds anything sealed, and so must never get a new keyring.

    Raises Unavailable.
    """
    return bool(count_by_key(engine))


def count_by_key(engine: Engine) -> dict[str, int]:
    """Return how many sealed values each key id has in the database. Raises Unavailable."""
    with reading(engine) as connection:
        return _counts(connection)


def unknown_keys(engine: Engine, keyring: Keys) -> tuple[str, ...]:
    """Return the ids of the keys that the database needs and *keyring* lacks. Raises Unavailable.

    Costs one look into an index for each key, however many records there are.
    """
    with reading(engine) as connection:
        used = {*_ids(connection, records.c.key_id), *_ids(connection, runs.c.key_id)}
    return tuple(each for each in sorted(used) if not keyring.knows(each))


def _ids(connection: Connection, column: ColumnElement[str]) -> Iterator[str]:
    found = connection.execute(select(func.min(column))).scalar()
    while found is not None:
        yield found
        found = connection.execute(select(func.min(column)).where(column > found)).scalar()


def give_up(engine: Engine, key_ids: Collection[str], *, remove: Callable[[], None]) -> None:
    """Call *remove* to take keys out of the keyring, while nothing needs them and nobody seals.

    Raises KeyInUse when something in the database is sealed with one of them; Unavailable.
    """
    with writing(engine) as connection:
        keep_writers_out(connection)
        used = {each: n for each, n in _counts(connection).items() if each in key_ids}
        if used:
            text = ", ".join(f"{each} ({count})" for each, count in used.items())
            raise KeyInUse(
                f"Records are still sealed with old keys: {text}. Run `mailsettings keyring "
                "rewrap`, then try again."
            )
        remove()


def _counts(connection: Connection) -> dict[str, int]:
    key_ids = union_all(select(records.c.key_id), select(runs.c.key_id)).subquery()
    query = select(key_ids.c.key_id, func.count()).group_by(key_ids.c.key_id)
    rows = connection.execute(query.order_by(key_ids.c.key_id))
    return dict(rows.all())


def _open_any(connection: Connection, keyring: Keys, key_ids: Iterable[str]) -> None:
    failed: InvalidEnvelope | None = None
    for key_id in key_ids:
        try:
            if _open_some(connection, keyring, key_id):
                return
        except InvalidEnvelope as problem:
            failed = problem
    if failed:
        raise failed


def _open_some(connection: Connection, keyring: Keys, key_id: str) -> bool:
    """Tell whether some of what a key sealed opens. Raises InvalidEnvelope if none of it does."""
    failed: InvalidEnvelope | None = None
    for table, open_row in ((records, _open_record), (runs, open_run)):
        rows = connection.execute(select(table).where(table.c.key_id == key_id).limit(_SAMPLE))
        for row in rows.mappings():
            try:
                open_row(keyring, row)
            except InvalidEnvelope as problem:
                failed = problem
            else:
                return True
    if failed:
        raise failed
    return False


def _open_record(keyring: Keys, row: RowMapping) -> None:
    SealedRow(**row).open(keyring)
