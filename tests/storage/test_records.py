import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage import keyring_file
from storage.audit import AuditLog, Event
from storage.database import check_soundness, connect, reading, writing
from storage.errors import BrokenChain, InvalidEnvelope, StaleRevision, Unavailable, UnknownKey
from storage.keyring import Keyring, generate_key
from storage.records import SealedStore, Trail

Store = SealedStore[str]
only_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

OPEN = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from storage import keyring_file
from storage.audit import Event
from storage.database import connect
from storage.schema import migrate
from storage.errors import StaleRevision
from storage.records import SealedStore
store = SealedStore(connect(sys.argv[1]), keyring_file.read(Path(sys.argv[2])), kind="settings",
                    dump=str.encode, load=bytes.decode)
at = datetime.now(UTC)
event = Event(actor="U1", action="settings.save")
"""

STORM = (
    OPEN
    + """
revision = 0
while True:
    store.put("T1", "x" * 5000, revision=revision, by="U1", at=at, event=event)
    revision += 1
    print(revision, flush=True)
"""
)

SAVE_ONCE = (
    OPEN
    + """
print("ready", flush=True)
input()
try:
    store.put("T1", "mine", revision=1, by="U1", at=at, event=event)
    print("won")
except StaleRevision as problem:
    print("stale", problem.changed_by, problem.revision)
"""
)

TAKE = (
    OPEN
    + """
print("ready", flush=True)
input()
print(store.take("T1", "link"))
"""
)


def test_what_was_put_comes_back(store: Store, at: datetime) -> None:
    put = store.put("T1", "value", revision=0, by="U1", at=at)
    assert put == store.get("T1")
    assert (put.value, put.revision, put.changed_by, put.changed_at) == ("value", 1, "U1", at)


def test_what_was_never_put_is_none(store: Store) -> None:
    assert store.get("T1") is None
    assert store.take("T1") is None
    assert store.names("T1") == ()
    assert store.every("T1") == {}


def test_workspaces_kinds_and_names_are_apart(store: Store, at: datetime) -> None:
    other_kind = replace(store, kind="draft")
    store.put("T1", "a", revision=0, by="U1", at=at)
    store.put("T2", "b", revision=0, by="U1", at=at)
    store.put("T1", "c", name="n", revision=0, by="U1", at=at)
    other_kind.put("T1", "d", revision=0, by="U1", at=at)
    found = [store.get("T1"), store.get("T2"), store.get("T1", "n"), other_kind.get("T1")]
    assert [record.value for record in found if record] == ["a", "b", "c", "d"]
    assert store.names("T1") == ("", "n")
    assert store.every("T1") == {"": found[0], "n": found[2]}


def test_a_record_of_a_revision_that_was_read_is_replaced(store: Store, at: datetime) -> None:
    store.put("T1", "old", revision=0, by="U1", at=at)
    later = at + timedelta(days=1)
    put = store.put("T1", "new", revision=1, by="U2", at=later)
    assert put == store.get("T1")
    assert (put.value, put.revision, put.changed_by, put.changed_at) == ("new", 2, "U2", later)


@pytest.mark.parametrize("revision", [0, 2, 7, -1])
def test_a_record_of_another_revision_is_kept_and_its_author_named(
    store: Store, at: datetime, revision: int
) -> None:
    put = store.put("T1", "theirs", revision=0, by="U1", at=at)
    with pytest.raises(StaleRevision) as caught:
        store.put("T1", "mine", revision=revision, by="U2", at=at + timedelta(1))
    assert (caught.value.revision, caught.value.changed_by) == (1, "U1")
    assert caught.value.changed_at == at
    assert store.get("T1") == put


def test_a_record_deleted_meanwhile_is_not_made_again(store: Store, at: datetime) -> None:
    with pytest.raises(StaleRevision) as caught:
        store.put("T1", "mine", revision=1, by="U2", at=at)
    assert (caught.value.revision, caught.value.changed_by) == (0, None)
    assert caught.value.changed_at is None
    assert store.get("T1") is None


def test_an_event_is_written_with_the_record_and_only_with_it(store: Store, at: datetime) -> None:
    log = AuditLog(store.engine, store.keyring)
    event = Event(actor="U1", action="settings.save", detail={"changed": ["host"]})
    store.put("T1", "a", revision=0, by="U1", at=at, event=event)
    with pytest.raises(StaleRevision):
        store.put("T1", "b", revision=0, by="U1", at=at, event=event)
    assert store.delete("T1", at=at, event=replace(event, action="settings.delete"))
    assert not store.delete("T1", at=at, event=replace(event, action="settings.delete"))
    assert [each.action for each in log.latest("T1", 9)] == ["settings.delete", "settings.save"]
    log.verify()


def test_a_record_can_be_deleted_without_an_event(store: Store, at: datetime) -> None:
    store.put("T1", "a", revision=0, by="U1", at=at)
    assert store.delete("T1", at=at)
    assert store.get("T1") is None


def test_a_record_is_taken_once(store: Store, at: datetime) -> None:
    put = store.put("T1", "a", name="n", revision=0, by="U1", at=at)
    assert store.take("T1", "n") == put
    assert store.take("T1", "n") is None


def test_records_not_changed_for_long_are_purged(store: Store, at: datetime) -> None:
    store.put("T1", "old", name="1", revision=0, by="U1", at=at - timedelta(minutes=31))
    store.put("T2", "new", name="2", revision=0, by="U1", at=at - timedelta(minutes=30))
    replace(store, kind="other").put("T1", "", revision=0, by="U1", at=at - timedelta(1))
    assert store.purge(at - timedelta(minutes=30)) == 1
    assert store.names("T1") == ()
    assert store.names("T2") == ("2",)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'draft' WHERE workspace = 'T1'",
        "workspace = 'T3' WHERE workspace = 'T1'",
        "name = 'n' WHERE workspace = 'T1'",
        "revision = 1 WHERE workspace = 'T1'",
        "envelope = (SELECT envelope FROM records WHERE workspace = 'T2') WHERE workspace = 'T1'",
        "key_id = 'bab2514fc3c2' WHERE workspace = 'T1'",
        "envelope = zeroblob(99) WHERE workspace = 'T1'",
        "envelope = x'' WHERE workspace = 'T1'",
        "envelope = hex(envelope) WHERE workspace = 'T1'",
    ],
)
def test_a_row_that_was_moved_or_changed_is_refused_and_kept(
    store: Store, at: datetime, change: str, spelled: Callable[[str], str]
) -> None:
    store.put("T1", "a", revision=0, by="U1", at=at)
    store.put("T1", "a", revision=1, by="U1", at=at)
    store.put("T2", "b", revision=0, by="U1", at=at)
    with writing(store.engine) as connection:
        connection.execute(text(spelled(f"UPDATE records SET {change}")))  # noqa: S608 - written above
        rows = connection.execute(text("SELECT * FROM records")).all()
    moved = replace(store, kind="draft") if "kind" in change else store
    workspace = "T3" if "workspace = 'T3'" in change else "T1"
    name = "n" if "name" in change else ""
    for read in (moved.get, moved.take):
        with pytest.raises(InvalidEnvelope):
            read(workspace, name)
    with reading(store.engine) as connection:
        assert connection.execute(text("SELECT * FROM records")).all() == rows


def test_a_record_of_an_unknown_key_is_refused(store: Store, at: datetime) -> None:
    store.put("T1", "a", revision=0, by="U1", at=at)
    other = replace(store, keyring=Keyring.parse(f"primary {generate_key()}"))
    with pytest.raises(UnknownKey):
        other.get("T1")


@only_sqlite
def test_no_secret_is_in_the_files(store: Store, at: datetime, path: Path) -> None:
    for revision in range(3):
        store.put("T1", "correct horse battery", revision=revision, by="U1", at=at)
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE records SET changed_by = 'U2'"))
        content = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert b"U1" in content
    assert b"horse" not in content


def test_no_secret_is_in_a_repr(store: Store, at: datetime) -> None:
    put = store.put("T1", "v", name="link-token", revision=0, by="U1", at=at)
    assert "link-token" not in f"{store!r} {put!r}"


def test_a_locked_database_stores_nothing(store: Store, impatient: Engine, at: datetime) -> None:
    hasty = replace(store, engine=impatient)
    with writing(store.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE records"))
        with pytest.raises(Unavailable, match="locked"):
            hasty.put("T1", "a", revision=0, by="U1", at=at)
    assert store.get("T1") is None


def test_of_many_savers_of_one_revision_one_wins(
    store: Store, at: datetime, same_url: str, tmp_path: Path, crowd: Callable[..., list[str]]
) -> None:
    ring = tmp_path / "keyring.txt"
    store = replace(store, keyring=keyring_file.create(ring))
    store.put("T1", "before", revision=0, by="U0", at=at)
    said = crowd(SAVE_ONCE, same_url, ring, count=4)
    assert sorted(said) == [*["stale U1 2"] * 3, "won"]
    assert store.get("T1").revision == 2
    assert len(AuditLog(store.engine, store.keyring).latest("T1", 9)) == 1


def test_of_many_takers_of_one_record_one_gets_it(
    store: Store, at: datetime, same_url: str, tmp_path: Path, crowd: Callable[..., list[str]]
) -> None:
    ring = tmp_path / "keyring.txt"
    store = replace(store, keyring=keyring_file.create(ring))
    store.put("T1", "password", name="link", revision=0, by="U0", at=at)
    said = crowd(TAKE, same_url, ring, count=4)
    assert sorted(said)[:3] == ["None"] * 3
    assert "password" in sorted(said)[3]


@pytest.mark.parametrize("acknowledged", [1, 20, 61])
def test_every_acknowledged_record_survives_a_killed_process(
    engine: Engine,
    same_url: str,
    tmp_path: Path,
    acknowledged: int,
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    engine.dispose()
    ring = tmp_path / "keyring.txt"
    keyring = keyring_file.create(ring)
    process = start(STORM, same_url, ring)
    assert process.stdout is not None
    for _ in range(acknowledged):
        said = process.stdout.readline()
    process.kill()
    said = (process.stdout.read().splitlines() or [said])[-1]
    process.wait()

    engine = connect(same_url)
    check_soundness(engine)
    store = SealedStore(engine, keyring, kind="settings", dump=str.encode, load=bytes.decode)
    record = store.get("T1")
    assert record is not None
    assert record.value == "x" * 5000
    assert record.revision in {int(said), int(said) + 1}
    log = AuditLog(engine, keyring)
    log.verify()
    assert log.latest("T1", 1)[0].number == record.revision
    engine.dispose()


@pytest.fixture
def trailing(engine: Engine, keyring: Keyring) -> Store:
    """A store that keeps its three newest values beside it, in capitals."""
    trail = Trail(kind="former", dump=lambda value: value.upper().encode(), newest=3)
    return SealedStore(
        engine, keyring, kind="settings", dump=str.encode, load=bytes.decode, trail=trail
    )


@pytest.fixture
def former(engine: Engine, keyring: Keyring) -> Store:
    return SealedStore(engine, keyring, kind="former", dump=str.encode, load=bytes.decode)


def test_a_trail_keeps_the_newest_values(trailing: Store, former: Store, at: datetime) -> None:
    for revision, value in enumerate("abcde"):
        trailing.put("T1", value, revision=revision, by="U1", at=at)
    trailing.put("T2", "other", revision=0, by="U2", at=at)
    assert former.names("T1") == ("3", "4", "5")
    kept = former.get("T1", "4")
    assert kept is not None
    assert (kept.value, kept.changed_by, kept.changed_at) == ("D", "U1", at)


def test_what_is_not_saved_leaves_no_trail(
    trailing: Store, former: Store, at: datetime, keyring: Keyring
) -> None:
    trailing.put("T1", "a", revision=0, by="U1", at=at)
    with pytest.raises(StaleRevision):
        trailing.put("T1", "b", revision=0, by="U1", at=at)
    log = AuditLog(trailing.engine, keyring)
    event = Event(actor="U1", action="settings.save")
    log.append("T1", event, at=at)
    with writing(trailing.engine) as connection:
        connection.execute(text("DELETE FROM records WHERE kind = 'audit-head'"))
    with pytest.raises(BrokenChain):
        trailing.put("T1", "b", revision=1, by="U1", at=at, event=event)
    assert former.names("T1") == ("1",)


def test_with_the_record_its_trail_goes(trailing: Store, former: Store, at: datetime) -> None:
    for workspace in ("T1", "T2"):
        trailing.put(workspace, "a", revision=0, by="U1", at=at)
    trailing.put("T1", "b", revision=1, by="U1", at=at)
    assert trailing.delete("T1", at=at)
    assert (former.names("T1"), former.names("T2")) == ((), ("1",))
    trailing.put("T1", "anew", revision=0, by="U1", at=at)
    assert former.names("T1") == ("1",)
