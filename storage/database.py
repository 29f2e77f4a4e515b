"""The database: connecting, transactions, and what both kinds of database do alike."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    create_engine,
    delete,
    event,
    make_url,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from storage import postgresql, sqlite
from storage.errors import Unavailable, Undone, UnusableURL
from storage.tables import instant

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgreSQLInsert

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS = 4
_PAUSE_SECONDS = 0.05
"""Before the second attempt, at most; twice as long before each further one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The connections of one process to its database."""

    size: int
    checked_out: int
    """In use; may be more than are kept."""


def pool_of(engine: Engine) -> Pool:
    """Return what there is of connections at this moment."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)  # noqa: S101  # SQLAlchemy's for files and servers
    return Pool(size=pool.size(), checked_out=pool.checkedout())


def connect(url: str) -> Engine:
    """Return an engine for *url*; a new SQLite file is made here, mode 0600.

    Raises UnusableURL, and Unavailable when the file or its directory can't be made. Nothing
    else is asked of the database yet.
    """
    try:
        engine = _make_engine(url)
    except (ArgumentError, ImportError, TypeError, ValueError):
        # Without its cause, which may quote the URL and so a password.
        raise UnusableURL(
            "The database URL can't be understood, or its driver isn't installed. "
            "Write one like sqlite:////var/lib/mailsettings/mailsettings.db or "
            "postgresql://user@host/name."
        ) from None
    if engine.dialect.name == "postgresql":
        event.listen(engine, "handle_error", postgresql.note_failover)
        return engine
    path = sqlite.file_of(engine.url)
    if path is None:
        raise UnusableURL(
            "A SQLite database must be named by a plain path. "
            "Write one like sqlite:////var/lib/mailsettings/mailsettings.db."
        )
    sqlite.make_file(path)
    engine.update_execution_options(turns=Lock())
    event.listen(engine, "connect", sqlite.set_up)
    event.listen(engine, "begin", sqlite.begin)
    return engine


def _make_engine(url: str) -> Engine:
    parsed, options = make_url(url), dict[str, Any]()
    if postgresql.is_ours(parsed):
        parsed = postgresql.with_driver(parsed)
        options = postgresql.engine_options(parsed)
    elif parsed.get_backend_name() != "sqlite":
        raise ArgumentError("neither SQLite nor PostgreSQL")
    # Parameters would put sealed values and identities into errors and logs.
    return create_engine(parsed, hide_parameters=True, **options)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside a transaction that only reads, all of one moment.

    Raises Unavailable.
    """
    with _in_plain_words(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # As SQLite has it: the entries of the audit log and its sealed heads must agree. Not
            # READ ONLY: SQLAlchemy would say READ WRITE afterwards, and a standby refuses that in
            # words that fit anything.
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside a transaction that is kept when the block ends well.

    Raises Unavailable; then, as after any error, nothing of the block is kept, unless the
    connection broke just as the database was told to keep it. Undone is the case of Unavailable
    in which the same may be tried again.
    """
    with _in_plain_words(), _turn(engine), engine.connect() as connection:
        connection.execution_options(writing=True)
        with connection.begin():
            try:
                yield connection
            except DBAPIError as problem:
                if problem.connection_invalidated:
                    raise _in_words(problem, Undone) from _harmless(problem)
                raise


def persistent(method: Callable[P, T]) -> Callable[P, T]:
    """Have *method*, which is one transaction, tried again some times when that is Undone."""

    @wraps(method)
    def try_again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _ATTEMPTS):
            try:
                return method(*args, **kwargs)
            except Undone:
                # Not all of those who got into each other's way come back at one moment.
                time.sleep(random.uniform(0, _PAUSE_SECONDS * 2**attempt))  # noqa: S311 - no secret
        return method(*args, **kwargs)

    return try_again


def check_soundness(engine: Engine) -> None:
    """Raise Unavailable unless the database can be written and, if SQLite, is sound."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            postgresql.try_to_write(connection)
        else:
            sqlite.check_soundness(connection)


def check_writable(engine: Engine) -> None:
    """Raise Unavailable where no change can be kept, as far as that is seen without one."""
    path = sqlite.file_of(engine.url)
    if path is not None:
        sqlite.check_writable(path)
        return
    with reading(engine) as connection:
        postgresql.check_writable(connection)


def database_time(connection: Connection) -> datetime:
    """Return the moment by PostgreSQL's clock, for the clocks of several machines differ."""
    query = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
    return instant(connection.execute(query).scalar_one())


def insert_if_absent(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is taken; tell whether it was inserted."""
    # In one statement: a savepoint is gone after some errors, such as a full disk, and the
    # complaint about that would hide the error itself.
    return _is_done(connection, _insert(connection, table, values).on_conflict_do_nothing())


def insert_or_replace(
    connection: Connection,
    table: Table,
    values: dict[str, Any],
    *,
    over: ColumnElement[bool] | None = None,
) -> bool:
    """Insert a row, or write it *over* one of its primary key; tell whether that was done."""
    places = list(table.primary_key.columns)
    inserting = _insert(connection, table, values)
    return _is_done(
        connection,
        inserting.on_conflict_do_update(index_elements=places, set_=values, where=over),
    )


def delete_unlocked(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete the rows *which* nobody else is changing at this moment; return how many."""
    # Two who delete many rows and wait for each other's would never end.
    keys = list(table.primary_key.columns)
    found = select(*keys).where(which).with_for_update(skip_locked=True)
    return connection.execute(delete(table).where(tuple_(*keys).in_(found))).rowcount


def _insert(
    connection: Connection, table: Table, values: dict[str, Any]
) -> "PostgreSQLInsert | sqlite_dialect.Insert":
    if connection.dialect.name == "postgresql":
        # Here, because beside SQLite it would be two megabytes for nothing.
        from sqlalchemy.dialects import postgresql as dialect  # noqa: PLC0415 - the reason is above

        return dialect.insert(table).values(values)
    return sqlite_dialect.insert(table).values(values)


def _is_done(connection: Connection, inserting: Insert) -> bool:
    found = connection.execute(inserting, execution_options={"preserve_rowcount": True})
    return found.rowcount == 1


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    # SQLite waits by looking again and again, ever more seldom: among 12 threads that write, one
    # in a hundred writes took 940 ms. With turns between our own threads it is 71 ms.
    turns: Lock | None = engine.get_execution_options().get("turns")
    if turns is None:
        yield
    elif turns.acquire(timeout=sqlite.PATIENCE):
        try:
            yield
        finally:
            turns.release()
    else:
        raise Unavailable("The database is busy with earlier changes. Try again in a minute.")


def _in_words(problem: DBAPIError, kind: type[Unavailable]) -> Unavailable:
    """Return *problem* as one of ours, in plain words."""
    cause = problem.orig or problem
    found = kind(
        sqlite.reason(cause)
        or postgresql.reason(cause)
        or "The database refused the request, or didn't answer."
    )
    if state := getattr(cause, "sqlstate", None):
        found.add_note(f"SQLSTATE {state}, at: {problem.statement}")
    return found


def _harmless(problem: DBAPIError) -> DBAPIError | None:
    """Return *problem* unless it has PostgreSQL's words, which may quote what was written."""
    return problem if getattr(problem.orig, "sqlstate", None) is None else None


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as problem:
        raise Unavailable(
            "All connections to the database are taken. Try again in a minute."
        ) from problem
    except DBAPIError as problem:
        undone = getattr(problem.orig, "sqlstate", None) in postgresql.REPEATABLE
        raise _in_words(problem, Undone if undone else Unavailable) from _harmless(problem)
