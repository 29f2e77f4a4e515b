import asyncio
import json
from dataclasses import asdict

import pytest

from bot.demo.record import Record, RuleBroken


@pytest.fixture
def record() -> Record:
    return Record(clock=lambda: 5.0)


def test_an_entry_is_json(record: Record) -> None:
    record.add("views.open", {"a": 1}, by_bot=True)
    assert json.loads(json.dumps(asdict(record.entries[0])))["time"] == 5.0


def test_check_tells_all_violations(record: Record) -> None:
    record.check()
    record.violate("one")
    record.violate("two")
    with pytest.raises(RuleBroken, match="one\n- two"):
        record.check()


def test_forgiving_drops_only_what_was_named(record: Record) -> None:
    record.violate("one")
    record.violate("two")
    record.forgive("one")
    assert record.violations == ["two"]
    with pytest.raises(AssertionError, match="three"):
        record.forgive("three")


def test_what_the_bot_sent_is_found_however_it_was_written(record: Record) -> None:
    secret = 'p"w & ü'
    body = {"view": json.dumps({"blocks": [{"text": secret}]}), "broken": "{", "n": 1}
    record.add("form", body, by_bot=True, raw="view=%7B")
    record.add("other", {"text": "hidden"}, by_bot=False)
    assert [secret in each for each in record.sent_by_bot()] == [True]


async def test_waiting_ends_with_what_is_found(record: Record) -> None:
    async with asyncio.TaskGroup() as tasks:
        waits = [
            tasks.create_task(record.until(lambda: len(record.entries) or None, what="an entry"))
            for _ in range(2)
        ]
        await asyncio.sleep(0)
        record.tell()
        await asyncio.sleep(0)
        record.add("note", "x", by_bot=False)
    assert [each.result() for each in waits] == [1, 1]


async def test_waiting_in_vain_says_for_what_and_what_was_seen_last(record: Record) -> None:
    record.violate("a broken rule")
    with pytest.raises(TimeoutError, match=r"a miracle.*a broken rule"):
        await record.until(lambda: None, what="a miracle", patience=0.01)


async def test_a_wait_that_was_given_up_disturbs_nobody(record: Record) -> None:
    waiting = asyncio.ensure_future(record.until(lambda: None, what="nothing"))
    await asyncio.sleep(0)
    waiting.cancel()
    record.tell()
    with pytest.raises(asyncio.CancelledError):
        await waiting
