"""Which tests are ours: kept by signs of life, let go of once another replica took them over."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.slack.pace import Pace
from bot.slack.work import Threads
from storage.errors import StorageError
from storage.runs import Runs

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Held:
    until: float
    conversation: asyncio.Task[object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """The tests that this program sees through, among the replicas on one database."""

    runs: Runs
    threads: Threads
    clock: Callable[[], datetime]
    pace: Pace
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    """This program, from its start to its end."""
    _held: dict[str, _Held] = field(default_factory=dict)

    @property
    def lease(self) -> timedelta:
        """How long a test stays ours without a sign of life."""
        return timedelta(seconds=self.pace.lease)

    def has(self, run_id: str) -> bool:
        """Tell whether a test is being seen through here."""
        return run_id in self._held

    def is_ours(self, run_id: str) -> bool:
        """Tell whether no other replica can have taken a test over yet, as far as we know."""
        held = self._held.get(run_id)
        return held is not None and asyncio.get_running_loop().time() < held.until

    @contextmanager
    def held(self, run_id: str, *, since: float) -> Iterator[None]:
        """See a test through, which is ours *since* that time of the loop."""
        self._held[run_id] = _Held(since + self.pace.lease)
        try:
            yield
        finally:
            del self._held[run_id]

    @contextmanager
    def conversing(self, run_id: str) -> Iterator[None]:
        """Have the task of this block cancelled if another replica took its test over."""
        held = self._held[run_id]
        held.conversation = asyncio.current_task()
        try:
            yield
        finally:
            held.conversation = None

    async def keep(self) -> None:
        """For ever, say that the tests are being seen through."""
        while True:
            await asyncio.sleep(self.pace.beat_every)
            await self.beat()

    async def beat(self) -> None:
        """Say so once. What is another's by now is let go of."""
        held = dict(self._held)
        if not held:
            return
        since = asyncio.get_running_loop().time()
        try:
            lost = await self.threads(self._extend, tuple(held))
        except StorageError as problem:
            log.warning("no sign of life was given", why=str(problem))
            return
        for run_id, each in held.items():
            if run_id not in lost:
                each.until = since + self.pace.lease
            elif each.conversation is not None:
                each.conversation.cancel()

    def _extend(self, run_ids: tuple[str, ...]) -> tuple[str, ...]:
        return self.runs.extend(run_ids, owner=self.owner, now=self.clock(), lease=self.lease)
