import asyncio

import pytest

from bot.installed import Installation
from bot.slack.acting import NotInstalled, act_for, acting

ONE, OTHER = (Installation(team_id=each, name="", bot_token=each) for each in ("T1", "T2"))


async def test_work_acts_for_what_it_began_under() -> None:
    go = asyncio.Event()

    async def later() -> str:
        await go.wait()
        return acting().team_id

    act_for(ONE)
    first = asyncio.create_task(later())
    act_for(OTHER)
    second = asyncio.create_task(later())
    act_for(None)
    go.set()
    assert (await first, await second) == ("T1", "T2")
    with pytest.raises(NotInstalled):
        acting()
