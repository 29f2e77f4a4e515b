"""One bot on SQLite, killed at random moments while people save and test: nothing is lost."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot import config as environment
from bot.vault import open_vault

pytestmark = pytest.mark.only_sqlite


@dataclass
class One:
    """The bot, and those that it was before."""

    launch: Callable[[], Awaitable[Any]]
    lives: list[Any] = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self) -> None:
        self.lives.append(await self.launch())
        self.up.set()

    async def strike(self, _chance: random.Random) -> int:
        if not self.up.is_set():
            return 0
        self.up.clear()
        await self.lives[-1].kill()
        await self.begin()
        return 1

    async def there(self) -> None:
        await self.up.wait()

    def log(self) -> Iterator[str]:
        for each in self.lives:
            yield from each.log


@pytest.fixture
def program(tireless: tuple[str, ...]) -> tuple[str, ...]:
    return tireless


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("door", ["socket"])
async def test_one_bot_that_dies_again_and_again_loses_no_save_and_no_test(
    launch: Any, variables: dict[str, str], unleash: Any
) -> None:
    vault = open_vault(environment.read(variables), announce=lambda _text: None)
    bots = One(launch)
    await bots.begin()
    chaos = await unleash(bots, vault, pause=(0.2, 2.0))
    vault.close()
    assert chaos.deeds["kills"] > 0
