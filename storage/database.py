"""The database: connecting, transactions, migrations, and who may run on it."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from storage.errors import DatabaseInUse, SchemaTooNew, Unavailable, UnusableURL

_PATIENCE = 5
"""Seconds that we wait for a locked SQLite database."""

_PRAGMAS = (
    f"busy_timeout={_PATIENCE * 1000}",
    # Not WAL: up to SQLite 3.51.2 it can corrupt (sqlite.org/wal.html#the_wal_reset_bug).
    "journal_mode=DELETE",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
)

_REASONS = {
    sqlite3.SQLITE_BUSY: "The database is locked by another program. Close that program.",
    sqlite3.SQLITE_READONLY: "The database file can't be written. Check who owns it, and its mode.",
    sqlite3.SQLITE_FULL: "The disk that holds the database is full. Make room on it.",
    sqlite3.SQLITE_IOERR: "The disk that holds the database reported an error. Check the disk.",
    sqlite3.SQLITE_CANTOPEN: "The database file can't be opened. Check its path and its mode.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged. Restore a backup.",
    sqlite3.SQLITE_NOTADB: "The database file isn't a SQLite database. Check its path.",
}
"""SQLite's primary result codes (sqlite.org/rescode.html) in words."""


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
        # Parameters would put sealed values and identities into errors and logs.
        engine = create_engine(make_url(url), hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, ImportError, ValueError):
        # Without its cause, which may quote the URL and so a password.
        raise UnusableURL(
            "The database URL can't be understood, or its driver isn't installed. "
            "Write one like sqlite:////var/lib/mailsettings/mailsettings.db."
        ) from None
    if engine.dialect.name == "sqlite":
        path = database_file(engine)
        if path is None:
            raise UnusableURL(
                "A SQLite database must be named by a plain path. "
                "Write one like sqlite:////var/lib/mailsettings/mailsettings.db."
            )
        _make_file(path)
        engine.update_execution_options(turns=Lock())
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def database_file(engine: Engine) -> Path | None:
    """Return the path of a SQLite database, None for one that isn't named by a plain path."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return None
    return Path(name)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside a transaction that only reads. Raises Unavailable."""
    with _in_plain_words(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside a transaction that is kept when the block ends well.

    Raises Unavailable; then, as after any error, nothing of the block is kept.
    """
    with _in_plain_words(), _turn(engine), engine.connect() as connection:
        connection.execution_options(writing=True)
        with connection.begin():
            yield connection


def insert_if_absent(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is taken; tell whether it was inserted."""
    # In one statement: a savepoint is gone after some errors, such as a full disk, and the
    # complaint about that would hide the error itself.
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def migrate(engine: Engine) -> None:
    """Bring the tables to this program's version; several starters at once do it once.

    Raises SchemaTooNew and Unavailable.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        if _is_current(connection, scripts):
            return
    # Asked again under the lock, which somebody else may have held to migrate.
    with writing(engine) as connection:
        if not _is_current(connection, scripts):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Tell whether the tables are of this program's version. Raises SchemaTooNew, Unavailable."""
    with reading(engine) as connection:
        return _is_current(connection, ScriptDirectory.from_config(_config()))


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Be the one running bot on the SQLite file at *path* while the block lasts.

    Raises DatabaseInUse, and Unavailable when the lock file can't be made. The operating system
    ends the hold of a process that dies.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Unavailable(f"The lock file {lock} can't be made: {problem.strerror}.") from problem
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseInUse(path, file.read(20).strip()) from None
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A new file only: closing one that SQLite has open would drop the locks of our other
        # connections to it (sqlite.org/howtocorrupt.html, 2.2). The journal takes over the mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        if not path.parent.is_dir():
            raise Unavailable(f"{path.parent} isn't a directory.") from None
    except OSError as problem:
        raise Unavailable(f"The database {path} can't be made: {problem.strerror}.") from problem


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin when we say so, in _begin_sqlite
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer midway would fail as "locked"
    # without any waiting.
    writer = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def check_soundness(engine: Engine) -> None:
    """Raise Unavailable unless the database can be written and is sound all through."""
    with writing(engine) as connection:
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if found != ["ok"]:
        raise Unavailable("The database file is damaged. Restore a backup.")


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    # SQLite waits by looking again and again, ever more seldom: among 12 threads that write, one
    # in a hundred writes took 940 ms. With turns between our own threads it is 71 ms.
    turns: Lock | None = engine.get_execution_options().get("turns")
    if turns is None:
        yield
    elif turns.acquire(timeout=_PATIENCE):
        try:
            yield
        finally:
            turns.release()
    else:
        raise Unavailable("The database is busy with earlier changes. Try again in a minute.")


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as problem:
        raise Unavailable(
            "All connections to the database are taken. Try again in a minute."
        ) from problem
    except DBAPIError as problem:
        code = getattr(problem.orig, "sqlite_errorcode", 0) & 0xFF
        reason = _REASONS.get(code, "The database refused the request, or didn't answer.")
        raise Unavailable(reason) from problem


def _config() -> Config:
    config = Config()
    directory = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", directory.replace("%", "%%"))
    return config


def _is_current(connection: Connection, scripts: ScriptDirectory) -> bool:
    found = set(MigrationContext.configure(connection).get_current_heads())
    known = {each.revision for each in scripts.walk_revisions()}
    if unknown := found - known:
        raise SchemaTooNew(", ".join(sorted(unknown)))
    return found == set(scripts.get_heads())
