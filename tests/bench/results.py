"""All that a run has found, and the circumstances: enough to judge it, nothing of the machine."""

import os
import platform
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.acquaintance import Acquaintance
from tests.bench.commands import CommandFigures
from tests.bench.goals import Goal
from tests.bench.isolation import Ending, Isolation
from tests.bench.messages import MessageFigures
from tests.bench.process import ROOT
from tests.bench.standstill import Standstill
from tests.bench.starting import Start

_MEASURED = (
    *("slack-bolt", "slack-sdk", "aiohttp", "sqlalchemy", "cryptography"),
    *("flask", "gunicorn"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When, on what, and how busy others kept it meanwhile."""

    date: str
    quick: bool
    seconds: float
    cores: int
    others_percent: float
    """Of the processors' time: what programs took that are no part of this run."""
    versions: dict[str, str]


class Watch:
    """Looks at the machine from the beginning to the end of a run (Linux: proc_stat(5))."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._busy = _busy_seconds()
        self._own = _own_seconds()

    def say(self, what: str) -> None:
        """Tell on the standard error how far it is."""
        seconds = time.perf_counter() - self._began
        sys.stderr.write(f"{seconds:4.0f} s  {what}\n")
        sys.stderr.flush()

    def end(self, *, quick: bool) -> Circumstances:
        """Say how it was; the bots must have ended, or their time is others'."""
        seconds, cores = time.perf_counter() - self._began, os.cpu_count() or 1
        others = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        return Circumstances(
            date=datetime.now(UTC).date().isoformat(),
            quick=quick,
            seconds=round(seconds, 1),
            cores=cores,
            others_percent=round(100 * max(0.0, others) / (seconds * cores), 1),
            versions={"Python": platform.python_version()}
            | {name: version(name) for name in _MEASURED},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of Python, comments and empty ones included."""

    source: int
    tests: int

    @classmethod
    def count(cls) -> "Lines":
        """Count those of this work tree."""
        return cls(source=_lines("bot") + _lines("storage"), tests=_lines("tests"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A whole run."""

    circumstances: Circumstances
    goals: list[Goal]
    commands: list[CommandFigures]
    megabytes: dict[str, float]
    """By bot: resident memory after all those commands."""
    acquaintance: list[Acquaintance]
    isolation: list[Isolation]
    ending: Ending
    standstill: list[Standstill]
    messages: list[MessageFigures]
    no_messages: str
    """Why none were measured; empty: they were."""
    starts: list[Start]
    lines: Lines


def _busy_seconds() -> float:
    """Return the processor time of everybody since the machine started."""
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()
    user, nice, system, _idle, _waiting, *interrupts = (int(each) for each in first[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


def _lines(folder: str) -> int:
    files = (ROOT / folder).rglob("*.py")
    return sum(len(Path(each).read_text(encoding="utf-8").splitlines()) for each in files)
