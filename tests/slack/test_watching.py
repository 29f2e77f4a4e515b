"""Readiness names what is wrong, and nothing else; figures come without the database too."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.slack.metrics import Metrics
from bot.slack.watching import Watching
from bot.slack.work import Threads, Work
from bot.vault import Vault, database_path
from storage.keyring import Keyring, generate_key
from storage.runs import Runs


@pytest.fixture
async def threads() -> AsyncIterator[Threads]:
    threads = Threads(2)
    yield threads
    threads.close()


@pytest.fixture
def watching(config: Config, vault: Vault, threads: Threads, metrics: Metrics) -> Watching:
    return Watching(config=config, vault=vault, threads=threads, work=Work(), metrics=metrics)


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def test_a_sound_program_has_no_faults(watching: Watching) -> None:
    assert await watching.faults(draining=False, connected=yes) == []


async def test_draining_and_a_lost_connection_to_slack_are_named(watching: Watching) -> None:
    assert await watching.faults(draining=True, connected=no) == ["draining", "slack connection"]


async def test_a_database_that_is_gone_is_named(watching: Watching, config: Config) -> None:
    database_path(config).unlink()
    assert await watching.faults(draining=False, connected=yes) == ["database"]


@pytest.mark.parametrize("revision", ["0001", "9999"])
async def test_a_schema_of_another_version_is_named(
    watching: Watching, vault: Vault, revision: str
) -> None:
    with vault.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    assert await watching.faults(draining=False, connected=yes) == ["schema"]


async def test_a_record_under_a_key_that_we_lack_is_named(
    watching: Watching, vault: Vault, clock: object
) -> None:
    other = Keyring.parse(f"primary {generate_key()}")
    Runs(vault.engine, other).add("T1", b"x", at=clock())
    assert await watching.faults(draining=False, connected=yes) == ["keys"]


async def test_the_database_is_counted_while_it_answers(watching: Watching, vault: Vault) -> None:
    told = (await watching.figures()).decode()
    key = vault.keyring.primary_id
    assert f'mailsettings_sealed_records{{key_id="{key}"}} 1.0' in told
    for state in ("queued", "running", "sending", "accepted", "failed", "unknown", "confirmed"):
        assert f'mailsettings_runs{{state="{state}"}} 0.0' in told
    assert "mailsettings_database_up 1.0" in told


async def test_without_the_database_there_are_figures_of_all_else(
    watching: Watching, vault: Vault
) -> None:
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE runs")
    told = (await watching.figures()).decode()
    assert "mailsettings_database_up 0.0" in told
    assert "mailsettings_work_under_way 0.0" in told
    assert "mailsettings_runs{" not in told
