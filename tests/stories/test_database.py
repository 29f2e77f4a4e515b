"""The database locked, full and read-only: people are told, and nothing is half written."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.slack.program import Program
from bot.smtp.network import Deadlines, Network
from storage.errors import Unavailable
from tests.disks import fill_up, mount
from tests.stories.recovery import (
    assert_recovered,
    assert_whole,
    cause_of,
    faults,
)

pytestmark = pytest.mark.only_sqlite

_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


async def calls(bot: Any, method: str, count: int) -> None:
    """Wait until the bot has called *method* so many times."""
    await bot.slack.events.until(
        lambda: len([e for e in bot.slack.record if e.what == method]) >= count or None,
        what=f"{count} calls of {method}",
    )


def shown_tests(bot: Any) -> list[Any]:
    """Return the messages of the channel that show a test."""
    return [each for each in bot.slack.messages("C1") if "Test message" in each.shown]


def told(bot: Any, words: str) -> list[Any]:
    """Return the private messages that say *words*."""
    return [m for m in bot.slack.messages("C1") if m.visible_to and words in m.shown]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Have another process hold the database while the block lasts."""
    with subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", _LOCK, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        yield
        other.communicate()


async def turned(bot: Any, way: str, disk: Path) -> None:
    """Make *disk* `ro` or `rw`, as soon as the bot has no file open: that keeps it from turning."""
    async with asyncio.timeout(30):
        bot.parts.vault.engine.dispose()
        while not mount("-o", f"remount,{way}", disk):
            await asyncio.sleep(0.05)
            bot.parts.vault.engine.dispose()


async def test_a_locked_database_is_told_with_an_incident_and_is_over_when_it_is_over(
    bot: Any, healthy: Any, leaks: Path, tmp_path: Path
) -> None:
    form = await bot.open_settings()
    other = await bot.open_settings(bot.owner)
    await form.type("Sender name", "New name")
    with locked(tmp_path / "data/mailsettings.db"):
        saving = asyncio.create_task(form.submit())
        await other.press("More options")
        await bot.owner.command("/mailtest", "eve@example.com")
        await bot.member.command("/mailsettings")
        in_channel = await bot.slack.message("C1", containing="incident number")
        in_person = await bot.slack.message("DUOWNER", containing="incident number")
        await form.shows("incident number")
        await saving
        await bot.slack.events.until(
            lambda: len(told(bot, "incident number")) == 2 or None, what="both commands' answers"
        )
    assert in_channel.visible_to
    for text in (form.text(), in_channel.shown, in_person.shown):
        assert "locked by another program" in cause_of(text, leaks)
    assert_whole(bot)
    assert bot.parts.vault.settings.get("T1").value.sender_name == ""
    assert healthy.commands == []
    await form.close()
    assert form.value("Sender name") == "New name"
    await bot.save(form)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")


async def test_a_save_that_takes_long_is_shown_when_it_is_done(bot: Any, tmp_path: Path) -> None:
    form = await bot.open_settings()
    await bot.fill(form)
    with locked(tmp_path / "data/mailsettings.db"):
        await form.submit()
        assert form.depth == 2
        assert "Saving" in form.text()
    await form.shows("Choose Back")
    await form.close()
    await form.shows("Saved.")
    assert bot.parts.vault.settings.get("T1").revision == 1


async def test_a_start_that_cannot_read_what_was_left_untold_opens_no_door(
    bot: Any, tmp_path: Path
) -> None:
    # With a door open first, a test of its own would be taken for one that a crash cut off.
    second = Program(bot.parts)
    with (
        locked(tmp_path / "data/mailsettings.db"),
        pytest.raises(Unavailable, match=r"locked|busy"),
    ):
        await second.start()
    assert second.port == 0
    await second.stop()


async def test_a_password_given_while_the_database_is_locked_is_answered_in_time(
    bot: Any, tmp_path: Path
) -> None:
    modal = await bot.open_settings()
    await modal.press("Set password")
    await modal.shows("New password")
    await modal.type("New password", "s3cret pass")
    with locked(tmp_path / "data/mailsettings.db"):
        await modal.submit()
        await modal.shows("incident number")
    assert_whole(bot)
    assert "s3cret pass" not in "".join(bot.slack.sent_by_bot())


async def test_a_form_test_under_a_locked_database_says_so_in_its_view(
    bot: Any, saying: Any, configure: Any, tmp_path: Path
) -> None:
    port, script = await saying()
    configure(bot.parts.vault, port)
    modal = await bot.open_settings()
    bot.slack.weather.delay("views.push", 0.5)
    await modal.press("Send test message")
    await calls(bot, "views.push", 1)
    with locked(tmp_path / "data/mailsettings.db"):
        await modal.shows("incident number")
    assert script.connections == 0
    assert_whole(bot)


class TestWithRealDeadlines:
    @pytest.fixture
    def network(self, network: Network) -> Network:
        return replace(network, deadlines=Deadlines())

    async def test_a_database_locked_before_the_final_dot_stops_the_message(
        self, bot: Any, saying: Any, configure: Any, hold: Any, tmp_path: Path
    ) -> None:
        moment = hold(b"354 go on\r\n")
        port, script = await saying(data=moment)
        configure(bot.parts.vault, port)
        await bot.admin.command("/mailtest", "bob@example.com")
        await moment.reached.wait()
        with locked(tmp_path / "data/mailsettings.db"):
            moment.go.set()
            message = await bot.slack.message("C1", containing="failed at stage Message")
        assert "could not write down that it was about to send" in message.shown
        assert script.messages == []

    async def test_an_end_that_could_not_be_written_down_at_once_is_written_down_later(
        self, bot: Any, saying: Any, configure: Any, hold: Any, tmp_path: Path
    ) -> None:
        moment = hold(b"250 2.0.0 Ok\r\n")
        port, _script = await saying(dot=moment)
        configure(bot.parts.vault, port)
        await bot.admin.command("/mailtest", "bob@example.com")
        await moment.reached.wait()
        with locked(tmp_path / "data/mailsettings.db"):
            moment.go.set()
            message = await bot.slack.message("C1", containing="accepted the message")
        await bot.restart()
        assert message.shown == shown_tests(bot)[-1].shown
        await bot.admin.press_message(message, "Details")
        details = await bot.admin.modal()
        await details.shows("The conversation")


@pytest.fixture
def small_disk(new_disk: Callable[..., Path]) -> Path:
    """A disk of one megabyte, where the data directory is."""
    return new_disk(1)


class TestOnASmallDisk:
    @pytest.fixture
    def environ(self, small_disk: Path) -> dict[str, str]:
        return {"MAILSETTINGS_DATA_DIR": str(small_disk)}

    async def test_a_full_disk_is_told_with_an_incident_and_nothing_is_half_written(
        self, bot: Any, healthy: Any, leaks: Path, small_disk: Path
    ) -> None:
        form = await bot.open_settings()
        await form.type("Sender name", "New name")
        filler = fill_up(small_disk)
        await form.submit()
        await form.shows("incident number")
        await bot.owner.command("/mailtest", "eve@example.com")
        message = await bot.slack.message("C1", containing="incident number")
        assert message.visible_to == "UOWNER"
        for text in (form.text(), message.shown):
            assert "disk that holds the database is full" in cause_of(text, leaks)
        assert await faults(bot) == ["database"]
        filler.unlink()
        await assert_recovered(bot, healthy)

    async def test_a_disk_turned_read_only_is_told_with_an_incident(
        self, bot: Any, healthy: Any, leaks: Path, small_disk: Path
    ) -> None:
        form = await bot.open_settings()
        await form.type("Sender name", "New name")
        await turned(bot, "ro", small_disk)
        await form.submit()
        await form.shows("incident number")
        await bot.owner.command("/mailtest", "eve@example.com")
        message = await bot.slack.message("C1", containing="incident number")
        assert message.visible_to == "UOWNER"
        for text in (form.text(), message.shown):
            assert "database file can't be written" in cause_of(text, leaks)
        await bot.open_settings()  # to read is possible
        assert await faults(bot) == ["database"]
        await turned(bot, "rw", small_disk)
        await assert_recovered(bot, healthy)
