"""Small words and late answers: help, Done, what was slow to be judged, limits in a form."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from bot.slack.mailtest.admission import Limits
from bot.slack.pace import Pace
from storage.limits import Limit
from storage.runs import RunState


@pytest.mark.both_doors
@pytest.mark.parametrize("who", ["admin", "member", "guest"])
async def test_help_is_for_everyone_and_for_them_alone(bot: Any, who: str) -> None:
    person = getattr(bot, who)
    for command, words in (("/mailsettings", "history"), ("/mailtest", "--no-send")):
        reply = await person.command(command, " Help ")
        assert words in reply.text
    assert {each.visible_to for each in bot.slack.messages("C1")} == {person.id}


async def test_a_word_that_is_unknown_changes_nothing(bot: Any) -> None:
    reply = await bot.admin.command("/mailsettings", "delete <!channel>")
    assert "doesn't know that word" in reply.text
    assert "channel" not in reply.text.partition("Mail settings")[0]


async def test_done_closes_the_window(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    assert modal.submit_button == "Done"
    submitted = await modal.submit()
    assert submitted.outcome == "closed"
    assert modal.closed


@pytest.fixture
def pace(request: pytest.FixtureRequest) -> Pace:
    """Where the database is held up, a submission is answered at once, whatever comes of it."""
    return Pace(answer_within=0.0) if "hold_up" in request.fixturenames else Pace()


@pytest.fixture
def hold_up(bot: Any) -> Iterator[Callable[[], Connection]]:
    """Hold the database until `rollback`, and let the bot wait for it but a moment."""
    other = create_engine(bot.parts.vault.engine.url)
    with other.connect() as connection:

        def begin() -> Connection:
            sqlite = connection.dialect.name == "sqlite"
            connection.exec_driver_sql("BEGIN EXCLUSIVE" if sqlite else "LOCK TABLE records")
            return connection

        yield begin
    other.dispose()


async def test_a_test_that_is_slow_to_begin_says_so_and_is_done_all_the_same(
    bot: Any, healthy: Any, hold_up: Callable[[], Connection]
) -> None:
    held = hold_up()
    reply = await bot.admin.command("/mailtest", "bob@example.com")
    assert "bob@example.com takes longer to begin than usual" in reply.text
    assert "please try again" in reply.text
    held.rollback()
    await bot.slack.message("C1", containing="accepted the message")
    assert len(healthy.messages) == 1


async def test_a_complaint_that_comes_late_is_found_under_the_window_that_waits(
    bot: Any, hold_up: Callable[[], Connection]
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, host="not a server", password=None)
    await modal.type("Username", "team@example.com")
    held = hold_up()
    submitted = await modal.submit()
    assert submitted.outcome == "pushed"
    held.rollback()
    await modal.shows("Nothing was saved yet. Choose Back")
    await modal.close()
    assert "This isn't a server name" in modal.text()
    assert modal.value("From address") == "team@example.com"


async def test_a_save_that_comes_late_is_found_under_the_window_that_waits(
    bot: Any, hold_up: Callable[[], Connection]
) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    held = hold_up()
    await modal.submit()
    held.rollback()
    await modal.shows("Choose Back to see what was saved.")
    await modal.close()
    assert "Saved." in modal.text()


@pytest.mark.parametrize(
    ("password", "told"), [("s3cret pass", "The new password was given"), ("a\nb", "line breaks")]
)
async def test_a_password_that_was_slow_to_be_kept_is_told_in_its_view(
    bot: Any, hold_up: Callable[[], Connection], password: str, told: str
) -> None:
    modal = await bot.open_settings()
    await modal.press("Set password")
    await modal.shows("New password")
    await modal.type("New password", password)
    held = hold_up()
    await modal.submit()
    held.rollback()
    await modal.shows(told)
    assert password not in "".join(bot.slack.sent_by_bot())


@pytest.mark.parametrize(
    "limits", [Limits(person=Limit(count=1, period=timedelta(minutes=1)))], ids=["one a minute"]
)
async def test_the_limits_hold_for_the_tests_of_a_form_too(
    bot: Any, mail_server: Any, limits: Limits
) -> None:
    assert limits
    server = mail_server(credentials=None)
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=None)
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    await modal.close()
    bot.clock.ahead += timedelta(seconds=2)  # later than a double click
    await modal.press("Send test message")
    await modal.shows("one test too many")
    assert modal.depth == 2
    assert len(server.messages) == 1


async def test_an_address_that_cannot_be_right_is_told_under_its_field(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await modal.type("Test message to", "eve@example.com,bob@example.com")
    await modal.press("Send test message")
    await modal.shows("exactly one address")
    assert modal.depth == 1


async def test_a_test_under_way_has_no_details_yet(
    bot: Any, saying: Any, hold: Any, configure: Any
) -> None:
    greeting = hold(then=b"220 mail.example.com\r\n")
    port, _ = await saying(greeting=greeting)
    configure(bot.parts.vault, port)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="Test message to")
    await greeting.reached.wait()
    [run] = bot.parts.vault.runs.newest("T1", (RunState.RUNNING,), count=2)
    await bot.admin.forge_action({"action_id": "test_details", "value": run.id}, message=message)
    modal = await bot.admin.modal()
    await modal.shows("still under way")
    greeting.go.set()
    await bot.slack.message("C1", containing="accepted the message")
