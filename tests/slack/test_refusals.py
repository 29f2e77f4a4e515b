"""Refusals that are written down: at the doors to a change, and not too many of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.slack.access import Caller
from bot.slack.refusals import Refusals, door_of, note_door
from bot.slack.work import Threads, Work
from bot.vault import Vault


@pytest.fixture
async def refusals(vault: Vault, clock: Any) -> AsyncIterator[Refusals]:
    threads = Threads(2)
    yield Refusals(vault=vault, threads=threads, work=Work(), clock=clock)
    threads.close()


async def refuse(refusals: Refusals, caller: Caller, body: dict[str, Any]) -> list[Any]:
    note_door(door_of(body))
    refusals.note(caller)
    await refusals.work.drain(seconds=5, grace=1)
    entries = refusals.vault.audit.latest("T1", 9)
    return [(each.actor, each.detail["door"]) for each in entries]


def click(name: str) -> dict[str, Any]:
    return {"type": "block_actions", "actions": [{"action_id": name}]}


async def test_a_refused_change_is_written_down_once_a_minute(
    refusals: Refusals, caller: Caller, clock: Any
) -> None:
    save = {"type": "view_submission", "view": {"callback_id": "mail_settings"}}
    for _ in range(3):
        assert await refuse(refusals, caller, save) == [("UADMIN", "mail_settings")]
    assert len(await refuse(refusals, caller, click("key_menu"))) == 2
    clock.advance(minutes=2)
    assert len(await refuse(refusals, caller, save)) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"command": "/mailsettings", "text": "keys"},
        click("test_details"),
        click("<script>"),
        {"type": "block_actions", "actions": []},
        {"type": "view_submission", "view": {"callback_id": 7}},
    ],
)
async def test_who_only_wanted_to_read_is_not_written_down(
    refusals: Refusals, caller: Caller, body: dict[str, Any]
) -> None:
    note_door("mail_settings")  # of an earlier request on the same connection
    assert await refuse(refusals, caller, body) == []
