"""Many at once, on both kinds of database: nothing lost, nothing done twice, nobody stuck."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from storage.audit import AuditLog, Event
from storage.database import reading
from storage.deliveries import Deliveries
from storage.keyring import Keyring
from storage.limits import Limit, RateLimits
from storage.records import SealedStore
from storage.runs import Runs, RunState

SECOND = timedelta(seconds=1)


@pytest.fixture
def runs(engine: Engine, keyring: Keyring) -> Runs:
    return Runs(engine, keyring)


def deadlocks(engine: Engine) -> int:
    """Return how often PostgreSQL had to undo one for another."""
    if engine.dialect.name == "sqlite":
        return 0
    with reading(engine) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(connection.scalar(text(query)))


def test_changes_of_one_run_are_done_one_after_the_other(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"0", at=at)

    def count(_number: int) -> None:
        for _ in range(5):
            runs.change(run.id, lambda payload: str(int(payload) + 1).encode(), at=at)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))
    assert runs.get(run.id).payload == b"40"


def test_a_step_that_many_try_is_done_by_one(runs: Runs, at: datetime) -> None:
    ids = [runs.add("T1", b"x", at=at).id for _ in range(10)]

    def step(_number: int) -> int:
        steps = {"expect": RunState.QUEUED, "to": RunState.RUNNING, "at": at}
        return sum(runs.advance(each, **steps) for each in ids)

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(step, range(6))) == 10


def test_each_run_that_is_due_is_claimed_by_one(runs: Runs, at: datetime) -> None:
    for _ in range(30):
        runs.add("T1", b"x", at=at, owner="dead", lease=timedelta(0))

    def claim(number: int) -> list[str]:
        claimed: list[str] = []
        while found := runs.claim_due(now=at, lease=60 * SECOND, owner=str(number)):
            claimed += found
        return claimed

    with ThreadPoolExecutor(6) as threads:
        claimed = [each for found in threads.map(claim, range(6)) for each in found]
    claimed += claim(0)  # those that others held at the moment
    assert len(claimed) == len(set(claimed)) == 30


def test_limits_whose_moments_run_out_meanwhile_block_nobody(engine: Engine, at: datetime) -> None:
    limits = RateLimits(engine)
    once = Limit(count=1, period=SECOND / 10)

    def take(number: int) -> None:
        for step in range(8):
            keys = {f"U{(number + step) % 3}": once, f"T{(number * step) % 3}": once}
            limits.take(keys, now=at + step * SECOND)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take, range(4)))
    assert deadlocks(engine) == 0


def test_deliveries_forgotten_meanwhile_are_seen_by_one_again(engine: Engine, at: datetime) -> None:
    deliveries = Deliveries(engine)
    for number in range(20):
        deliveries.once(f"Ev{number}", now=at, keep=SECOND)
    later = at + 2 * SECOND

    def once(_number: int) -> int:
        return sum(deliveries.once(f"Ev{n}", now=later, keep=SECOND) for n in range(20))

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(once, range(6))) == 20
    assert deadlocks(engine) == 0


def test_a_log_that_is_written_meanwhile_is_verified(
    engine: Engine, keyring: Keyring, at: datetime
) -> None:
    log, over = AuditLog(engine, keyring), threading.Event()

    def write(number: int) -> None:
        for _ in range(15):
            log.append(f"T{number % 2}", Event(actor="U1", action="test"), at=at)

    def verify() -> None:
        while not over.is_set():
            log.verify()

    with ThreadPoolExecutor(5) as threads:
        verifying = threads.submit(verify)
        list(threads.map(write, range(4)))
        over.set()
        verifying.result()
    log.verify()
    assert deadlocks(engine) == 0


def test_purges_and_saves_at_once_block_nobody(store: SealedStore[str], at: datetime) -> None:
    def work(number: int) -> None:
        for step in range(10):
            moment = at + step * SECOND
            name = f"{number} {step}"
            store.put("T1", "a", name=name, revision=0, by="U1", at=moment)
            store.purge(moment - SECOND)

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(work, range(5)))
    store.purge(at + 60 * SECOND)
    assert store.names("T1") == ()
    assert deadlocks(store.engine) == 0


def test_names_come_in_the_order_of_their_characters(store: SealedStore[str], at: datetime) -> None:
    names = ("", "B", "Z", "_", "a", "b", "ä")
    for name in reversed(names):
        store.put("T1", "x", name=name, revision=0, by="U1", at=at)
    assert store.names("T1") == names
