"""A key's whole life beside bots that read and write, on both kinds of database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from storage import keyring_file
from storage.keys import count_by_key

BOT = """
import os, sys
from datetime import datetime, UTC
from bot.config import read
from bot.vault import open_existing
from bot.smtp.settings import MailSettings
from storage.audit import Event
from storage.clock import SharedClock
from storage.runs import RunState
vault = open_existing(read(os.environ, for_slack=False))
workspace, number = sys.argv[1], 0
with vault.replicas.beating(vault.keyring, clock=SharedClock(vault.engine)) as replica_id:
    vault.replicas.leave(replica_id)  # the other bots of the test have the same host
    for line in sys.stdin:
        vault.replicas.beat(workspace, vault.keyring)
        for _ in range(int(line)):
            at = datetime.now(UTC)
            event = Event(actor="U1", action="settings.save")
            vault.settings.put(workspace, MailSettings(host=f"h{number}.example"),
                               revision=number, by="U1", at=at, event=event)
            number += 1
            run = vault.runs.add(workspace, b"test", at=at)
            vault.runs.advance(run.id, expect=RunState.QUEUED, to=RunState.ACCEPTED, at=at,
                               payload=b"done")
            for each in vault.workspaces():
                assert vault.settings.get(each).value.host.startswith("h")
                found = vault.runs.newest(each, tuple(RunState), count=1000)
                assert all(run.payload in (b"test", b"done") for run in found)
            vault.audit.verify()
        print(number, flush=True)
"""


class Bots:
    """Processes that save and read as long as they are told to."""

    def __init__(self, environ: dict[str, str], count: int) -> None:
        self._processes = [
            subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
                [sys.executable, "-c", BOT, f"T{number}"],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(count)
        ]

    def go_on(self, rounds: int = 6) -> None:
        """Have all of them save and read some rounds more, and don't wait."""
        for each in self._processes:
            assert each.stdin
            each.stdin.write(f"{rounds}\n")
            each.stdin.flush()

    def done(self) -> None:
        """Wait until all have done their rounds without an error."""
        for each in self._processes:
            assert each.stdout
            assert each.stdout.readline() != ""

    def end(self) -> None:
        for each in self._processes:
            each.communicate(timeout=60)
        assert [each.returncode for each in self._processes] == [0] * len(self._processes)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, shell: Any) -> Any:
    """The shell, with a database and a keyring."""
    if request.param == "postgresql":
        shell.environ["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
        keyring_file.create(shell.data / "keyring")
    shell.vault().close()
    return shell


@pytest.fixture
def bots(place: Any) -> Iterator[Bots]:
    running = Bots(place.environ, 3)
    yield running
    running.end()


@pytest.mark.timeout(240)
def test_nothing_is_unreadable_at_any_moment_of_a_rotation(place: Any, bots: Bots) -> None:
    file = place.data / "keyring"
    first = keyring_file.read(file).primary_id
    bots.go_on()
    for words in (("add",), ("activate",), ("rewrap",), ("retire",)):
        bots.done()
        bots.go_on()
        found = place("keyring", *words)
        while found.status == os.EX_TEMPFAIL:  # a bot that has not beaten, or sealed meanwhile
            bots.done()
            bots.go_on()
            if words == ("retire",):
                assert place("keyring", "rewrap").status in {os.EX_OK, os.EX_TEMPFAIL}
            found = place("keyring", *words)
        assert found.status == os.EX_OK, found.err
    bots.done()
    ring = keyring_file.read(file)
    assert ring.key_ids == (ring.primary_id,)
    assert ring.primary_id != first
    vault = place.vault()
    assert set(count_by_key(vault.engine)) == {ring.primary_id}
    vault.audit.verify()
    vault.close()
    assert place("db", "check").status == os.EX_OK
