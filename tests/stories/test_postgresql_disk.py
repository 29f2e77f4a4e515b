"""PostgreSQL on a full disk, and turned read-only: people are told, and nothing is half written."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import keyring_file
from tests.disks import fill_up
from tests.stories.recovery import assert_recovered, cause_of, faults


@pytest.fixture(scope="module")
def weathered(new_postgresql: Callable[..., Any]) -> Any:
    """A server of these stories' own."""
    return new_postgresql()


@pytest.fixture
def tablespace() -> str:
    """Where the server puts the database."""
    return "pg_default"


@pytest.fixture
def database(weathered: Any, tablespace: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    keyring_file.create(tmp_path / "data" / "keyring")
    name = weathered.new_database()
    weathered.execute(f"ALTER DATABASE {name} SET TABLESPACE {tablespace}")
    yield {"DATABASE_URL": weathered.url(name)}
    weathered.drop(name)


async def told(bot: Any, form: Any, log: Path) -> set[str]:
    """Save and test in vain; return the causes that the log tells."""
    await form.submit()
    await form.shows("incident number")
    reply = await bot.owner.command("/mailtest", "eve@example.com")
    await bot.open_settings()  # to read is possible
    return {cause_of(each, log) for each in (form.text(), reply.text)}


async def test_a_database_made_read_only_is_told_with_an_incident_and_is_over_when_it_is_over(
    bot: Any, healthy: Any, leaks: Path, weathered: Any
) -> None:
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    weathered.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    weathered.execute("SELECT pg_reload_conf()")
    [cause] = await told(bot, form, leaks)
    assert "default_transaction_read_only" in cause
    assert await faults(bot) == ["database"]
    weathered.execute("ALTER SYSTEM RESET default_transaction_read_only")
    weathered.execute("SELECT pg_reload_conf()")
    await assert_recovered(bot, healthy)


class TestOnASmallDisk:
    @pytest.fixture
    def small_disk(self, weathered: Any, new_disk: Callable[..., Path]) -> Path:
        """A disk for one database, which the server may use."""
        return new_disk(24, uid=weathered.data.stat().st_uid)

    @pytest.fixture
    def tablespace(self, weathered: Any, small_disk: Path) -> Iterator[str]:
        weathered.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        yield "small"
        weathered.execute("DROP TABLESPACE small")

    async def test_a_full_disk_is_told_with_an_incident_and_is_over_when_there_is_room(
        self, bot: Any, healthy: Any, leaks: Path, small_disk: Path
    ) -> None:
        form = await bot.open_settings()
        await form.type("Sender name", "New name")
        # Each row asks for a page of its own: one would be full much later than the disk.
        with bot.parts.vault.engine.begin() as connection:
            for table in ("records", "runs", "audit_entries"):
                connection.exec_driver_sql(f"ALTER TABLE {table} SET (fillfactor = 10)")
        filler = fill_up(small_disk)
        [cause] = await told(bot, form, leaks)
        assert cause == "The disk that holds the database is full. Make room on it."
        filler.unlink()
        await assert_recovered(bot, healthy)
