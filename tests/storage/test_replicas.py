from datetime import timedelta

from sqlalchemy import Engine, update

from storage.clock import SharedClock
from storage.database import writing
from storage.keyring import Keyring, generate_key
from storage.replicas import Replicas
from storage.tables import replicas as table

OLD, NEW = generate_key(), generate_key()
OLD_RING = Keyring.parse(f"primary {OLD}")
BOTH = Keyring.parse(f"accept {OLD}\nprimary {NEW}")


def age(engine: Engine, replica_id: str, seconds: int) -> None:
    """Have a replica be seen earlier than it was."""
    with writing(engine) as connection:
        [seen_at] = connection.scalars(
            table.select().with_only_columns(table.c.seen_at).where(table.c.id == replica_id)
        )
        earlier = seen_at - timedelta(seconds=seconds)
        connection.execute(update(table).where(table.c.id == replica_id).values(seen_at=earlier))


def test_each_replica_says_what_keys_it_holds(engine: Engine) -> None:
    replicas = Replicas(engine)
    assert replicas.alive() == ()
    replicas.beat("b", BOTH)
    replicas.beat("a", OLD_RING)
    first, second = replicas.alive()
    assert (first.id, first.primary_id, first.key_ids) == (
        "a",
        OLD_RING.primary_id,
        OLD_RING.key_ids,
    )
    assert (second.id, second.primary_id, second.key_ids) == ("b", BOTH.primary_id, BOTH.key_ids)
    replicas.beat("a", BOTH)
    assert replicas.alive()[0].primary_id == BOTH.primary_id
    replicas.leave("a")
    assert [each.id for each in replicas.alive()] == ["b"]


def test_a_replica_not_seen_for_a_minute_counts_no_more(engine: Engine) -> None:
    replicas = Replicas(engine)
    replicas.beat("old", BOTH)
    replicas.beat("new", BOTH)
    age(engine, "old", 61)
    age(engine, "new", 50)
    assert [each.id for each in replicas.alive()] == ["new"]
    replicas.beat("new", BOTH)
    with engine.connect() as connection:
        assert connection.scalars(table.select().with_only_columns(table.c.id)).all() == ["new"]


def test_a_process_is_known_as_long_as_it_runs(engine: Engine) -> None:
    replicas = Replicas(engine)
    with replicas.beating(BOTH, clock=SharedClock(engine)) as replica_id:
        assert [each.id for each in replicas.alive()] == [replica_id]
    assert replicas.alive() == ()
