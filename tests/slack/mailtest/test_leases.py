"""What is ours stays ours by signs of life; what another replica took over is let go of."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.mailtest.leases import Leases
from bot.slack.pace import Pace
from bot.slack.work import Threads
from bot.vault import Vault

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def leases(vault: Vault, clock: Any, pace: Pace) -> AsyncIterator[Leases]:
    threads = Threads(1)
    short = replace(pace, beat_every=0.01)
    yield Leases(runs=vault.runs, threads=threads, clock=clock, pace=short)
    threads.close()


def add(leases: Leases) -> str:
    at = leases.clock()
    return leases.runs.add("T1", b"x", at=at, owner=leases.owner, lease=leases.lease).id


def due(vault: Vault, clock: Any) -> tuple[str, ...]:
    return vault.runs.claim_due(now=clock(), lease=MINUTE, owner="another")


async def until(seen: Callable[[], bool]) -> None:
    while not seen():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_no_two_programs_are_one_owner(leases: Leases) -> None:
    assert replace(leases, owner="x").owner == "x"
    other = Leases(runs=leases.runs, threads=leases.threads, clock=leases.clock, pace=leases.pace)
    assert other.owner != leases.owner


async def test_as_long_as_signs_of_life_come_nobody_takes_it_over(
    leases: Leases, vault: Vault, clock: Any
) -> None:
    run_id = add(leases)
    with leases.held(run_id, since=now()):
        for _ in range(3):
            clock.advance(seconds=15)
            await leases.beat()
        assert due(vault, clock) == ()
        assert leases.has(run_id)
        assert leases.is_ours(run_id)
    assert not leases.has(run_id)
    assert not leases.is_ours(run_id)
    await leases.beat()
    clock.advance(seconds=20)
    assert due(vault, clock) == (run_id,)


async def test_after_a_long_sleep_it_is_not_ours_until_we_asked(leases: Leases) -> None:
    run_id = add(leases)
    with leases.held(run_id, since=now() - 21):
        assert leases.has(run_id)
        assert not leases.is_ours(run_id)
        await leases.beat()
        assert leases.is_ours(run_id)


async def test_the_conversation_of_a_test_that_was_taken_over_is_ended(
    leases: Leases, vault: Vault, clock: Any
) -> None:
    run_id, kept = add(leases), add(leases)
    begun = asyncio.Event()

    async def converse() -> str:
        with leases.held(run_id, since=now() - 21):
            try:
                with leases.conversing(run_id):
                    begun.set()
                    await asyncio.Event().wait()
            except asyncio.CancelledError:
                await leases.beat()  # of what is said after that, nothing is cut off
                return "ended"
        return "never"

    talking = asyncio.create_task(converse())
    await begun.wait()
    clock.advance(seconds=20)
    assert set(due(vault, clock)) == {run_id, kept}
    await leases.beat()
    assert await asyncio.wait_for(talking, 30) == "ended"


async def test_a_database_that_is_away_is_told_in_the_log_and_tried_again(
    leases: Leases, vault: Vault, clock: Any
) -> None:
    run_id = add(leases)
    with vault.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER away BEFORE UPDATE OF due_at ON runs "
            "BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END"
        )
    with leases.held(run_id, since=now() - 21):
        with capture_logs() as logged:
            await leases.beat()
        assert [each["event"] for each in logged] == ["no sign of life was given"]
        assert not leases.is_ours(run_id)
        with vault.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER away")
        clock.advance(seconds=19)
        keeping = asyncio.create_task(leases.keep())
        async with asyncio.timeout(30):
            await until(lambda: leases.is_ours(run_id))
        keeping.cancel()
        clock.advance(seconds=19)
        assert due(vault, clock) == ()
