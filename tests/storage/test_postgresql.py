"""PostgreSQL's own: refusals in words, timeouts, restarts, failovers; on a real server."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text

from storage.audit import AuditLog, Event
from storage.database import connect, persistent, reading, writing
from storage.errors import StorageError, Unavailable, Undone
from storage.keyring import Keyring
from storage.postgresql import dump_line
from storage.records import SealedStore
from storage.schema import migrate

EVENT = Event(actor="U1", action="settings.save")


@pytest.fixture
def pg(postgresql_url: str) -> Iterator[Engine]:
    engine = connect(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def server(postgresql_server: Any) -> Any:
    return postgresql_server


@pytest.fixture
def own_server(new_postgresql: Callable[..., Any]) -> Iterator[Any]:
    """A server that a test may stop: it keeps what it acknowledged, as they do in the world."""
    server = new_postgresql(fsync="on", full_page_writes="on")
    yield server
    server.stop()


@pytest.fixture
def kept(own_server: Any, keyring: Keyring) -> Iterator[SealedStore[str]]:
    engine = connect(own_server.url("postgres"))
    migrate(engine)
    yield SealedStore(engine, keyring, kind="settings", dump=str.encode, load=bytes.decode)
    engine.dispose()


def why(url: str) -> str:
    """Say why nothing can be read at *url*."""
    engine = connect(url)
    with pytest.raises(Unavailable) as caught, reading(engine) as connection:
        connection.execute(text("SELECT 1"))
    engine.dispose()
    return str(caught.value)


def test_what_keeps_us_from_connecting_is_told_in_words(server: Any, tmp_path: Any) -> None:
    url = make_url(server.url("postgres"))
    at = f"postgresql://tests@127.0.0.1:{server.port}"
    assert "No database server answers" in why(str(url.set(port=1)))
    assert "No database server answers" in why(f"postgresql:///x?host={tmp_path}&port=1")
    assert "refuses the user name or the password" in why(
        f"postgresql://guarded:hunter2@127.0.0.1:{server.port}/postgres"
    )
    assert "refuses the user name or the password" in why(str(url.set(username="stranger")))
    assert "no database of that name" in why(f"{at}/nowhere")
    assert "isn't known" in why("postgresql://tests@no-such-host.invalid/postgres")
    assert "No secure connection" in why(f"{at}/postgres?sslmode=require")


def test_a_right_password_opens_and_is_never_shown(server: Any) -> None:
    engine = connect(f"postgres://guarded:a%20right%20p%40ss@127.0.0.1:{server.port}/postgres")
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT current_user")) == "guarded"
    with pytest.raises(Unavailable) as caught, reading(engine) as connection:
        connection.execute(text("SELECT nothing"))
    assert "right" not in f"{engine!r} {engine.url} {caught.value!r} {caught.value.__cause__!r}"
    engine.dispose()


def test_a_server_without_a_connection_left_is_told(server: Any, postgresql_url: str) -> None:
    name = make_url(postgresql_url).database
    server.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    server.execute("CREATE ROLE humble LOGIN")
    humble = make_url(postgresql_url).set(username="humble")
    assert "no connection left" in why(humble.render_as_string())


def test_what_takes_too_long_is_given_up(postgresql_url: str) -> None:
    engine = connect(f"{postgresql_url}?options=-c%20statement_timeout%3D50")
    with pytest.raises(Unavailable, match="too long"), reading(engine) as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    with reading(engine) as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "5s"
        assert connection.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        assert connection.scalar(text("SHOW application_name")) == "mailsettings"
    engine.dispose()


def test_missing_tables_and_rights_are_told(server: Any, empty_postgresql: str) -> None:
    engine = connect(empty_postgresql)
    with pytest.raises(Unavailable, match="db upgrade"), reading(engine) as connection:
        connection.execute(text("SELECT * FROM records"))
    engine.dispose()
    server.execute("CREATE ROLE reader LOGIN")
    engine = connect(make_url(empty_postgresql).set(username="reader").render_as_string())
    with pytest.raises(Unavailable, match="may not do that"):
        migrate(engine)
    engine.dispose()


def test_those_who_block_each_other_both_get_through_in_the_end(pg: Engine) -> None:
    with writing(pg) as connection:
        connection.execute(text("INSERT INTO deliveries VALUES ('a', 0), ('b', 0)"))
    both_hold = threading.Barrier(2)
    met = threading.Event()

    @persistent
    def cross(first: str, second: str) -> None:
        with writing(pg) as connection:
            add = text("UPDATE deliveries SET expires_at = expires_at + 1 WHERE key = :key")
            connection.execute(add, {"key": first})
            if not met.is_set():
                both_hold.wait(10)
                met.set()
            connection.execute(add, {"key": second})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(cross, ["a", "b"], ["b", "a"]))
    with reading(pg) as connection:
        assert connection.scalars(text("SELECT expires_at FROM deliveries")).all() == [2, 2]


def test_what_never_gets_through_is_given_up_in_the_end(pg: Engine) -> None:
    attempts = []

    @persistent
    def conflict() -> None:
        attempts.append(1)
        with writing(pg) as connection:
            failing = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
            connection.execute(text(failing))

    with pytest.raises(Undone, match="at the same time"):
        conflict()
    assert len(attempts) == 4


def test_a_server_that_was_restarted_is_used_again_without_a_hand(
    own_server: Any, kept: SealedStore[str], at: datetime
) -> None:
    kept.put("T1", "before", revision=0, by="U1", at=at)
    own_server.stop()
    with pytest.raises(Unavailable, match="No database server answers"):
        kept.get("T1")
    own_server.start()
    record = kept.get("T1")
    assert record is not None
    assert record.value == "before"
    kept.put("T1", "after", revision=1, by="U1", at=at)


def test_a_transaction_cut_off_in_the_middle_is_done_again(
    own_server: Any, kept: SealedStore[str], at: datetime
) -> None:
    attempts = []

    @persistent
    def put() -> None:
        with writing(kept.engine) as connection:
            attempts.append(connection.scalar(text("SELECT pg_backend_pid()")))
            if len(attempts) == 1:
                own_server.execute(f"SELECT pg_terminate_backend({attempts[0]})")
            connection.execute(text("INSERT INTO deliveries VALUES ('a', 1)"))

    put()
    assert len(attempts) == 2
    kept.put("T1", "after", revision=0, by="U1", at=at)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_nothing_acknowledged_is_lost_when_the_server_stops(
    own_server: Any, kept: SealedStore[str], at: datetime, how: signal.Signals
) -> None:
    acknowledged, enough = [0], threading.Event()

    def storm() -> None:
        while True:
            try:
                revision = acknowledged[0]
                kept.put("T1", "x" * 5000, revision=revision, by="U1", at=at, event=EVENT)
            except StorageError:
                return
            acknowledged[0] += 1
            if acknowledged[0] == 20:
                enough.set()

    writer = threading.Thread(target=storm)
    writer.start()
    assert enough.wait(60)
    own_server.stop(how)
    writer.join(60)
    own_server.start()
    record = kept.get("T1")
    assert record is not None
    assert record.revision in {acknowledged[0], acknowledged[0] + 1}
    log = AuditLog(kept.engine, kept.keyring)
    log.verify()
    assert log.latest("T1", 1)[0].number == record.revision


def test_a_standby_is_told_and_the_primary_after_it_is_found_without_a_hand(
    server: Any, pg: Engine
) -> None:
    name = pg.url.database
    with writing(pg) as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server.execute(f"SELECT pg_terminate_backend({pid})")
    insert = text("INSERT INTO deliveries VALUES ('a', 1)")
    with pytest.raises(Unavailable, match="standby"), writing(pg) as connection:
        connection.execute(insert)
    server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    # On a connection of before it would be refused still.
    with writing(pg) as connection:
        connection.execute(insert)


def test_the_line_for_a_backup_works_and_holds_no_password(
    server: Any, pg: Engine, tmp_path: Any
) -> None:
    copy = tmp_path / "a copy"
    url = pg.url.update_query_dict({"options": "-c lock_timeout=1", "sslmode": "disable"})
    line = dump_line(url.set(password="hunter2"), str(copy))
    assert "hunter2" not in line
    environ = {"PATH": f"{server.programs}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", line], check=True, env=environ)  # noqa: S603 - the line to be tried
    assert copy.read_bytes().startswith(b"PGDMP")
    assert copy.stat().st_mode & 0o777 == 0o600
