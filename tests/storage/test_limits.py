from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from storage.database import reading, writing
from storage.limits import Limit, RateLimits

MINUTE = timedelta(minutes=1)
PERSON = Limit(count=5, period=MINUTE)
WORKSPACE = Limit(count=30, period=timedelta(hours=1))

TAKE = """
import sys
from datetime import datetime, timedelta, UTC
from storage.database import connect
from storage.limits import Limit, RateLimits
limits = RateLimits(connect(sys.argv[1]))
limit = Limit(count=30, period=timedelta(hours=1))
print("ready", flush=True)
input()
answers = [limits.take({"workspace:T1": limit}, now=datetime.now(UTC)) for _ in range(20)]
print(answers.count(None))
"""


@pytest.fixture
def limits(engine: Engine) -> RateLimits:
    return RateLimits(engine)


def test_the_sixth_in_a_minute_waits_until_the_first_is_a_minute_old(
    limits: RateLimits, at: datetime
) -> None:
    for second in range(5):
        assert limits.take({"U1": PERSON}, now=at + timedelta(seconds=second)) is None
    wait = limits.take({"U1": PERSON}, now=at + timedelta(seconds=10))
    assert wait == timedelta(seconds=50)
    early = at + timedelta(seconds=60) - timedelta(microseconds=1)
    assert limits.take({"U1": PERSON}, now=early) == timedelta(microseconds=1)
    assert limits.take({"U1": PERSON}, now=at + timedelta(seconds=60)) is None
    assert limits.take({"U1": PERSON}, now=at + timedelta(seconds=60)) == timedelta(seconds=1)


def test_keys_are_counted_apart(limits: RateLimits, at: datetime) -> None:
    for _ in range(5):
        limits.take({"U1": PERSON}, now=at)
    assert limits.take({"U1": PERSON}, now=at) == MINUTE
    assert limits.take({"U2": PERSON}, now=at) is None


def test_what_one_key_refuses_is_counted_under_none(limits: RateLimits, at: datetime) -> None:
    keys = {"U1": PERSON, "T1": WORKSPACE}
    for _ in range(9):
        limits.take(keys, now=at)
    others = [limits.take({f"U{n}": PERSON, "T1": WORKSPACE}, now=at) for n in range(2, 50)]
    assert others.count(None) == 25


def test_the_longest_wait_is_told(limits: RateLimits, at: datetime) -> None:
    for _ in range(5):
        limits.take({"U1": PERSON}, now=at)
    limits.take({"T1": Limit(count=1, period=timedelta(hours=1))}, now=at)
    keys = {"U1": PERSON, "T1": Limit(count=1, period=timedelta(hours=1))}
    assert limits.take(keys, now=at) == timedelta(hours=1)


def test_a_limit_that_was_lowered_counts_what_went_before(limits: RateLimits, at: datetime) -> None:
    for second in range(4):
        limits.take({"U1": PERSON}, now=at + timedelta(seconds=second))
    lower = Limit(count=2, period=MINUTE)
    assert limits.take({"U1": lower}, now=at + timedelta(seconds=3)) == timedelta(seconds=59)


def test_no_keys_are_no_limit(limits: RateLimits, at: datetime) -> None:
    assert limits.take({}, now=at) is None


def test_a_clock_a_little_ahead_is_counted_and_one_far_ahead_is_not(
    limits: RateLimits, at: datetime
) -> None:
    one = Limit(count=1, period=MINUTE)
    limits.take({"U1": one}, now=at + timedelta(seconds=2))
    assert limits.take({"U1": one}, now=at) == timedelta(seconds=62)
    limits.take({"U2": one}, now=at + timedelta(days=365))
    assert limits.take({"U2": one}, now=at) is None


def test_what_counts_no_more_is_deleted(limits: RateLimits, at: datetime) -> None:
    limits.take({"U1": PERSON, "T1": WORKSPACE}, now=at)
    limits.take({"U2": PERSON}, now=at + MINUTE)
    with reading(limits.engine) as connection:
        keys = connection.scalars(text("SELECT key FROM rate_limits ORDER BY key")).all()
    assert keys == ["T1", "U2"]


@pytest.mark.parametrize(("count", "period"), [(0, MINUTE), (-1, MINUTE), (1, timedelta(0))])
def test_a_limit_that_lets_nothing_through_is_a_mistake(count: int, period: timedelta) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Limit(count=count, period=period)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings.default.max_examples * 2 // 5,
)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.integers(1, 4), st.integers(1, 30))
def test_no_stretch_of_time_ever_has_more(
    engine: Engine, steps: list[int], count: int, seconds: int
) -> None:
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM rate_limits"))
    limits, now = RateLimits(engine), datetime(2026, 11, 23, tzinfo=UTC)
    limit = Limit(count=count, period=timedelta(seconds=seconds))
    let_through: list[datetime] = []
    for step in steps:
        now += timedelta(seconds=step)
        lately = [each for each in let_through if now - each < limit.period]
        wait = limits.take({"key": limit}, now=now)
        assert (wait is None) is (len(lately) < count)
        if wait is None:
            let_through.append(now)
        else:
            assert now + wait == lately[-count] + limit.period


@pytest.mark.usefixtures("engine")
def test_processes_share_the_limit(same_url: str, crowd: Callable[..., list[str]]) -> None:
    assert sum(map(int, crowd(TAKE, same_url, count=4))) == 30
