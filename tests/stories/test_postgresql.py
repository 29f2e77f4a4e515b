"""PostgreSQL stopped, failed over and without connections: people are told, and it goes on."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage import keyring_file


@pytest.fixture
def weathered(new_postgresql: Callable[..., Any]) -> Iterator[Any]:
    """A server of the story's own."""
    server = new_postgresql()
    yield server
    server.stop()


@pytest.fixture
def database(weathered: Any, tmp_path: Path) -> dict[str, str]:
    keyring_file.create(tmp_path / "data" / "keyring")
    url = f"postgresql://guarded:a%20right%20p%40ss@127.0.0.1:{weathered.port}/postgres"
    return {"DATABASE_URL": url}


def causes(leaks: Path) -> str:
    """Return why things went wrong, as the log tells; nothing of the password is in it."""
    told = leaks.read_text()
    assert "a right p@ss" not in told
    assert "a%20right" not in told
    entries = [json.loads(line) for line in told.splitlines()]
    return " ".join(str(each["why"]) for each in entries if "why" in each)


async def test_a_server_that_stops_and_comes_back(
    bot: Any, healthy: Any, leaks: Path, weathered: Any
) -> None:
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    weathered.stop()
    await form.submit()
    await form.shows("incident number")
    await bot.owner.command("/mailtest", "eve@example.com")
    message = await bot.slack.message("C1", containing="incident number")
    assert message.visible_to == "UOWNER"
    assert "No database server answers" in causes(leaks)
    assert healthy.commands == []
    weathered.start()
    form = await bot.open_settings()
    assert form.value("Sender name") == ""
    await form.type("Sender name", "New name")
    await bot.save(form)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    bot.parts.vault.audit.verify()


async def test_a_server_that_became_a_standby_and_is_the_primary_again(
    bot: Any, healthy: Any, leaks: Path, weathered: Any
) -> None:
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    weathered.stop()
    weathered.start(standby=True)
    await form.submit()
    await form.shows("incident number")
    assert "standby" in causes(leaks)
    await bot.open_settings(bot.owner)  # to read is possible
    weathered.execute("SELECT pg_promote()")
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    await bot.save(form)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    assert healthy.messages


async def test_a_server_without_a_connection_left(
    bot: Any, healthy: Any, leaks: Path, weathered: Any
) -> None:
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    weathered.execute("ALTER ROLE guarded NOSUPERUSER CONNECTION LIMIT 0")
    weathered.execute("ALTER DATABASE postgres OWNER TO guarded")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guarded'"
    weathered.execute(others)
    await form.submit()
    await form.shows("incident number")
    assert "no connection left" in causes(leaks)
    weathered.execute("ALTER ROLE guarded CONNECTION LIMIT -1")
    form = await bot.open_settings()
    await form.type("Sender name", "New name")
    await bot.save(form)
    assert healthy.commands == []
