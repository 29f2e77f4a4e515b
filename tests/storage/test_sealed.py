import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage import keyring_file
from storage.audit import AuditLog, Event
from storage.database import writing
from storage.errors import KeyInUse, UnknownKey
from storage.keyring import Keyring, Keys, generate_key
from storage.keys import check_keys, count_by_key, give_up
from storage.records import SealedStore
from storage.runs import Runs, RunState
from storage.sealed import Progress, rewrap, take_stock

OLD, NEW = generate_key(), generate_key()
OLD_RING = Keyring.parse(f"primary {OLD}")
NEW_RING = Keyring.parse(f"primary {NEW}")
BOTH = Keyring.parse(f"accept {OLD}\nprimary {NEW}")

REWRAP = """
import sys
from pathlib import Path
from storage import keyring_file
from storage.database import connect
from storage.sealed import rewrap
def tell(progress):
    print(progress.sealed, flush=True)
    input()
rewrap(connect(sys.argv[1]), keyring_file.read(Path(sys.argv[2])), on_batch=tell)
"""


def store_of(engine: Engine, keyring: Keys) -> SealedStore[str]:
    return SealedStore(engine, keyring, kind="settings", dump=str.encode, load=bytes.decode)


def fill(engine: Engine, keyring: Keys, at: datetime, *, count: int = 3) -> None:
    """Write one of everything that is sealed, and *count* settings."""
    check_keys(engine, keyring, at=at)
    store = store_of(engine, keyring)
    for number in range(count):
        store.put(f"T{number}", f"value {number}", revision=0, by="U1", at=at)
    store.put("T0", "again", revision=1, by="U2", at=at, event=Event(actor="U2", action="x"))
    Runs(engine, keyring).add("T1", b"run", at=at)


def test_everything_is_sealed_anew_at_its_revision(engine: Engine, at: datetime) -> None:
    fill(engine, OLD_RING, at)
    before = store_of(engine, BOTH).get("T0")
    progress = rewrap(engine, BOTH)
    assert (progress.sealed, progress.left) == (6, 0)
    assert count_by_key(engine) == {NEW_RING.primary_id: 6}
    assert store_of(engine, NEW_RING).get("T0") == before
    [run] = Runs(engine, NEW_RING).newest("T1", (RunState.QUEUED,), count=2)
    assert run.payload == b"run"
    log = AuditLog(engine, NEW_RING)
    log.verify()
    log.append("T0", Event(actor="U1", action="x"), at=at)
    log.verify()
    check_keys(engine, NEW_RING, at=at)
    assert rewrap(engine, NEW_RING).sealed == 0


def test_an_old_key_opens_nothing_that_was_sealed_anew(engine: Engine, at: datetime) -> None:
    fill(engine, OLD_RING, at)
    rewrap(engine, BOTH)
    found = take_stock(engine, OLD_RING)
    assert found.broken.total() == found.kinds.total() == 6
    with pytest.raises(UnknownKey):
        store_of(engine, OLD_RING).get("T0")


def test_many_batches_are_one_rewrap_and_are_told(engine: Engine, at: datetime) -> None:
    fill(engine, OLD_RING, at, count=450)
    told: list[int] = []
    assert rewrap(engine, BOTH, on_batch=lambda each: told.append(each.sealed)).sealed == 453
    assert told[:2] == [200, 400]
    assert told[-1] == 453
    assert take_stock(engine, NEW_RING).kinds == {
        "settings": 450,
        "key-check": 1,
        "audit-head": 1,
        "run": 1,
    }


def test_what_cannot_be_opened_is_left_and_told_without_its_name(
    engine: Engine, at: datetime
) -> None:
    fill(engine, OLD_RING, at)
    lost = Keyring.parse(f"primary {generate_key()}")
    store_of(engine, lost).put("T9", "x", name="a-secret-link", revision=0, by="U1", at=at)
    with writing(engine) as connection:
        connection.execute(text("UPDATE records SET revision = 7 WHERE workspace = 'T2'"))
    progress = rewrap(engine, BOTH)
    assert (progress.sealed, progress.left) == (5, 2)
    assert progress.inventory.broken == {
        "changed outside this program": 1,
        f"sealed with the key {lost.primary_id}, which isn't in the keyring": 1,
    }
    assert progress.inventory.named == [
        "settings of workspace T2, revision 7",
        "settings of workspace T9, revision 1",
    ]
    assert "a-secret-link" not in repr(progress)
    stock = take_stock(engine, BOTH)
    assert stock.broken == progress.inventory.broken
    assert stock.kinds["settings"] == 4


def test_a_record_saved_meanwhile_is_not_lost(engine: Engine, at: datetime) -> None:
    fill(engine, OLD_RING, at, count=450)
    store = store_of(engine, BOTH)
    late = store_of(engine, OLD_RING)

    def save(progress: Progress) -> None:
        if progress.sealed == 200:
            store.put("T3", "mine", revision=1, by="U1", at=at)
            late.put("T449", "by a replica of before", revision=1, by="U1", at=at)
            late.put("T1", "and behind", revision=1, by="U1", at=at)

    assert rewrap(engine, BOTH, on_batch=save).left == 0
    new = store_of(engine, NEW_RING)
    for workspace, value in (
        ("T3", "mine"),
        ("T449", "by a replica of before"),
        ("T1", "and behind"),
    ):
        record = new.get(workspace)
        assert record is not None
        assert (record.value, record.revision) == (value, 2)


def test_a_rewrap_that_was_killed_is_started_again(
    engine: Engine,
    same_url: str,
    at: datetime,
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    file = tmp_path / "keyring"
    old = keyring_file.create(file)
    fill(engine, old, at, count=450)
    keyring_file.activate(file, keyring_file.add(file))
    ring = keyring_file.read(file)
    process = start(REWRAP, same_url, file)
    assert process.stdout is not None
    assert process.stdout.readline() == "200\n"
    process.kill()
    process.wait()
    counts = count_by_key(engine)
    assert counts[ring.primary_id] >= 200
    assert not take_stock(engine, ring).broken
    progress = rewrap(engine, ring)
    assert progress.sealed == counts[old.primary_id]
    keyring_file.remove(file, old.key_ids)
    assert not take_stock(engine, keyring_file.read(file)).broken


def test_a_key_that_something_needs_is_not_given_up(engine: Engine, at: datetime) -> None:
    fill(engine, OLD_RING, at)
    removed: list[bool] = []
    with pytest.raises(KeyInUse, match=rf"{OLD_RING.primary_id} \(6\)"):
        give_up(engine, [OLD_RING.primary_id], remove=lambda: removed.append(True))
    assert removed == []
    rewrap(engine, BOTH)
    give_up(engine, [OLD_RING.primary_id], remove=lambda: removed.append(True))
    assert removed == [True]
