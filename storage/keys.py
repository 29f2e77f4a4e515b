"""Whether a keyring and a database belong together, and which key sealed how much."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, select, union_all

from storage.database import reading, writing
from storage.errors import UnknownKeys
from storage.keyring import Context, Keyring
from storage.rows import SealedRow, find
from storage.runs import open_run
from storage.tables import records, runs

_KEY_CHECK = "key-check"


def check_keys(engine: Engine, keyring: Keyring, *, at: datetime) -> None:
    """Check at start that *keyring* opens what the database holds.

    Every key that sealed something must be there, and something sealed with each must open.
    The first start seals a record for this check. Raises UnknownKeys, InvalidEnvelope,
    Unavailable.
    """
    with reading(engine) as connection:
        wanted = tuple(_counts(connection))
        if missing := tuple(each for each in wanted if each not in keyring.key_ids):
            raise UnknownKeys(wanted=missing, found=keyring.key_ids)
        for key_id in wanted:
            _open_one(connection, keyring, key_id=key_id)
        if find(connection, _KEY_CHECK, workspace="") is not None:
            return
    context = Context(kind=_KEY_CHECK, workspace="", revision=1)
    row = SealedRow.seal(keyring, context, plaintext=b"", by="", at=at)
    with writing(engine) as connection:
        row.insert(connection)


def has_records(engine: Engine) -> bool:
    """Tell whether the database holds anything sealed, and so must never get a new keyring.

    Raises Unavailable.
    """
    return bool(count_by_key(engine))


def count_by_key(engine: Engine) -> dict[str, int]:
    """Return how many sealed values each key id has in the database. Raises Unavailable."""
    with reading(engine) as connection:
        return _counts(connection)


def unknown_keys(engine: Engine, keyring: Keyring) -> tuple[str, ...]:
    """Return the ids of the keys that the database needs and *keyring* lacks. Raises Unavailable.

    Costs one look into an index for each key, however many records there are.
    """
    with reading(engine) as connection:
        used = {*_ids(connection, records.c.key_id), *_ids(connection, runs.c.key_id)}
    return tuple(sorted(used.difference(keyring.key_ids)))


def _ids(connection: Connection, column: ColumnElement[str]) -> Iterator[str]:
    found = connection.execute(select(func.min(column))).scalar()
    while found is not None:
        yield found
        found = connection.execute(select(func.min(column)).where(column > found)).scalar()


def _counts(connection: Connection) -> dict[str, int]:
    key_ids = union_all(select(records.c.key_id), select(runs.c.key_id)).subquery()
    query = select(key_ids.c.key_id, func.count()).group_by(key_ids.c.key_id)
    rows = connection.execute(query.order_by(key_ids.c.key_id))
    return dict(rows.all())


def _open_one(connection: Connection, keyring: Keyring, *, key_id: str) -> None:
    sealed = select(records).where(records.c.key_id == key_id).limit(1)
    if row := connection.execute(sealed).mappings().one_or_none():
        SealedRow(**row).open(keyring)
        return
    run = connection.execute(select(runs).where(runs.c.key_id == key_id).limit(1))
    open_run(keyring, run.mappings().one())
