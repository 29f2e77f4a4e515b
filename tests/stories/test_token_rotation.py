"""Tokens that rotate: renewed in time and once, and nothing is lost when that fails."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.front import LIVES, Front


@pytest.fixture
async def rotating(many: Any, leaks: Path) -> AsyncIterator[Any]:
    many.front.rotates = True
    await many.install("T1")
    await many.save("T1")
    many.front.calls.clear()
    yield many
    told = await asyncio.to_thread(leaks.read_text)
    assert not [each for each in many.front.given if each in told]


def later(many: Any, seconds: float) -> None:
    """Let time pass, here and at Slack, and all that was remembered be old."""
    many.clock.ahead = timedelta(seconds=seconds)
    many.front.ahead = seconds
    many.program.stored.forget("T1")


async def renewed(many: Any) -> None:
    await many.program._work.drain(seconds=20, grace=1)


def exchanges(front: Front) -> int:
    return front.calls.count("oauth.v2.access")


async def test_a_young_token_is_left_alone(rotating: Any) -> None:
    later(rotating, LIVES - 2 * 3600 - 60)
    await rotating.open_settings("T1")
    assert exchanges(rotating.front) == 0


async def test_a_token_is_renewed_two_hours_before_its_end_and_the_old_one_serves(
    rotating: Any,
) -> None:
    old = rotating.front.token_of("T1")
    later(rotating, LIVES - 2 * 3600 + 60)
    modal = await rotating.open_settings("T1")
    assert modal.value("Server address") == "mail.example.com"
    await renewed(rotating)
    assert exchanges(rotating.front) == 1
    kept = rotating.vault.installs.records.get("T1").value
    assert kept.bot_token == rotating.front.token_of("T1") != old
    assert kept.bot_token.startswith("xoxe.xoxb-")
    later(rotating, LIVES + 60)
    await rotating.open_settings("T1")
    assert exchanges(rotating.front) == 1


async def test_a_token_that_has_ended_is_renewed_while_the_person_waits(rotating: Any) -> None:
    later(rotating, 3 * LIVES)
    modal = await rotating.open_settings("T1")
    assert modal.value("Server address") == "mail.example.com"
    assert exchanges(rotating.front) == 1
    assert rotating.vault.installs.records.get("T1").revision == 2


async def test_two_replicas_that_ask_at_once_renew_once(rotating: Any) -> None:
    other = await rotating.start()
    later(rotating, 3 * LIVES)
    found = await asyncio.gather(
        *(program.stored.find("T1") for program in (rotating.program, other) for _ in range(5))
    )
    assert exchanges(rotating.front) == 1
    assert {each.bot_token for each in found} == {rotating.front.token_of("T1")}
    await other._work.drain(seconds=20, grace=1)


@pytest.mark.parametrize("error", ["internal_error", "invalid_refresh_token"])
async def test_when_renewal_fails_the_old_token_serves_and_it_is_tried_again(
    rotating: Any, error: str, leaks: Path
) -> None:
    rotating.front.fails = [error]
    later(rotating, LIVES - 3600)
    await rotating.open_settings("T1")
    await renewed(rotating)
    assert "a token was not renewed" in await asyncio.to_thread(leaks.read_text)
    later(rotating, LIVES - 3600 + 10)
    await rotating.open_settings("T1", "owner")
    await renewed(rotating)
    assert exchanges(rotating.front) == 1, "not at each request"
    later(rotating, LIVES - 3600 + 70)
    await rotating.open_settings("T1")
    await renewed(rotating)
    assert exchanges(rotating.front) == 2
    assert rotating.vault.installs.records.get("T1").revision == 2


async def test_a_database_that_is_away_just_then_loses_no_token(rotating: Any, leaks: Path) -> None:
    stored, record = rotating.program.stored, rotating.vault.installs.records.get("T1")
    move(rotating, "envelope", "elsewhere")
    keeping = asyncio.create_task(stored._keep(record, await stored._renew(record.value)))
    async with asyncio.timeout(30):
        while "were not written down yet" not in await asyncio.to_thread(leaks.read_text):
            assert not keeping.done()
    move(rotating, "elsewhere", "envelope")
    await keeping
    kept = rotating.vault.installs.records.get("T1").value
    assert kept.bot_token == rotating.front.token_of("T1") != record.value.bot_token


def move(many: Any, column: str, to: str) -> None:
    with many.vault.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE records RENAME COLUMN {column} TO {to}")


async def test_an_end_while_a_token_is_renewed_is_the_end(rotating: Any) -> None:
    record = rotating.vault.installs.records.get("T1")
    renewed_to = await rotating.program.stored._renew(record.value)
    await rotating.front.uninstall("T1")
    await rotating.program.stored._keep(record, renewed_to)
    assert rotating.vault.installs.records.get("T1") is None
