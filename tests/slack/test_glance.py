"""A look that all share: one at a time, good for some seconds, and nobody waits for ever."""

import asyncio

import pytest

from bot.slack.glance import Glance


class Slow:
    """Something to look at, that answers when it is let."""

    def __init__(self) -> None:
        self.looks = 0
        self.go = asyncio.Event()
        self.fault: Exception | None = None

    async def __call__(self) -> int:
        self.looks += 1
        mine = self.looks
        await self.go.wait()
        if self.fault is not None:
            raise self.fault
        return mine


async def test_who_asks_meanwhile_gets_the_same_answer() -> None:
    slow = Slow()
    glance = Glance(slow, good_for=0.0, patience=5.0)
    asking = [asyncio.create_task(glance()) for _ in range(3)]
    await asyncio.sleep(0)
    slow.go.set()
    assert await asyncio.gather(*asking) == [1, 1, 1]
    assert await glance() == 2


async def test_an_answer_is_good_for_a_while() -> None:
    slow, now = Slow(), 0.0
    slow.go.set()
    glance = Glance(slow, good_for=15.0, patience=5.0, seconds=lambda: now)
    assert await glance() == 1
    now = 14.9
    assert await glance() == 1
    now = 15.0
    assert await glance() == 2


async def test_a_failure_is_told_and_not_kept() -> None:
    slow = Slow()
    slow.go.set()
    slow.fault = OSError("away")
    glance = Glance(slow, good_for=15.0, patience=5.0)
    with pytest.raises(OSError, match="away"):
        await glance()
    slow.fault = None
    assert await glance() == 2


async def test_who_waits_too_long_is_let_go_and_the_look_is_for_the_next() -> None:
    slow = Slow()
    glance = Glance(slow, good_for=15.0, patience=0.01)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await glance()
    slow.go.set()
    assert await glance() == 1


async def test_a_failure_for_which_nobody_waits_any_more_is_no_complaint() -> None:
    slow = Slow()
    glance = Glance(slow, good_for=15.0, patience=0.01)
    with pytest.raises(TimeoutError):
        await glance()
    slow.fault = OSError("away")
    slow.go.set()
    [looking] = [each for each in asyncio.all_tasks() if each.get_name() == "glance"]
    await asyncio.wait({looking})


async def test_a_look_that_was_ended_is_begun_anew() -> None:
    slow = Slow()
    glance = Glance(slow, good_for=15.0, patience=0.01)
    with pytest.raises(TimeoutError):
        await glance()
    [looking] = [each for each in asyncio.all_tasks() if each.get_name() == "glance"]
    looking.cancel()
    await asyncio.wait({looking})
    slow.go.set()
    assert await glance() == 2
