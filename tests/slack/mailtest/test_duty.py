"""What nobody sees through any more is told, or begun again where nothing was sent."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.demo.slack import StandIn
from bot.slack.api import SlackAPI
from bot.slack.mailtest.duty import Duty
from bot.slack.mailtest.run import TestRun, load_run
from bot.slack.mailtest.view import Content, Test, view_of
from bot.slack.words import section
from bot.smtp.transcript import Transcript
from bot.vault import Vault
from storage.runs import Run, RunState

TestOf = Callable[..., Test]
Write = Callable[..., Run]
Replica = Callable[..., Duty]


async def look(duty: Duty) -> None:
    """Look what is due, and wait until it is done."""
    assert await duty.look()
    await duty.runner.work.drain(seconds=10, grace=1)


def found(vault: Vault, run: Run) -> tuple[Run, TestRun]:
    written = vault.runs.get(run.id)
    assert written is not None
    return written, load_run(written.payload)


@pytest.fixture
async def ts(api: SlackAPI) -> str:
    """The message that shows the test."""
    return await api.post("C1", "Testing", [section("Testing ...")])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState.QUEUED, "was interrupted"),
        (RunState.RUNNING, "was interrupted"),
        (RunState.SENDING, "may have accepted the message"),
    ],
)
async def test_what_a_crash_of_the_only_bot_cut_off_is_told_in_the_message_that_showed_it(
    replica: Replica,
    slack: StandIn,
    vault: Vault,
    ts: str,
    clock: Any,
    test_of: TestOf,
    write: Write,
    state: RunState,
    words: str,
) -> None:
    run = write(TestRun(test=test_of(), channel="C1", ts=ts), state)
    vault.runs.abandon(now=clock())
    await look(replica(shared=False))
    message = await slack.message("C1", containing=words)
    assert message.ts == ts
    written, _ = found(vault, run)
    assert written.told
    assert written.state in {RunState.FAILED, RunState.UNKNOWN}
    [entry] = vault.audit.latest("T1", 10)
    assert entry.detail["outcome"] == ("unknown" if state is RunState.SENDING else "failed")


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
async def test_another_replica_begins_again_what_was_not_sent_and_reports_in_the_same_message(
    replica: Replica,
    slack: StandIn,
    vault: Vault,
    ts: str,
    clock: Any,
    test_of: TestOf,
    write: Write,
    state: RunState,
) -> None:
    run = write(TestRun(test=test_of(server="old.example:25"), channel="C1", ts=ts), state)
    duty = replica()
    await look(duty)
    assert found(vault, run)[0].owner == "dead"
    clock.advance(seconds=20)
    await look(duty)
    message = await slack.message("C1", containing="Not possible")  # nothing is set up
    assert message.ts == ts
    assert len(slack.messages("C1")) == 1
    written, ended = found(vault, run)
    assert (written.owner, written.told) == (duty.runner.leases.owner, True)
    assert (ended.attempt, ended.test.code, ended.test.server) == (2, "4821", "")


@pytest.mark.parametrize("why", ["attempts", "late", "form"])
async def test_what_is_not_begun_again_is_told_as_interrupted(
    replica: Replica,
    slack: StandIn,
    api: SlackAPI,
    tickets: Any,
    clock: Any,
    test_of: TestOf,
    write: Write,
    why: str,
) -> None:
    testing = view_of(Content(text="", blocks=[section("Testing ...")]))
    view_id = await api.open_view(tickets.trigger(), testing)
    run = TestRun(test=test_of(), channel="C1")
    if why == "attempts":
        run = replace(run, attempt=3)
    elif why == "form":
        run = replace(run, test=test_of(from_form=True), view_id=view_id, form_id="UADMIN-1")
    write(run, RunState.RUNNING)
    clock.advance(minutes=10 if why == "late" else 1)
    await look(replica())
    if why == "form":
        assert "was interrupted" in tickets.shown(view_id)
        assert "Details, for admins" in tickets.shown(view_id)
    else:
        await slack.message("C1", containing="was interrupted")


async def test_an_end_that_nobody_was_told_is_told_once_and_written_down_once(
    replica: Replica,
    slack: StandIn,
    vault: Vault,
    clock: Any,
    test_of: TestOf,
    transcript_of: Callable[..., Transcript],
    write: Write,
) -> None:
    run = TestRun(test=test_of(), channel="C1").ended(transcript_of(), None, clock())
    written = write(run, RunState.ACCEPTED)
    clock.advance(seconds=20)
    first, second = replica(), replica()
    await asyncio.gather(look(first), look(second))
    await slack.message("C1", containing="accepted the message")
    assert len(slack.messages("C1")) == 1
    assert found(vault, written)[0].told
    assert vault.audit.latest("T1", 10) == ()


async def test_what_slack_takes_nowhere_is_tried_for_a_day(
    replica: Replica, slack: StandIn, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    run = write(TestRun(test=test_of(), channel="C1"), RunState.SENDING)
    slack.weather.fail("chat.postMessage", 7, status="internal_error")
    clock.advance(seconds=20)
    duty = replica()
    await look(duty)
    assert not found(vault, run)[0].told
    clock.advance(minutes=9)
    await look(duty)
    assert slack.messages("C1") == []
    with capture_logs() as logged:
        clock.advance(days=1)
        await look(duty)
    assert [each["event"] for each in logged if each["log_level"] == "error"] == [
        "a result could not be shown",
        "nobody could be told how a test ended",
    ]
    assert found(vault, run)[0].told


async def test_what_we_still_see_through_after_a_long_sleep_is_not_taken_over(
    replica: Replica, slack: StandIn, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    duty = replica()
    owner = duty.runner.leases.owner
    run = write(TestRun(test=test_of(), channel="C1"), RunState.RUNNING, owner=owner)
    with duty.runner.leases.held(run.id, since=0.0):
        clock.advance(hours=1)
        await look(duty)
    assert slack.messages("C1") == []
    assert found(vault, run)[0].state is RunState.RUNNING


async def test_who_comes_back_shows_the_end_that_another_has_found_meanwhile(
    replica: Replica,
    slack: StandIn,
    vault: Vault,
    ts: str,
    clock: Any,
    test_of: TestOf,
    write: Write,
) -> None:
    frozen, other = replica(), replica()
    owner = frozen.runner.leases.owner
    run = write(TestRun(test=test_of(), channel="C1", ts=ts), RunState.SENDING, owner=owner)
    clock.advance(seconds=20)
    claimed = vault.runs.claim_due(now=clock(), lease=frozen.runner.leases.lease, owner="x")
    assert claimed == (run.id,)
    with pytest.raises(Exception, match=run.id):
        await frozen.take_over(run, since=0.0)
    clock.advance(seconds=20)
    await look(other)
    message = await slack.message("C1", containing="may have accepted")
    edits = message.edits
    await frozen.runner.findings.sequels.show(run.id)
    assert (message.edits, "may have accepted" in message.shown) == (edits + 1, True)
    assert len(vault.audit.latest("T1", 10)) == 1


async def test_a_step_that_was_lost_between_claim_and_beginning_is_left_to_the_other(
    replica: Replica, slack: StandIn, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    run = write(TestRun(test=test_of(), channel="C1"), RunState.QUEUED)
    clock.advance(seconds=20)
    duty = replica()
    with vault.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER quicker AFTER UPDATE OF due_at ON runs "
            "BEGIN UPDATE runs SET owner = 'quicker'; END"
        )
    with capture_logs() as logged:
        await look(duty)
    assert [each["event"] for each in logged] == ["a test was taken over by another replica"]
    assert slack.messages("C1") == []
    assert found(vault, run)[0].state is RunState.QUEUED


async def test_an_heir_that_dies_too_holds_a_test_up_for_no_longer_than_the_first(
    replica: Replica, slack: StandIn, ts: str, clock: Any, test_of: TestOf, write: Write
) -> None:
    write(TestRun(test=test_of(), channel="C1", ts=ts), RunState.SENDING)
    clock.advance(seconds=20)
    heir, next_heir = replica(), replica()
    assert heir._claim()  # and dies
    clock.advance(seconds=20)
    await look(next_heir)
    await slack.message("C1", containing="may have accepted")


async def test_while_the_database_is_away_the_others_get_time_to_say_that_they_live(
    replica: Replica, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    write(TestRun(test=test_of(), channel="C1"), RunState.QUEUED)
    clock.advance(seconds=20)
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME TO elsewhere")
    duty = replica()
    with capture_logs() as logged:
        assert not await duty.look()
    assert [each["event"] for each in logged] == ["nobody looked which tests are due"]
    assert len(duty.runner.work) == 0


async def test_a_run_that_is_damaged_is_told_in_the_log_once_and_one_that_is_gone_nowhere(
    replica: Replica, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    write(TestRun(test=test_of(), channel="C1"), RunState.QUEUED)
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET envelope = x'00'")
    duty = replica()
    with capture_logs() as logged:
        for _ in range(2):
            clock.advance(minutes=5)
            await look(duty)
        await duty._do("gone", since=0)
    assert [each["event"] for each in logged] == ["a due test is damaged"]


async def test_a_database_that_goes_away_after_the_claim_is_tried_again(
    replica: Replica, slack: StandIn, vault: Vault, clock: Any, test_of: TestOf, write: Write
) -> None:
    write(TestRun(test=test_of(), channel="C1"), RunState.SENDING)
    clock.advance(seconds=20)
    duty = replica()
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE records RENAME TO elsewhere")
    with capture_logs() as logged:
        await look(duty)
    assert [each["event"] for each in logged] == ["a due test was not looked at yet"]
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO records")
    clock.advance(minutes=2)
    await look(duty)
    await slack.message("C1", containing="may have accepted")
