"""All that a run has found, and the circumstances: enough to judge it, nothing of the machine."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.acquaintance import Acquaintance
from tests.bench.commands import CommandFigures
from tests.bench.isolation import Isolation
from tests.bench.process import ROOT
from tests.bench.starting import Start

_MEASURED = ("slack-bolt", "slack-sdk", "aiohttp", "sqlalchemy", "cryptography")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When, on what, and how busy that was."""

    date: str
    quick: bool
    cores: int
    load_before: float
    """Load average of the minute before; the run itself makes about one and a half."""
    versions: dict[str, str]

    @classmethod
    def now(cls, *, quick: bool) -> "Circumstances":
        """Look around."""
        return cls(
            date=datetime.now(UTC).date().isoformat(),
            quick=quick,
            cores=os.cpu_count() or 1,
            load_before=round(os.getloadavg()[0], 2),
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
    commands: list[CommandFigures]
    megabytes: dict[str, float]
    """By bot: resident memory after all those commands."""
    acquaintance: list[Acquaintance]
    isolation: list[Isolation]
    starts: list[Start]
    lines: Lines


def _lines(folder: str) -> int:
    files = (ROOT / folder).rglob("*.py")
    return sum(len(Path(each).read_text(encoding="utf-8").splitlines()) for each in files)
