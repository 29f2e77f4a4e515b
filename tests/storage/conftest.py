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

from storage.database import connect, migrate
from storage.keyring import Keyring, generate_key
from storage.records import SealedStore

Start = Callable[..., subprocess.Popen[str]]
Crowd = Callable[..., list[str]]


@pytest.fixture
def at() -> datetime:
    return datetime(2026, 11, 23, 15, 20, 7, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mailsettings.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def impatient(engine: Engine) -> Iterator[Engine]:
    """The same database, by a connection that waits for no lock."""
    other = connect(str(engine.url))
    event.listen(other, "connect", _do_not_wait)
    yield other
    other.dispose()


def _do_not_wait(connection: sqlite3.Connection, _entry: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")


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
                [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
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
