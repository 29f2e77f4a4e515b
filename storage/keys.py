"""Whether a keyring and a database belong together, and which key sealed how much."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, union_all

from storage.database import reading, writing
from storage.errors import KeyInUse, UnknownKeys
from storage.keyring import Context, Keys
from storage.rows import SealedRow, find, keep_keys, keep_writers_out
from storage.runs import open_run
from storage.tables import records, runs

_KEY_CHECK = "key-check"


def check_keys(engine: Engine, keyring: Keys, *, at: datetime) -> None:
    """Check at start that *keyring* opens what the database holds.

    Every key that sealed something must be there, and something sealed with each must open.
    The first start seals a record for this check. Raises UnknownKeys, InvalidEnvelope,
    Unavailable.
    """
    with reading(engine) as connection:
        wanted = tuple(_counts(connection))
        if missing := tuple(each for each in wanted if not keyring.knows(each)):
            raise UnknownKeys(wanted=missing, found=keyring.key_ids)
        for key_id in wanted:
            _open_one(connection, keyring, key_id=key_id)
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


def _open_one(connection: Connection, keyring: Keys, *, key_id: str) -> None:
    sealed = select(records).where(records.c.key_id == key_id).limit(1)
    if row := connection.execute(sealed).mappings().one_or_none():
        SealedRow(**row).open(keyring)
        return
    run = connection.execute(select(runs).where(runs.c.key_id == key_id).limit(1))
    open_run(keyring, run.mappings().one())
