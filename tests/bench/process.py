"""A bot in processes of its own: started, told of its readiness, weighed, ended."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


class NotReady(Exception):
    """The bot ended, or said nothing for a minute. The text has its last lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotProcess:
    """A running bot: one process, or gunicorn with its worker."""

    port: int
    seconds_to_ready: float
    megabytes_when_ready: float
    _process: asyncio.subprocess.Process
    _reading: asyncio.Task[None]

    @classmethod
    async def start(
        cls,
        *arguments: str,
        environ: Mapping[str, str],
        given: Mapping[str, Any] | None = None,
    ) -> Self:
        """Run `python -m ARGUMENTS`, with *given* as JSON on its standard input. Raises NotReady.

        It is ready when it logs, as JSON, the event `ready` with its port.
        """
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.installed",
            *arguments,
            cwd=ROOT,
            env=dict(environ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
        port = await _ready(process, process.stderr)
        return cls(
            port=port,
            seconds_to_ready=time.perf_counter() - started,
            megabytes_when_ready=_megabytes(process.pid),
            _process=process,
            _reading=asyncio.create_task(_drain(process.stderr)),
        )

    @property
    def megabytes(self) -> float:
        """Resident memory now, of the largest of its processes."""
        return _megabytes(self._process.pid)

    @property
    def cpu_seconds(self) -> float:
        """The processor time that its processes have taken so far."""
        return sum(_cpu_seconds(each) for each in _family(self._process.pid))

    async def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._process.terminate()
        await self._ended()

    async def kill(self) -> None:
        """End it at once: tests that hang would hold a stop up for 20 s."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._ended()

    async def _ended(self) -> None:
        await asyncio.wait_for(self._process.wait(), _PATIENCE)
        await self._reading


def _family(pid: int) -> Iterator[int]:
    """Give a process and its children (Linux: proc_pid_task(5))."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield from _family(int(child))


def _megabytes(pid: int) -> float:
    return max(_resident(each) for each in _family(pid))


def _resident(pid: int) -> float:
    """Return a process's resident memory (Linux: proc_pid_status(5))."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    facts = dict(line.split(":", 1) for line in status.splitlines())
    return round(int(facts["VmRSS"].split()[0]) / 1024, 1)


def _cpu_seconds(pid: int) -> float:
    """Return a process's time in user and system mode (Linux: proc_pid_stat(5))."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICK


async def _ready(process: asyncio.subprocess.Process, log: asyncio.StreamReader) -> int:
    last: deque[str] = deque(maxlen=20)
    try:
        async with asyncio.timeout(_PATIENCE):
            while line := await log.readline():
                last.append(line.decode(errors="replace"))
                if line.startswith(b"{") and (entry := json.loads(line))["event"] == "ready":
                    return int(entry["port"])
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    raise NotReady("The bot did not come up. It said last:\n" + "".join(last))


async def _drain(log: asyncio.StreamReader) -> None:
    """Read on, or the bot would stand still at a full pipe."""
    while await log.readline():
        pass
