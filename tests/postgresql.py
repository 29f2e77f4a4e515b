"""A real PostgreSQL for tests: a server of their own, and a fresh database for each."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.database import connect
from storage.schema import migrate
from tests.ports import free_port

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "16MB",
    "max_connections": "120",
    "lc_messages": "C",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_PR_SET_PDEATHSIG = 1


def programs() -> Path | None:
    """Return where Debian's packages, or whoever else, put the newest server."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda each: int(each.parts[-3]), default=None)
    return newest.parent if newest else None


def _user() -> dict[str, Any]:
    """Return how a process is started that must not be root's; PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name: each for each in pwd.getpwall()}
    found = names.get("postgres") or names["nobody"]
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _die_with_us() -> None:
    # Also when the tests are killed, nothing stays behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


@dataclass
class Server:
    """A PostgreSQL server in a directory of its own."""

    programs: Path
    directory: Path
    settings: dict[str, str]
    log: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    _numbers: Iterator[int] = field(default_factory=count)
    _process: Any = None

    def make(self) -> None:
        """Make the cluster, and start the server."""
        self.port = free_port()
        self._call(
            *("initdb", "--auth=trust", "--username=tests", "--no-sync", "--no-instructions"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "-D", str(self.data)),
        )
        rules = self.data / "pg_hba.conf"
        asked = "host all guarded 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(asked + rules.read_text())
        self.start()
        self.execute("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'a right p@ss'")

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def start(self, *, standby: bool = False) -> None:
        """Start it, as a *standby* if told so, and wait until it takes connections."""
        settings = _SETTINGS | self.settings
        if standby:
            (self.data / "standby.signal").touch()
        self._process = subprocess.Popen(  # noqa: S603 - Debian's program, our own words
            [
                self.programs / "postgres",
                *("-D", self.data, "-p", str(self.port), "-k", self.directory),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_die_with_us,  # noqa: PLW1509 - no thread of ours holds a lock it needs
            **_user(),
        )
        ready = threading.Event()

        def read() -> None:
            for line in self._process.stderr:
                self.log.append(line)
                if "ready to accept" in line:
                    ready.set()
            ready.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        assert ready.wait(30)
        assert self._process.poll() is None, "".join(self.log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT in good order, SIGQUIT as a crash would, SIGKILL at once."""
        self._process.send_signal(how)
        self._process.wait(30)
        self._reader.join(30)
        self._process.stderr.close()

    def url(self, database: str) -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = "postgres") -> list[Any]:
        """Run a statement outside a transaction, and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def new_database(self, *, template: str = "template0") -> str:
        """Make a database and return its name."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - Debian's program, our own words
            [self.programs / program, *arguments],
            check=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            **_user(),
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the stories be told on another database than SQLite."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the stories of SQLite's file out where they are told on another database."""
    if config.getoption("--database") == "sqlite":
        return
    left = [each for each in items if each.get_closest_marker("only_sqlite")]
    config.hook.pytest_deselected(items=left)
    items[:] = [each for each in items if each not in left]


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[..., Server]]:
    """Make servers, with settings of a test's own."""
    found = programs()
    if found is None:
        assert not os.environ.get("CI"), "CI must have Debian's package postgresql"  # noqa: TID251 - as the browser tests ask
        pytest.skip("no PostgreSQL here; Debian's package is called postgresql")
    made: list[Server] = []

    def make(**settings: str) -> Server:
        directory = Path(tempfile.mkdtemp(prefix="pg-"))
        if user := _user():
            os.chown(directory, user["user"], user["group"])
        made.append(Server(found, directory, settings))
        made[-1].make()
        return made[-1]

    yield make
    for each in made:
        if each._process.poll() is None:
            each.stop()
        shutil.rmtree(each.directory)


@pytest.fixture(scope="session")
def postgresql_server(new_postgresql: Callable[..., Server]) -> Server:
    """The one server of these tests. Who stops it makes one of their own."""
    return new_postgresql()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server) -> str:
    """A database with our tables, to be copied."""
    name = postgresql_server.new_database()
    engine = connect(postgresql_server.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture
def empty_postgresql(postgresql_server: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = postgresql_server.new_database()
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture
def postgresql_url(postgresql_server: Server, postgresql_template: str) -> Iterator[str]:
    """The URL of a database with our tables and nothing in them."""
    name = postgresql_server.new_database(template=postgresql_template)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)
