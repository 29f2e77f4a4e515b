"""Work that outlives its answer is kept, guarded and drained; threads serve the vault alone."""

import asyncio
import threading

import pytest
from structlog.testing import capture_logs

from bot.slack.work import Threads, Work


async def test_work_is_kept_until_it_is_done() -> None:
    work, go, done = Work(), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        await go.wait()
        done.set()

    work.start(wait(), name="wait")
    assert len(work) == 1
    go.set()
    await done.wait()
    await work.drain(seconds=5, grace=5)
    assert len(work) == 0


async def test_what_work_raises_ends_in_the_log_as_an_incident() -> None:
    work = Work()

    async def fail() -> None:
        raise RuntimeError("broken")

    with capture_logs() as entries:
        work.start(fail(), name="fail")
        await work.drain(seconds=5, grace=5)
    [entry] = entries
    assert (entry["event"], entry["work"]) == ("work failed", "fail")
    assert entry["incident"]


async def test_work_that_is_too_slow_is_cancelled_and_may_still_say_so() -> None:
    work, said = Work(), []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            said.append("interrupted")

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            said.append("interrupted")

    work.start(slow(), name="slow")
    work.start(stubborn(), name="stubborn")
    await work.drain(seconds=0.01, grace=5)
    assert said == ["interrupted", "interrupted"]
    assert len(work) == 0


async def test_nothing_under_way_is_drained_at_once() -> None:
    await Work().drain(seconds=60, grace=60)


async def test_a_thread_returns_what_the_function_returns_and_raises_what_it_raises() -> None:
    threads = Threads(2)

    def divide(over: int, *, by: int) -> float:
        return over / by

    def where() -> str:
        return threading.current_thread().name

    assert await threads(divide, 6, by=2) == 3
    with pytest.raises(ZeroDivisionError):
        await threads(divide, 6, by=0)
    assert (await threads(where)).startswith("vault")
    threads.close()
