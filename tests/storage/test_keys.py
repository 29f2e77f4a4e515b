from datetime import datetime

import pytest
from sqlalchemy import Engine, text

from storage.database import writing
from storage.errors import InvalidEnvelope, UnknownKeys
from storage.keyring import Keyring, generate_key
from storage.keys import check_keys, count_by_key, has_records, unknown_keys
from storage.records import SealedStore
from storage.runs import Runs

OLD, NEW = generate_key(), generate_key()
OLD_RING = Keyring.parse(f"primary {OLD}")
NEW_RING = Keyring.parse(f"primary {NEW}")
BOTH = Keyring.parse(f"primary {NEW}\naccept {OLD}")


def test_a_new_database_has_nothing_sealed(engine: Engine) -> None:
    assert not has_records(engine)
    assert count_by_key(engine) == {}


def test_the_first_start_seals_one_record_that_ties_the_keyring(
    engine: Engine, at: datetime
) -> None:
    check_keys(engine, OLD_RING, at=at)
    check_keys(engine, OLD_RING, at=at)
    assert has_records(engine)
    assert count_by_key(engine) == {OLD_RING.primary_id: 1}


def test_another_keyring_is_refused_with_what_is_wanted(engine: Engine, at: datetime) -> None:
    check_keys(engine, OLD_RING, at=at)
    with pytest.raises(UnknownKeys) as caught:
        check_keys(engine, NEW_RING, at=at)
    assert caught.value.wanted == (OLD_RING.primary_id,)
    assert caught.value.found == (NEW_RING.primary_id,)
    for key_id in (OLD_RING.primary_id, NEW_RING.primary_id):
        assert key_id in str(caught.value)


def test_a_keyring_with_the_old_and_a_new_key_is_welcome(engine: Engine, at: datetime) -> None:
    check_keys(engine, OLD_RING, at=at)
    Runs(engine, BOTH).add("T1", b"x", at=at)
    check_keys(engine, BOTH, at=at)
    assert count_by_key(engine) == {OLD_RING.primary_id: 1, NEW_RING.primary_id: 1}


def test_a_key_that_only_a_run_needs_is_wanted_too(engine: Engine, at: datetime) -> None:
    check_keys(engine, OLD_RING, at=at)
    Runs(engine, NEW_RING).add("T1", b"x", at=at)
    with pytest.raises(UnknownKeys) as caught:
        check_keys(engine, OLD_RING, at=at)
    assert caught.value.wanted == (NEW_RING.primary_id,)


@pytest.mark.parametrize("table", ["records", "runs"])
def test_a_key_whose_records_do_not_open_is_refused(
    engine: Engine, at: datetime, table: str
) -> None:
    if table == "records":
        store = SealedStore(engine, OLD_RING, kind="settings", dump=str.encode, load=bytes.decode)
        store.put("T1", "a", revision=0, by="U1", at=at)
    else:
        Runs(engine, OLD_RING).add("T1", b"x", at=at)
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {table} SET workspace = 'T2'"))  # noqa: S608 - ours
    with pytest.raises(InvalidEnvelope):
        check_keys(engine, OLD_RING, at=at)


def test_the_keys_that_a_keyring_lacks_are_named(engine: Engine, at: datetime) -> None:
    assert unknown_keys(engine, NEW_RING) == ()
    check_keys(engine, OLD_RING, at=at)
    Runs(engine, BOTH).add("T1", b"x", at=at)
    assert unknown_keys(engine, BOTH) == ()
    assert unknown_keys(engine, NEW_RING) == (OLD_RING.primary_id,)
    assert unknown_keys(engine, OLD_RING) == (NEW_RING.primary_id,)


def test_one_damaged_record_keeps_nobody_from_the_others(engine: Engine, at: datetime) -> None:
    store = SealedStore(engine, OLD_RING, kind="settings", dump=str.encode, load=bytes.decode)
    store.put("T1", "a", revision=0, by="U1", at=at)
    with writing(engine) as connection:
        connection.execute(text("UPDATE records SET workspace = 'T2'"))
    Runs(engine, NEW_RING).add("T1", b"x", at=at)
    check_keys(engine, BOTH, at=at)
