"""How the bot does with many workspaces: opening the form, memory, sealing anew.

`make scale` writes docs/bench/scale.md. It starts a PostgreSQL of its own, from Debian's package.
"""

import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from bot.config import read
from bot.slack.access import Caller
from bot.slack.settings.forms import Forms, new_form_id
from bot.slack.settings.view import draw
from bot.smtp.settings import MailSettings, dump
from bot.vault import Vault, open_vault
from storage import keyring_file
from storage.database import writing
from storage.keyring import Context
from storage.rows import SealedRow
from storage.sealed import rewrap
from storage.tables import records
from tests.postgresql import Server, programs

_SIZES = (1, 10_000, 1_000_000)

_BATCH = 10_000
_OPENINGS = 2000
_RESULTS = Path(__file__).parents[2] / "docs/bench/scale.md"
_AT = datetime(2026, 5, 3, tzinfo=UTC)
_SETTINGS = MailSettings(host="smtp.example.com", username="team@example.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How long it took to fill and draw the form, in milliseconds."""

    workspaces: int
    median: float
    p99: float
    megabytes: float
    """The most that the process has had."""


def main() -> None:
    """Measure on both databases, and write the table."""
    lines = []
    for name, place in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with TemporaryDirectory() as directory, place() as url:
            lines += _measure(name, Path(directory), url)
    _RESULTS.write_text(_page(lines), encoding="utf-8")


def _measure(name: str, directory: Path, url: str | None) -> list[str]:
    environ = {"MAILSETTINGS_DATA_DIR": str(directory)} | ({"DATABASE_URL": url} if url else {})
    config = read(environ, for_slack=False)
    if url:
        keyring_file.create(config.keyring_file)
    vault = open_vault(config, announce=lambda _text: None)
    forms = Forms(vault=vault, config=config, clock=lambda: datetime.now(UTC))
    lines = []
    filled = 0
    for size in _SIZES:
        seconds = _timed(lambda start=filled, end=size: _fill(vault, start, end))
        found = _open(forms, size)
        _say(f"{name}, {size} workspaces: {found.median:.2f} ms (filled in {seconds:.0f} s)")
        lines.append(
            f"| {name} | {size:,} | {found.median:.2f} ms | {found.p99:.2f} ms "
            f"| {found.megabytes:.0f} MB |"
        )
        filled = size
        if size == 10_000:
            _fill(vault, filled, 100_000)
            filled = 100_000
            lines.append(_rewrap(name, vault, config.keyring_file))
    vault.close()
    return lines


def _fill(vault: Vault, start: int, end: int) -> None:
    for first in range(start, end, _BATCH):
        rows = [
            asdict(
                SealedRow.seal(
                    vault.keyring,
                    Context(kind="settings", workspace=f"T{number}", name="", revision=1),
                    plaintext=dump(_SETTINGS),
                    by="U1",
                    at=_AT,
                )
            )
            for number in range(first, min(first + _BATCH, end))
        ]
        with writing(vault.engine) as connection:
            connection.execute(insert(records), rows)


def _open(forms: Forms, size: int) -> Opening:
    chance = random.Random(1)  # noqa: S311 - the same workspaces each time, no secret
    taken = []
    for _ in range(_OPENINGS):
        team = f"T{chance.randrange(size)}"
        caller = Caller(team_id=team, user_id="U1", home_team_id=team)
        since = time.perf_counter()
        page = forms.begin(caller, new_form_id(caller), test_address="ana@example.com")
        draw(page.form, page.around)
        taken.append((time.perf_counter() - since) * 1000)
        assert page.revision == 1
    return Opening(
        workspaces=size,
        median=statistics.median(taken),
        p99=statistics.quantiles(taken, n=100)[98],
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _rewrap(name: str, vault: Vault, keyring: Path) -> str:
    keyring_file.activate(keyring, keyring_file.add(keyring))
    seconds = _timed(lambda: rewrap(vault.engine, vault.keyring))
    _say(f"{name}: sealed 100,000 anew in {seconds:.1f} s")
    return f"| {name} | 100,000 | sealed anew in {seconds:.1f} s | | |"


def _timed(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


@contextmanager
def _sqlite() -> Iterator[None]:
    yield None


@contextmanager
def _postgresql() -> Iterator[str]:
    found = programs()
    if found is None:
        sys.exit("There is no PostgreSQL here. On Debian: apt-get install postgresql")
    with TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        server = Server(programs=found, directory=Path(place), settings={"fsync": "on"})
        server.make()
        try:
            yield server.url(server.new_database())
        finally:
            server.stop()


def _page(lines: list[str]) -> str:
    table = "\n".join(lines)
    return f"""# Many workspaces

Written by `make scale`. To open the form: the settings of one of so many workspaces, by chance,
are read, opened and drawn, {_OPENINGS} times; Slack's part is not in it. The memory is the most
that the process has had until then, with what it took to fill the table.

| database | workspaces | to open the form, median | p99 | memory |
|---|---|---|---|---|
{table}
"""


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
