from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from storage.clock import SharedClock
from storage.database import connect, reading
from storage.errors import Unavailable


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_only_bot_on_sqlite_goes_by_its_own_clock(engine: Engine) -> None:
    clock = SharedClock(engine)
    clock.ask()
    before = datetime.now(UTC)
    assert before <= clock() <= datetime.now(UTC)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_on_postgresql_all_go_by_the_servers_clock(engine: Engine) -> None:
    """Neither the wall clock of this machine nor what it does between two questions matters."""
    clock, other = SharedClock(engine), SharedClock(engine)

    def servers() -> datetime:
        with reading(engine) as connection:
            return connection.scalar(text("SELECT clock_timestamp()"))

    for _ in range(2):
        before, told, others, after = servers(), clock(), other(), servers()
        little = timedelta(milliseconds=200)  # what a question may take on a busy machine
        assert before - little <= told <= after + little
        assert before - little <= others <= after + little
        clock._known = (datetime(2020, 1, 1, tzinfo=UTC), clock._known[1])
        assert clock().year == 2020
        clock.ask()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_is_away_leaves_the_clock_going(engine: Engine) -> None:
    clock = SharedClock(engine)
    clock._engine = connect("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        clock.ask()
    first = clock()
    assert clock() >= first
