"""To whom runs belong, for how long, and who gets them then. On both databases.

The moments are the database's own on PostgreSQL, and the caller's on SQLite: what the tests call
`now` is wrong on purpose where that must not matter.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text, update

from storage import migrations
from storage.database import connect, writing
from storage.keyring import Context, Keyring, generate_key, key_id
from storage.runs import Runs, RunState
from storage.schema import migrate
from storage.tables import runs as table

MINUTE = timedelta(minutes=1)
LONG = timedelta(hours=1)


class Time:
    """The time by which leases go: ours, or PostgreSQL's, which goes by itself.

    There, when time is to pass, everything becomes due so much earlier.
    """

    def __init__(self, engine: Engine, now: datetime) -> None:
        self.engine, self.now = engine, now

    def passes(self, span: timedelta) -> None:
        self.now += span
        if self.engine.dialect.name == "postgresql":
            earlier = text("UPDATE runs SET due_at = due_at - :span")
            with writing(self.engine) as connection:
                connection.execute(earlier, {"span": span // timedelta(microseconds=1)})


@pytest.fixture
def time(engine: Engine, at: datetime) -> Time:
    return Time(engine, at)


@pytest.fixture
def runs(engine: Engine, keyring: Keyring) -> Runs:
    return Runs(engine, keyring)


def claim(runs: Runs, time: Time, owner: str, lease: timedelta = MINUTE) -> tuple[str, ...]:
    return runs.claim_due(now=time.now, lease=lease, owner=owner)


def test_a_run_is_its_owners_until_the_lease_is_over(runs: Runs, time: Time) -> None:
    run = runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE)
    runs.add("T1", b"nobody will ever ask for it", at=time.now, owner="a")
    assert claim(runs, time, "b") == ()
    time.passes(MINUTE)
    assert claim(runs, time, "b") == (run.id,)
    assert claim(runs, time, "c") == ()
    found = runs.get(run.id)
    assert found is not None
    assert (found.owner, found.told) == ("b", False)
    time.passes(MINUTE)
    assert claim(runs, time, "c") == (run.id,)


def test_a_sign_of_life_keeps_it_and_tells_what_is_lost(runs: Runs, time: Time) -> None:
    mine, lost = (runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE) for _ in range(2))
    time.passes(MINUTE * 0.9)
    assert runs.extend((mine.id,), owner="a", now=time.now, lease=MINUTE) == ()
    time.passes(MINUTE * 0.9)
    assert claim(runs, time, "b") == (lost.id,)
    both = (mine.id, lost.id, "gone")
    assert runs.extend(both, owner="a", now=time.now, lease=LONG) == (lost.id,)
    time.passes(MINUTE)
    assert claim(runs, time, "c") == (lost.id,), "the other's lease was not touched"


def test_who_lost_a_run_does_no_step_of_it_any_more(runs: Runs, time: Time) -> None:
    run = runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE)
    time.passes(MINUTE)
    claim(runs, time, "b")
    before = runs.get(run.id)
    step = {"expect": RunState.QUEUED, "to": RunState.RUNNING, "at": time.now}
    assert not runs.advance(run.id, **step, owner="a")
    assert runs.change(run.id, lambda _: b"y", at=time.now, owner="a") is None
    runs.tell(run.id, now=time.now, owner="a")
    assert runs.get(run.id) == before
    assert runs.advance(run.id, **step, owner="b")
    assert runs.change(run.id, lambda _: b"y", at=time.now, owner="b") == b"y"
    runs.tell(run.id, now=time.now, owner="b")
    found = runs.get(run.id)
    assert found is not None
    assert (found.state, found.payload, found.told) == (RunState.RUNNING, b"y", True)


def test_a_run_that_was_told_is_due_again_when_that_was_said_and_no_sooner(
    runs: Runs, time: Time
) -> None:
    run, other = (runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE) for _ in range(2))
    runs.tell(run.id, now=time.now, again=10 * MINUTE)
    runs.tell(other.id, now=time.now)
    assert runs.extend((run.id, other.id), owner="a", now=time.now, lease=MINUTE) == ()
    time.passes(9 * MINUTE)
    assert claim(runs, time, "b") == ()
    time.passes(MINUTE)
    assert claim(runs, time, "b") == (run.id,)
    runs.settle(run.id)
    time.passes(LONG)
    assert claim(runs, time, "b") == ()


def test_of_what_is_claimed_the_untold_are_due_again_sooner(runs: Runs, time: Time) -> None:
    run, other = (runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE) for _ in range(2))
    runs.tell(other.id, now=time.now, again=MINUTE)
    time.passes(MINUTE)
    claimed = runs.claim_due(now=time.now, lease=MINUTE, told_lease=3 * MINUTE, owner="b")
    assert set(claimed) == {run.id, other.id}
    time.passes(MINUTE)
    assert claim(runs, time, "c") == (run.id,)
    time.passes(2 * MINUTE)
    assert set(claim(runs, time, "c", LONG)) == {run.id, other.id}


def test_a_change_may_take_a_run_to_a_state_in_which_nothing_is_due(runs: Runs, time: Time) -> None:
    run = runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE)
    assert runs.change(run.id, lambda payload: payload + b"y", at=time.now) == b"xy"
    runs.change(run.id, lambda payload: payload + b"z", at=time.now, to=RunState.CONFIRMED)
    found = runs.get(run.id)
    assert found is not None
    assert (found.state, found.payload) == (RunState.CONFIRMED, b"xyz")
    time.passes(LONG)
    assert claim(runs, time, "b") == ()


def test_what_was_left_by_who_is_gone_is_due_at_once(runs: Runs, time: Time) -> None:
    run, told = (runs.add("T1", b"x", at=time.now, owner="a", lease=LONG) for _ in range(2))
    runs.tell(told.id, now=time.now, again=LONG)
    runs.abandon(now=time.now)
    time.passes(timedelta(0))
    assert claim(runs, time, "b") == (run.id,)


def test_a_run_that_cannot_be_opened_is_claimed_with_the_others(runs: Runs, time: Time) -> None:
    made = [runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE).id for _ in range(2)]
    with writing(runs.engine) as connection:
        connection.execute(update(table).where(table.c.id == made[0]).values(envelope=b""))
    time.passes(MINUTE)
    assert sorted(claim(runs, time, "b")) == sorted(made)


def test_what_our_keyring_cannot_open_is_left_to_those_who_can(
    runs: Runs, engine: Engine, time: Time
) -> None:
    newer = Runs(engine, Keyring.parse(f"primary {generate_key()}"))
    theirs = newer.add("T1", b"x", at=time.now, owner="a", lease=MINUTE)
    mine = runs.add("T1", b"x", at=time.now, owner="a", lease=MINUTE)
    time.passes(MINUTE)
    assert claim(runs, time, "b") == (mine.id,)
    assert claim(newer, time, "c") == (theirs.id,)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("wrong", [-LONG, LONG], ids=["late", "early"])
def test_on_postgresql_a_clock_that_is_wrong_neither_takes_nor_keeps_a_run(
    runs: Runs, time: Time, wrong: timedelta
) -> None:
    """Of two replicas, one has a clock that is an hour wrong."""
    run = runs.add("T1", b"x", at=time.now + wrong, owner="a", lease=MINUTE)
    assert claim(runs, time, "b") == ()
    runs.extend((run.id,), owner="a", now=time.now + wrong, lease=MINUTE)
    assert claim(runs, time, "b") == ()
    time.passes(MINUTE)
    assert runs.claim_due(now=time.now + wrong, lease=MINUTE, owner="b") == (run.id,)
    assert claim(runs, time, "a") == ()


def test_what_an_earlier_version_left_untold_is_due(
    url: str, keyring: Keyring, at: datetime
) -> None:
    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        envelope = keyring.seal(b"x", Context(kind="run", workspace="T1", name="old", revision=1))
        row = {
            "id": "old",
            "workspace": "T1",
            "state": "running",
            "told": False,
            "revision": 1,
            "key_id": key_id(envelope),
            "envelope": envelope,
            "created_at": 0,
            "updated_at": 0,
        }
        columns = ", ".join(row)
        values = ", ".join(f":{each}" for each in row)
        connection.execute(text(f"INSERT INTO runs ({columns}) VALUES ({values})"), row)  # noqa: S608 - written above
    migrate(engine)
    [run_id] = Runs(engine, keyring).claim_due(now=at, lease=MINUTE, owner="b")
    assert run_id == "old"
    engine.dispose()
