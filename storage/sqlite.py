"""What is SQLite's own: its file and settings, its refusals in words, one bot, backups."""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import DatabaseInUse, Unavailable

PATIENCE = 5
"""Seconds that we wait for a locked database."""

_ROOM = 64 * 1024
"""Bytes: a change and its journal."""

_PRAGMAS = (
    f"busy_timeout={PATIENCE * 1000}",
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


def reason(problem: BaseException) -> str | None:
    """Return what *problem* means in plain words, None for one that has none."""
    return _REASONS.get(getattr(problem, "sqlite_errorcode", 0) & 0xFF)


def file_of(url: URL) -> Path | None:
    """Return the path of a SQLite database, None for one that isn't named by a plain path."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return None
    return Path(name)


def check_writable(path: Path) -> None:
    """Raise Unavailable where the file can't be written, or its disk has no room for a change."""
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise Unavailable(_REASONS[sqlite3.SQLITE_READONLY])
    disk = os.statvfs(path)
    if disk.f_bavail * disk.f_frsize < _ROOM:
        raise Unavailable(_REASONS[sqlite3.SQLITE_FULL])


def make_file(path: Path) -> None:
    """Make an empty database file, mode 0600, unless there is one. Raises Unavailable."""
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


def set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Make a new connection safe; transactions begin when we say so, in `begin`."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def begin(connection: Connection) -> None:
    """Begin a transaction.

    A writer takes the lock at once: a reader that turns writer midway would fail as "locked"
    without any waiting.
    """
    writer = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


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


def check_soundness(connection: Connection) -> None:
    """Raise Unavailable unless the database is sound all through."""
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if found != ["ok"]:
        raise Unavailable("The database file is damaged. Restore a backup.")


def back_up(path: Path, copy: Path) -> None:
    """Copy the database at *path* to a new file, mode 0600, while a bot uses it.

    The copy is one moment's, checked, and appears only when it is whole; writers wait meanwhile.
    Raises FileExistsError, OSError for a place that can't be written, sqlite3.Error for the rest.
    """
    descriptor, temporary = tempfile.mkstemp(dir=copy.parent, prefix=f".{copy.name}.")
    os.close(descriptor)
    try:
        with closing(_open(path, mode="ro")) as source, closing(_open(temporary)) as target:
            source.backup(target)
            found = target.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            raise sqlite3.DatabaseError("the copy is damaged, and so is the database")
        _sync(Path(temporary))
        os.link(temporary, copy)
    finally:
        Path(temporary).unlink()
    _sync(copy.parent)


def _open(path: Path | str, *, mode: str = "rw") -> sqlite3.Connection:
    uri = f"{Path(path).resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE)
    connection.execute("PRAGMA secure_delete=ON").close()
    return connection


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
