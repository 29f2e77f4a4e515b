"""Work that outlives the answer to Slack: our own set of tasks, and the threads of the vault."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

import structlog

from bot.slack.incidents import new_incident

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)


class Threads:
    """Runs the vault's functions in threads of their own, where nothing waits for a stranger.

    The loop's default executor has few threads and serves others too: one slow look-up there
    would hold up every database call.
    """

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="vault")

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what *function* returns; raises what it raises."""
        loop = asyncio.get_running_loop()
        # With the context: what is logged there carries the number of the request too.
        call = partial(contextvars.copy_context().run, function, *args, **kwargs)
        return await loop.run_in_executor(self._pool, call)

    def close(self) -> None:
        """Wait for the running functions and end the threads."""
        self._pool.shutdown(wait=True)


class Turns:
    """Lets the tasks of one name run one after the other, in the order in which they came."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """Return the lock to hold during a turn; it is gone when nobody needs it."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock


class Work:
    """The tasks that are under way. Nothing in it is lost to the garbage collector or to a stop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Begin *work*. What it raises ends here, as an incident in the log."""
        task = asyncio.create_task(self._guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, *, seconds: float, grace: float) -> None:
        """Wait *seconds* for the tasks to end, cancel the rest and give them *grace* seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        # Work may begin more work, as a command begins a test.
        while self._tasks and loop.time() < until:
            await asyncio.wait(set(self._tasks), timeout=until - loop.time())
        left = set(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=grace)

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await work
        except Exception:  # the one catch of work that outlives its ack
            log.exception("work failed", work=name, incident=new_incident())
