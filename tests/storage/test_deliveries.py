from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from storage.database import reading
from storage.deliveries import Deliveries

KEEP = timedelta(minutes=10)

ONCE = """
import sys
from datetime import datetime, timedelta, UTC
from storage.database import connect
from storage.deliveries import Deliveries
deliveries = Deliveries(connect(sys.argv[1]))
print("ready", flush=True)
input()
keep = timedelta(hours=1)
print(sum(deliveries.once(f"Ev{n}", now=datetime.now(UTC), keep=keep) for n in range(20)))
"""


@pytest.fixture
def deliveries(engine: Engine) -> Deliveries:
    return Deliveries(engine)


def test_a_delivery_is_new_once(deliveries: Deliveries, at: datetime) -> None:
    assert deliveries.once("Ev1", now=at, keep=KEEP)
    assert not deliveries.once("Ev1", now=at, keep=KEEP)
    assert deliveries.once("Ev2", now=at, keep=KEEP)


def test_a_delivery_is_remembered_as_long_as_asked_and_then_deleted(
    deliveries: Deliveries, at: datetime
) -> None:
    deliveries.once("Ev1", now=at, keep=KEEP)
    assert not deliveries.once("Ev1", now=at + KEEP - timedelta(microseconds=1), keep=KEEP)
    assert deliveries.once("Ev2", now=at + KEEP, keep=KEEP)
    with reading(deliveries.engine) as connection:
        assert connection.scalars(text("SELECT key FROM deliveries")).all() == ["Ev2"]
    assert deliveries.once("Ev1", now=at + KEEP, keep=KEEP)


@pytest.mark.usefixtures("engine")
def test_of_many_processes_one_sees_a_delivery_first(
    same_url: str, crowd: Callable[..., list[str]]
) -> None:
    assert sum(map(int, crowd(ONCE, same_url, count=4))) == 20
