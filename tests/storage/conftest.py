"""Real databases in a temporary directory, and crowds of processes on them."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from storage.database import connect
from storage.keyring import Keyring, generate_key
from storage.records import SealedStore
from storage.schema import migrate

Start = Callable[..., subprocess.Popen[str]]
Crowd = Callable[..., list[str]]


@pytest.fixture
def at() -> datetime:
    return datetime(2026, 11, 23, 15, 20, 7, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mailsettings.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of database; a test of one of them says which."""
    return str(request.param)


@pytest.fixture
def url(kind: str, path: Path, request: pytest.FixtureRequest) -> str:
    """Of an empty database, where none of our tables are."""
    if kind == "sqlite":
        return f"sqlite:///{path}"
    return str(request.getfixturevalue("empty_postgresql"))


@pytest.fixture
def engine(kind: str, path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with our tables."""
    if kind == "sqlite":
        engine = connect(f"sqlite:///{path}")
        migrate(engine)
    else:
        engine = connect(request.getfixturevalue("postgresql_url"))
    yield engine
    engine.dispose()


@pytest.fixture
def same_url(engine: Engine) -> str:
    """The URL of the engine's database, for other processes."""
    return str(engine.url)


@pytest.fixture
def impatient(engine: Engine) -> Iterator[Engine]:
    """The same database, by a connection that waits for no lock."""
    hasty = "?options=-c%20lock_timeout%3D20" if engine.dialect.name == "postgresql" else ""
    other = connect(f"{engine.url}{hasty}")
    if not hasty:
        event.listen(other, "connect", _do_not_wait)
    yield other
    other.dispose()


def _do_not_wait(connection: sqlite3.Connection, _entry: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")


@pytest.fixture
def spelled(kind: str) -> Callable[[str], str]:
    """Spell SQLite's words for bytes as the database does."""
    if kind == "sqlite":
        return str

    def spell(statement: str) -> str:
        statement = statement.replace("zeroblob(99)", "decode(repeat('00', 99), 'hex')")
        statement = statement.replace("x''", "''::bytea")
        return statement.replace("hex(envelope)", "convert_to(encode(envelope, 'hex'), 'UTF8')")

    return spell


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.parse(f"primary {generate_key()}")


@pytest.fixture
def store(engine: Engine, keyring: Keyring) -> SealedStore[str]:
    return SealedStore(engine, keyring, kind="settings", dump=str.encode, load=bytes.decode)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python process that runs a script."""
    with ExitStack() as stack:

        def run(script: str, *arguments: object) -> subprocess.Popen[str]:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, scripts of these tests
                [
                    sys.executable,
                    "-W",
                    "error",
                    "-W",
                    "ignore::ResourceWarning",
                    "-c",
                    script,
                    *map(str, arguments),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


@pytest.fixture
def crowd(start: Start) -> Crowd:
    """Run a script in many processes that pass `input()` at one moment; return what each says."""

    def run(script: str, *arguments: object, count: int) -> list[str]:
        processes = [start(script, *arguments) for _ in range(count)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60) for process in processes]
        assert [error for _, error in answers] == [""] * count
        return [out.strip() for out, _ in answers]

    return run
