"""People who save and test while processes die, and what they were told."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from bot.demo.modal import Modal
from bot.demo.person import Person
from bot.vault import Vault
from tests.chaos.ends import ends

PATIENCE = 3.5
"""Seconds that somebody looks at a screen on which nothing comes, before trying again."""


class Bots(Protocol):
    """The processes: one, or several of one kind."""

    async def strike(self, chance: random.Random) -> int:
        """Kill some of those that are there, start as many, and tell how many died."""
        ...

    async def there(self) -> None:
        """Wait until one takes requests."""
        ...

    def log(self) -> Iterator[str]:
        """Give the lines of all that ever ran."""
        ...


@dataclass
class Chaos:
    """The people, their deeds, and what they were told."""

    slack: Any
    bots: Bots
    vault: Vault
    chance: random.Random
    server: Any
    """The mail server: a `Script`."""
    pause: tuple[float, float]
    """Seconds between two strikes."""
    saved: dict[int, tuple[str, str]] = field(default_factory=dict)
    """What somebody was told is saved, by its revision: the sender's name, and who."""
    tried: set[str] = field(default_factory=set)
    """All names that somebody wanted to save: of those in between, Slack heard no answer."""
    asked: set[str] = field(default_factory=set)
    """The recipients of the tests that were acknowledged."""
    deeds: Counter[str] = field(default_factory=Counter)

    async def reign(self, *, saves: int, tests: int) -> None:
        """Have three admins save and five people test, and processes die all the while."""
        admins = [self.slack.person("UADMIN"), self.slack.person("UOWNER")]
        admins.append(self.slack.add_user("UBOSS", name="boss", is_admin=True))
        people = [self.slack.add_user(f"UP{n}", name=f"p{n}") for n in range(5)]
        to_save, to_test, over = iter(range(saves)), iter(range(tests)), asyncio.Event()
        async with asyncio.TaskGroup() as everything:
            everything.create_task(self._strike(over, everything))
            async with asyncio.TaskGroup() as deeds:
                for each in admins:
                    deeds.create_task(self._do_each(to_save, self._save, each))
                for each in people:
                    deeds.create_task(self._do_each(to_test, self._test, each))
            over.set()

    async def _strike(self, over: asyncio.Event, everything: asyncio.TaskGroup) -> None:
        async def strike() -> None:
            self.deeds["kills"] += await self.bots.strike(self.chance)

        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self.chance.uniform(*self.pause))
            everything.create_task(strike())  # the next may come before all are there again

    async def _do_each(
        self, numbers: Iterator[int], deed: Callable[[Person, str], Awaitable[bool]], who: Person
    ) -> None:
        """Do what nobody else does yet, each until it is acknowledged, as people do."""
        for number in numbers:
            for attempt in count(1):
                await self.bots.there()
                if await deed(who, f"{number}-{attempt}"):
                    break
                self.deeds["tried again"] += 1

    # saving

    async def _save(self, who: Person, name: str) -> bool:
        """Save a sender's name through the form; tell whether the form said so."""
        if (await who.command("/mailsettings")).status != 200:
            return False
        try:
            modal = await who.modal(patience=PATIENCE)
            await modal.shows("Email notifications", patience=PATIENCE)
        except TimeoutError:
            return False
        await modal.type("Sender name", name)
        self.tried.add(name)
        said = await self._said(modal)
        if said == "Saved.":
            assert name in modal.text()
            await self._is_kept(name, by=who.id)
            self.deeds["saves"] += 1
        await modal.dismiss()
        return said == "Saved."

    async def _said(self, modal: Modal) -> str:
        """Submit, also over what others saved meanwhile, and return what came of it."""
        while True:
            submitted = await modal.submit()
            assert submitted.errors == {}
            if submitted.outcome == "failed":
                return "nothing"
            if "Nothing was overwritten" not in modal.text():
                break
            self.deeds["conflicts"] += 1
        with suppress(TimeoutError):
            if "Saving" in modal.text():
                await modal.shows("Choose Back", patience=PATIENCE)
                await modal.close()
            await modal.shows("Saved.", patience=PATIENCE)
            return "Saved."
        return modal.text()

    async def _is_kept(self, name: str, *, by: str) -> None:
        """See that what was acknowledged stands, now, or as a revision before those of others."""
        revision = await asyncio.to_thread(self._revision_of, name)
        assert revision not in self.saved
        self.saved[revision] = name, by

    def _revision_of(self, name: str) -> int:
        newest = self.vault.settings.get("T1")
        assert newest is not None
        for revision in range(newest.revision, max(0, newest.revision - 20), -1):
            found = self.vault.revisions.get("T1", str(revision))
            assert found is not None, f"revision {revision} is not there"
            if found.value.sender_name == name:
                return revision
        raise AssertionError(f"{name} was said to be saved, and is nowhere")

    # testing

    async def _test(self, who: Person, name: str) -> bool:
        """Ask for a test; tell whether that was acknowledged, once its end is told or not."""
        recipient, before = f"{name}@example.com", len(self.slack.workspace.messages)
        reply = await who.command("/mailtest", recipient)
        if reply.status != 200:
            return False
        assert reply.text.startswith(f"Testing mail to {recipient}"), reply.text
        self.asked.add(recipient)
        self.deeds["tests"] += 1
        if self.chance.random() < 0.8:  # the others don't wait for the end
            await self.told(recipient, since=before)
        return True

    async def told(self, recipient: str, *, since: int = 0) -> None:
        def end() -> bool | None:
            recent = self.slack.workspace.messages[since:]
            return True if any(recipient == of for _, of, _ in ends(recent)) else None

        await self.slack.events.until(end, what=f"the end of {recipient}", patience=60)
