"""A replica dies or sleeps during a test: another sees it through, and no mail goes twice."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def prepare(vault: Any, configure: Any) -> Any:
    def put(port: int) -> None:
        configure(vault, port, host="localhost")

    return put


async def begin(replicas: Any, moment: Any) -> Any:
    """Ask for a test, wait until the server is at *moment*, and return who runs the test."""
    await replicas.admin.command("/mailtest", "bob@example.com")
    await asyncio.wait_for(moment.reached.wait(), 30)
    message = await replicas.slack.message("C1", containing="Test message to")
    # An edit comes only after the replica wrote down which message it edits.
    await replicas.slack.events.until(lambda: True if message.edits else None, what="an edit")
    return replicas.that_tests()


async def kill(replica: Any) -> None:
    replica.process.kill()
    await replica.ended()


@pytest.mark.both_doors
@pytest.mark.parametrize("point", ["greeting", "rcpt"])
async def test_what_was_not_sent_is_begun_again_by_another_and_reported_in_the_same_message(
    replicas: Any, prepare: Any, saying: Any, hold: Any, point: str
) -> None:
    moment = hold(b"220 fine\r\n" if point == "greeting" else b"250 2.1.5 fine\r\n")
    port, script = await saying(**{point: moment})
    prepare(port)
    await kill(await begin(replicas, moment))
    moment.go.set()
    message = await replicas.slack.message("C1", containing="accepted the message")
    assert replicas.tests() == [message]
    assert (script.connections, len(script.messages)) == (2, 1)
    heir = replicas.that_tests()
    await heir.says("test ended")
    assert heir.events("a test was begun again")[0]["attempt"] == 2
    assert replicas.audited() == ["accepted"]
    await replicas.member.press_message(message, "It arrived")
    await replicas.slack.message("C1", containing="got the message: @UMEMBER")


@pytest.mark.both_doors
async def test_what_was_announced_is_unknown_and_never_sent_again(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"250 2.0.0 Ok\r\n")
    port, script = await saying(dot=moment)
    prepare(port)
    await kill(await begin(replicas, moment))
    moment.go.set()
    message = await replicas.slack.message("C1", containing="Unknown")
    assert "may have accepted" in message.shown
    assert replicas.tests() == [message]
    assert (script.connections, len(script.messages)) == (1, 1)
    assert replicas.audited() == ["unknown"]


async def test_a_test_that_was_not_shown_yet_is_shown_once(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"220 fine\r\n")
    port, script = await saying(greeting=moment)
    prepare(port)
    replicas.slack.weather.hang("chat.postMessage")
    await replicas.admin.command("/mailtest", "bob@example.com")
    await asyncio.wait_for(moment.reached.wait(), 30)
    await kill(replicas.that_tests())
    replicas.slack.weather.clear()
    moment.go.set()
    message = await replicas.slack.message("C1", containing="accepted the message")
    assert replicas.tests() == [message]
    assert len(script.messages) == 1


async def test_an_end_that_the_channel_did_not_hear_of_is_told_by_another(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"250 2.0.0 Ok: queued as 4F1\r\n")
    port, script = await saying(dot=moment)
    prepare(port)
    dying = await begin(replicas, moment)
    replicas.slack.weather.hang("chat.update")
    moment.go.set()
    await dying.says("test ended")
    await kill(dying)
    replicas.slack.weather.clear()
    message = await replicas.slack.message("C1", containing="accepted the message")
    assert "4F1" in message.shown
    assert replicas.tests() == [message]
    assert len(script.messages) == 1
    assert replicas.audited() == ["accepted"]


async def test_a_test_of_a_form_is_told_in_its_view_by_another(
    replicas: Any, saying: Any, hold: Any
) -> None:
    moment = hold()
    port, script = await saying(greeting=moment)
    anyone = replicas.running[0]
    modal = await anyone.open_settings()
    await modal.choose("Mail protocol", "SMTP (no encryption)")
    await modal.changed()
    await anyone.fill(modal, host="localhost", port=port, password=None)
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await modal.press("Send test message")
    await asyncio.wait_for(moment.reached.wait(), 30)
    await kill(replicas.that_tests())
    await modal.shows("stopped while the test was running")
    assert script.connections == 1


async def test_when_all_have_died_the_next_one_sees_it_through(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"220 fine\r\n")
    port, script = await saying(greeting=moment)
    prepare(port)
    await begin(replicas, moment)
    for each in replicas.running:
        await kill(each)
    moment.go.set()
    await replicas.start()
    message = await replicas.slack.message("C1", containing="accepted the message")
    assert replicas.tests() == [message]
    assert len(script.messages) == 1


@pytest.mark.both_doors
async def test_who_slept_through_its_lease_finds_the_test_done_and_sends_nothing(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"250 2.1.5 fine\r\n")
    port, script = await saying(rcpt=moment)
    prepare(port)
    sleeper = await begin(replicas, moment)
    replicas.freeze(sleeper)
    moment.go.set()
    message = await replicas.slack.message("C1", containing="accepted the message")
    heir = replicas.that_tests()
    assert heir is not sleeper
    await heir.says("test ended")
    replicas.thaw(sleeper)
    await sleeper.says("a test was taken over by another replica")
    assert await sleeper.stop() == 0  # all that it had to do is done by then
    assert "accepted the message" in message.shown
    assert replicas.tests() == [message]
    assert len(script.messages) == 1
    assert replicas.audited() == ["accepted"]


async def test_who_fell_asleep_between_two_statements_holds_nobody_up_for_long(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"250 2.1.5 fine\r\n")
    port, script = await saying(rcpt=moment)
    prepare(port)
    sleeper = await begin(replicas, moment)
    # Its sign of life waits for our lock; when we let go, the row is its own, and it sleeps on it.
    with replicas.vault.engine.begin() as connection:
        connection.execute(text("LOCK TABLE runs IN SHARE MODE"))
        while not connection.scalar(text(WAITING)):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)
        replicas.freeze(sleeper)
    moment.go.set()
    message = await replicas.slack.message("C1", containing="accepted the message")
    replicas.thaw(sleeper)
    await sleeper.says("a test was taken over by another replica")
    assert await sleeper.stop() == 0
    assert replicas.tests() == [message]
    assert len(script.messages) == 1


async def test_who_slept_with_the_message_on_its_way_does_not_change_what_was_told(
    replicas: Any, prepare: Any, saying: Any, hold: Any
) -> None:
    moment = hold(b"250 2.0.0 Ok\r\n")
    port, script = await saying(dot=moment)
    prepare(port)
    sleeper = await begin(replicas, moment)
    replicas.freeze(sleeper)
    message = await replicas.slack.message("C1", containing="Unknown")
    replicas.thaw(sleeper)
    moment.go.set()
    await sleeper.says("a test was taken over by another replica")
    assert await sleeper.stop() == 0
    assert "Unknown" in message.shown
    assert replicas.tests() == [message]
    assert (script.connections, len(script.messages)) == (1, 1)
    assert replicas.audited() == ["unknown"]
    await replicas.member.press_message(message, "It arrived")
    await replicas.slack.message("C1", containing="got the message: @UMEMBER")
