"""A look at something slow that all who ask share: one at a time, good for some seconds."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Glance(Generic[T]):
    """Calls *look* when asked; who asks meanwhile, or within *good_for* seconds, gets the same.

    So probes that come faster than a database answers never queue up before it.
    """

    def __init__(
        self,
        look: Callable[[], Coroutine[Any, Any, T]],
        *,
        good_for: float,
        patience: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._good_for = good_for
        self._patience = patience
        self._seconds = seconds
        self._looking: asyncio.Task[T] | None = None
        self._began = 0.0

    async def __call__(self) -> T:
        """Return what is seen; raises what *look* raises, and TimeoutError when *patience* ends.

        The look goes on after that, for the next who asks.
        """
        if self._looking is None or self._is_over(self._looking):
            self._began = self._seconds()
            self._looking = asyncio.create_task(self._look(), name="glance")
            self._looking.add_done_callback(_know)
        return await asyncio.wait_for(asyncio.shield(self._looking), self._patience)

    def _is_over(self, looking: asyncio.Task[T]) -> bool:
        if not looking.done():
            return False
        failed = looking.cancelled() or looking.exception() is not None
        return failed or self._seconds() - self._began >= self._good_for


def _know(looking: asyncio.Task[Any]) -> None:
    # Nobody may have waited until it failed, and Python would complain.
    if not looking.cancelled():
        looking.exception()
