"""Three replicas, killed at random moments while people save and test: nothing is lost."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.vault import Vault


@dataclass
class Three:
    """The replicas, and those that they were before."""

    replicas: Any
    lives: list[Any] = field(default_factory=list)
    any_alive: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.lives += self.replicas.running
        self.any_alive.set()

    async def strike(self, chance: random.Random) -> int:
        """Kill one or two and leave one, or seldom all: then the balancer has nobody to ask."""
        there = self.replicas.running
        if not there:
            return 0
        most = len(there) if chance.random() < 0.1 else len(there) - 1
        killed = chance.sample(there, chance.randint(min(1, most), most))
        for each in killed:
            each.process.kill()
            there.remove(each)
        if not there:
            self.any_alive.clear()
        await asyncio.gather(*(self._replace(each) for each in killed))
        return len(killed)

    async def _replace(self, dead: Any) -> None:
        await dead.ended()
        begun = await self.replicas.start()
        self.replicas.running.append(begun)
        self.lives.append(begun)
        self.any_alive.set()
        self.replicas.balancer.replicas.remove(dead)

    async def there(self) -> None:
        await self.any_alive.wait()

    def log(self) -> Iterator[str]:
        for each in self.lives:
            yield from each.log


@pytest.fixture
def program(tireless: tuple[str, ...]) -> tuple[str, ...]:
    return tireless


BY_DEATH = (
    "was answered with status 502",  # all were dead, and the balancer had nobody to ask
    "A trigger id was used twice",  # the balancer asked another what a dying one had begun
)
"""What Slack sees of a death, and nothing else: see `StandIn.check`."""


@pytest.mark.proof
@pytest.mark.timeout(3600)
async def test_replicas_that_die_again_and_again_lose_no_save_and_no_test(
    slack: Any, replicas: Any, vault: Vault, unleash: Any
) -> None:
    chaos = await unleash(Three(replicas), vault, pause=(0.2, 1.2))
    assert chaos.deeds["kills"] > 0
    slack.violations[:] = [
        each for each in slack.violations if not any(known in each for known in BY_DEATH)
    ]
