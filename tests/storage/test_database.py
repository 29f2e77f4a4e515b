import os
import subprocess
import tempfile
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, text
from sqlalchemy.exc import StatementError

from storage import sqlite
from storage.database import connect, pool_of, reading, writing
from storage.errors import DatabaseInUse, SchemaTooNew, Unavailable, UnusableURL
from storage.keyring import generate_key
from storage.schema import migrate
from storage.sqlite import file_of, hold
from storage.tables import deliveries, metadata

only_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

Start = Callable[..., subprocess.Popen[str]]

MIGRATE = """
import sys
from storage.database import connect
from storage.schema import migrate
engine = connect(sys.argv[1])
print("ready", flush=True)
input()
migrate(engine)
"""

HOLD = """
import sys
from pathlib import Path
from storage.sqlite import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""

WRITE_AS_NOBODY = """
import os, sys
from storage.database import connect, writing
from storage.errors import Unavailable
from sqlalchemy import text
engine = connect(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
try:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO deliveries VALUES ('a', 1)"))
except Unavailable as problem:
    print(problem)
"""


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user can reach, as those of pytest are not."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        path.chmod(0o755)
        yield path


def _insert(engine: Engine, key: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(deliveries).values(key=key, expires_at=None))


@only_sqlite
def test_a_new_database_is_for_its_owner_alone(engine: Engine, path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO deliveries VALUES ('a', 1)"))
        modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {path.name: 0o600, f"{path.name}-journal": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


@only_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("busy_timeout", 5000),
        ("journal_mode", "delete"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
    ],
)
def test_sqlite_is_set_up_safely(engine: Engine, pragma: str, value: object) -> None:
    with reading(engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "secret",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:secret?uri=true",
        "nosuchdatabase://user:secret@host/name",
        "postgresql+nosuchdriver://user:secret@host/name",
        "postgresql+psycopg2://user:secret@host/name",
        "postgresql+asyncpg://user:secret@host/name",
        "mysql+mysqldb://user:secret@host/name",
        "postgresql://user:secret@host:port/name",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_unquoted(url: str) -> None:
    with pytest.raises(UnusableURL) as caught:
        connect(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file"):
        connect(f"sqlite:///{tmp_path}/file/a.db")
    with pytest.raises(Unavailable, match="made"):
        connect(f"sqlite:///{tmp_path}/{'n' * 300}.db")


def test_the_connections_in_use_are_counted(engine: Engine) -> None:
    before = pool_of(engine)
    with reading(engine), reading(engine):
        assert pool_of(engine).checked_out == before.checked_out + 2
    assert pool_of(engine) == before


@only_sqlite
def test_the_file_of_a_database_is_known(engine: Engine, path: Path) -> None:
    assert file_of(engine.url) == path


def test_an_error_takes_the_whole_transaction_back(engine: Engine) -> None:
    def write_and_fail() -> None:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO deliveries VALUES ('a', 1)"))
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 0


def test_no_parameter_is_shown_in_an_error(engine: Engine) -> None:
    secret = generate_key()  # written out, it would stand in the traceback of this test
    with pytest.raises(Unavailable) as caught:
        _insert(engine, secret)
    told = "".join(traceback.format_exception(caught.value))
    assert "INSERT INTO deliveries" in told
    assert secret not in told


@only_sqlite
def test_a_locked_database_is_told_in_words(engine: Engine, impatient: Engine) -> None:
    with writing(engine):
        with pytest.raises(Unavailable, match="locked"), writing(impatient):
            pass
        with reading(impatient) as connection:
            assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 0


@only_sqlite
def test_a_writer_whose_turn_does_not_come_is_told_in_words(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0)
    with writing(engine):
        with pytest.raises(Unavailable, match="earlier changes"), writing(engine):
            pass
        with reading(engine) as connection:
            assert connection.scalar(text("SELECT 1")) == 1
    with writing(engine):
        pass


def test_an_engine_that_was_not_made_as_an_embedded_one_takes_no_turns() -> None:
    engine = create_engine("sqlite://")
    with writing(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_threads_that_write_at_once_all_get_through(engine: Engine) -> None:
    def write(number: int) -> None:
        for each in range(5):
            with writing(engine) as connection:
                row = {"key": f"{number} {each}", "expires_at": datetime.now(UTC)}
                connection.execute(insert(deliveries).values(row))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(12)))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 60


@only_sqlite
def test_a_commit_that_a_reader_holds_up_is_told_and_undone(
    engine: Engine, impatient: Engine
) -> None:
    with reading(engine) as reader:
        reader.execute(text("SELECT * FROM deliveries"))
        with pytest.raises(Unavailable, match="locked"), writing(impatient) as connection:
            connection.execute(text("INSERT INTO deliveries VALUES ('a', 1)"))
    with writing(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 0


@only_sqlite
def test_a_full_disk_is_told_in_words_and_nothing_is_half_written(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    with pytest.raises(Unavailable, match="full"), writing(engine) as connection:
        connection.execute(text("INSERT INTO deliveries VALUES ('a', 1), (hex(zeroblob(9999)), 2)"))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 0
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_read_only_file_is_told_in_words(open_directory: Path, start: Start) -> None:
    url = f"sqlite:///{open_directory}/a.db"
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    (open_directory / "a.db").chmod(0o444)
    said, error = start(WRITE_AS_NOBODY, url).communicate(timeout=60)
    assert error == ""
    assert "can't be written" in said


@only_sqlite
def test_a_file_that_is_no_database_is_told_in_words(path: Path, url: str) -> None:
    path.parent.mkdir()
    path.write_text("no database, " * 1000)
    engine = connect(url)
    with pytest.raises(Unavailable, match="isn't a SQLite database"):
        migrate(engine)
    engine.dispose()


def test_an_unforeseen_refusal_is_told_in_general_words(engine: Engine) -> None:
    with pytest.raises(Unavailable, match="refused"), reading(engine) as connection:
        connection.execute(text("SELECT nothing FROM deliveries"))


def test_a_time_without_its_zone_is_a_mistake(engine: Engine) -> None:
    row = {"key": "a", "expires_at": datetime(2026, 11, 23)}  # noqa: DTZ001 - the mistake
    with pytest.raises(StatementError, match="naive"), writing(engine) as connection:
        connection.execute(insert(deliveries).values(row))


def test_too_many_connections_at_once_are_told_in_words(engine: Engine) -> None:
    engine.pool._timeout = 0
    held = [engine.connect() for _ in range(15)]
    with pytest.raises(Unavailable, match="taken"), reading(engine):
        pass
    for connection in held:
        connection.close()


def test_the_migrations_make_just_the_tables_that_the_program_uses(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_is_left_alone(engine: Engine, impatient: Engine) -> None:
    with writing(engine):
        assert migrate(impatient).is_current


def test_of_eight_starters_one_migrates_and_all_start(
    url: str, crowd: Callable[..., list[str]]
) -> None:
    crowd(MIGRATE, url, count=8)
    engine = connect(url)
    with reading(engine) as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0004"]
    engine.dispose()


def test_a_starter_that_waited_for_another_to_migrate_leaves_it_at_that(url: str) -> None:
    engine, other = connect(url), connect(url)

    def overtake(*_: object) -> None:
        # By now the engine has looked, and has not taken the lock.
        migrate(other)

    event.listen(engine, "checkin", overtake, once=True)
    migrate(engine)
    with reading(engine) as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == ["0004"]
    engine.dispose()
    other.dispose()


def test_a_failed_migration_leaves_nothing_behind(url: str) -> None:
    engine = connect(url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE deliveries (x int)"))
    with pytest.raises(Unavailable):
        migrate(engine)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["deliveries"]
    engine.dispose()


def test_a_schema_of_a_newer_program_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="9999") as caught:
        migrate(engine)
    assert caught.value.revision == "9999"


def test_one_bot_at_a_time_holds_a_database(path: Path) -> None:
    path.parent.mkdir()
    with hold(path):
        with pytest.raises(DatabaseInUse, match=f"process {os.getpid()}"), hold(path):
            pass
        assert path.with_name("mailsettings.db.lock").stat().st_mode & 0o777 == 0o600
    with hold(path):
        pass


def test_the_hold_of_a_killed_process_ends(path: Path, start: Start) -> None:
    path.parent.mkdir()
    process = start(HOLD, path)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(DatabaseInUse, match=f"process {process.pid}") as caught, hold(path):
        pass
    assert caught.value.path == path
    process.kill()
    process.wait()
    with hold(path):
        pass


def test_a_lock_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="lock file"), hold(tmp_path / "nowhere" / "a.db"):
        pass


def test_a_hold_whose_process_is_not_told_yet_is_refused_too(path: Path) -> None:
    path.parent.mkdir()
    with hold(path):
        os.truncate(path.with_name(f"{path.name}.lock"), 0)
        with pytest.raises(DatabaseInUse, match="Another bot already uses"), hold(path):
            pass
