"""What the operator's probes and Prometheus are told of the running program."""

from collections.abc import Awaitable, Callable

from bot.config import Config
from bot.slack.glance import Glance
from bot.slack.metrics import Level, Metrics
from bot.slack.work import Threads, Work
from bot.vault import Vault, database_path
from storage.database import check_writable, pool_of
from storage.errors import SchemaTooNew, StorageError, Unavailable
from storage.keys import unknown_keys
from storage.runs import RunState
from storage.schema import schema_of

_PATIENCE = 2.0
"""Seconds: probes are given up after a few."""
_RUNS_GOOD_FOR = 15.0
_SEALED_GOOD_FOR = 60.0
"""Seconds. To count a million records takes a good part of one."""

Connected = Callable[[], Awaitable[bool]]


class Watching:
    """Looks at the program on behalf of those who watch it."""

    def __init__(
        self, *, config: Config, vault: Vault, threads: Threads, work: Work, metrics: Metrics
    ) -> None:
        self._config = config
        self._vault = vault
        self._work = work
        self._metrics = metrics

        async def look() -> list[str]:
            return await threads(self._look)

        async def runs() -> dict[str, int]:
            return await threads(self._count_runs)

        async def sealed() -> dict[str, int]:
            return await threads(self._count_sealed)

        self._faults = Glance(look, good_for=0.0, patience=_PATIENCE)
        self._runs = Glance(runs, good_for=_RUNS_GOOD_FOR, patience=_PATIENCE)
        self._sealed = Glance(sealed, good_for=_SEALED_GOOD_FOR, patience=_PATIENCE)

    async def faults(self, *, draining: bool, connected: Connected) -> list[str]:
        """Name what keeps the program from being ready. A mail server never does."""
        faults = ["draining"] if draining else []
        try:
            faults += await self._faults()
        except (StorageError, TimeoutError):
            faults.append("database")
        if not await connected():
            faults.append("slack connection")
        return faults

    async def figures(self) -> bytes:
        """Return all figures, those of the database only while it answers."""
        pool = pool_of(self._vault.engine)
        level = Level(
            under_way=len(self._work),
            pool_size=pool.size,
            pool_checked_out=pool.checked_out,
            runs=await _unless_down(self._runs),
            sealed=await _unless_down(self._sealed),
        )
        return self._metrics.exposition(level)

    def _look(self) -> list[str]:
        # A file that was moved or deleted can still be read through the connections to it.
        path = database_path(self._config)
        if path is not None and not path.exists():
            raise Unavailable("The database file is gone.")
        engine, keyring = self._vault.engine, self._vault.keyring
        check_writable(engine)
        try:
            if not schema_of(engine).is_current:
                return ["schema"]
        except SchemaTooNew:
            return ["schema"]
        # Quick, however many records there are.
        return ["keys"] if unknown_keys(engine, keyring) else []

    def _count_runs(self) -> dict[str, int]:
        return {state.value: 0 for state in RunState} | self._vault.runs.count_by_state()

    def _count_sealed(self) -> dict[str, int]:
        return dict.fromkeys(self._vault.keyring.key_ids, 0) | self._vault.records_by_key()


async def _unless_down(count: Glance[dict[str, int]]) -> dict[str, int] | None:
    try:
        return await count()
    except (StorageError, TimeoutError):
        return None
