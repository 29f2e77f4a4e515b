"""What people say of a message is written down once, shown, and found by its code."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.demo.slack import StandIn
from bot.slack.access import Caller, Person, Role
from bot.slack.api import SlackAPI
from bot.slack.mailtest.admission import Limits, TooMany
from bot.slack.mailtest.arrivals import Arrivals, NotAMember, NothingToConfirm
from bot.slack.mailtest.duty import Duty
from bot.slack.mailtest.run import TestRun, dump_run, load_run
from bot.slack.mailtest.view import Test
from bot.slack.words import section
from bot.smtp.transcript import Outcome, Transcript
from bot.vault import Vault
from storage.limits import Limit
from storage.runs import RunState

ANA = Person(id="UADMIN", name="ana", email="", role=Role.ADMIN)
MIA = Person(id="UMEMBER", name="mia", email="", role=Role.MEMBER)
LIMITS = Limits(
    confirmations=Limit(count=3, period=timedelta(minutes=1)),
    confirmations_of_workspace=Limit(count=5, period=timedelta(hours=1)),
)
Write = Callable[..., str]


@pytest.fixture
async def duty(replica: Callable[..., Duty]) -> Duty:
    made = replica()
    return replace(made, arrivals=replace(made.arrivals, limits=LIMITS))


@pytest.fixture
def arrivals(duty: Duty) -> Arrivals:
    return duty.arrivals


async def look(duty: Duty) -> None:
    """Look what is due, and wait until it is done."""
    await duty.look()
    await duty.runner.work.drain(seconds=10, grace=1)


@pytest.fixture
def write(
    vault: Vault,
    clock: Any,
    test_of: Callable[..., Test],
    transcript_of: Callable[..., Transcript],
) -> Write:
    """Write down a run that has just ended, and return its id."""

    def put(*, state: RunState = RunState.ACCEPTED, workspace: str = "T1", **more: Any) -> str:
        outcome = Outcome.UNKNOWN if state is RunState.UNKNOWN else Outcome.ACCEPTED
        asked = {key: more.pop(key) for key in ("code", "send") if key in more}
        run = TestRun(test=test_of(**asked), channel="C1", **more)
        run = run.ended(transcript_of(outcome=outcome), None, clock())
        written = vault.runs.add(workspace, dump_run(run), at=clock())
        vault.runs.advance(written.id, expect=RunState.QUEUED, to=state, at=clock())
        vault.runs.tell(written.id, now=clock(), again=timedelta(0))
        return written.id

    return put


def state_of(vault: Vault, run_id: str) -> tuple[RunState, TestRun]:
    written = vault.runs.get(run_id)
    assert written is not None
    return written.state, load_run(written.payload)


def audited(vault: Vault) -> list[tuple[str, str, Any]]:
    entries = vault.audit.latest("T1", 10)
    return [(each.actor, each.action, each.detail["seconds"]) for each in reversed(entries)]


@pytest.mark.parametrize("state", [RunState.ACCEPTED, RunState.UNKNOWN])
async def test_the_last_word_counts_and_all_words_are_in_the_audit_log(
    arrivals: Arrivals, vault: Vault, clock: Any, write: Write, state: RunState
) -> None:
    run_id = write(state=state)
    clock.advance(minutes=2)
    run = await arrivals.answer(ANA, run_id, arrived=True)
    assert run is not None
    assert run.later.arrival is not None
    assert run.later.arrival.after == timedelta(minutes=2)
    assert state_of(vault, run_id) == (RunState.CONFIRMED, run)
    assert due(vault, clock) == ()
    clock.advance(minutes=1)
    await arrivals.answer(MIA, run_id, arrived=False)
    found, known = state_of(vault, run_id)
    assert found is state
    assert known.later.arrival is not None
    assert (known.later.arrival.arrived, known.later.arrival.by) == (False, "UMEMBER")
    await arrivals.answer(ANA, run_id, arrived=True)
    assert state_of(vault, run_id)[0] is RunState.CONFIRMED
    assert audited(vault) == [
        ("UADMIN", "test.confirmed", 120),
        ("UMEMBER", "test.missed", 180),
        ("UADMIN", "test.confirmed", 180),
    ]


async def test_the_same_word_again_changes_nothing(
    arrivals: Arrivals, vault: Vault, clock: Any, write: Write
) -> None:
    run_id = write()
    first = await arrivals.answer(ANA, run_id, arrived=True)
    clock.advance(minutes=5)
    assert await arrivals.answer(MIA, run_id, arrived=True) == first
    assert len(audited(vault)) == 1


@pytest.mark.parametrize("role", [Role.GUEST, Role.NOBODY])
async def test_guests_and_strangers_say_nothing(
    arrivals: Arrivals, vault: Vault, caller: Caller, write: Write, role: Role
) -> None:
    run_id = write()
    stranger = replace(MIA, role=role)
    with pytest.raises(NotAMember):
        await arrivals.answer(stranger, run_id, arrived=True)
    with pytest.raises(NotAMember):
        await arrivals.confirm(caller, stranger, "4821")
    assert state_of(vault, run_id)[0] is RunState.ACCEPTED


async def test_what_cannot_arrive_is_not_confirmed(
    arrivals: Arrivals, vault: Vault, clock: Any, write: Write, test_of: Callable[..., Test]
) -> None:
    under_way = vault.runs.add("T1", dump_run(TestRun(test=test_of())), at=clock()).id
    for run_id in (write(send=False), under_way):
        with pytest.raises(NothingToConfirm):
            await arrivals.answer(ANA, run_id, arrived=True)
    assert await arrivals.answer(ANA, "never", arrived=True) is None


async def test_a_clock_that_was_set_back_makes_no_time_before_the_end(
    arrivals: Arrivals, clock: Any, write: Write
) -> None:
    run_id = write()
    clock.advance(minutes=-3)
    run = await arrivals.answer(ANA, run_id, arrived=True)
    assert run is not None
    assert run.later.arrival is not None
    assert run.later.arrival.after == timedelta(0)


async def test_a_code_confirms_the_newest_open_test_that_has_it(
    arrivals: Arrivals, vault: Vault, clock: Any, caller: Caller, write: Write
) -> None:
    old = write()
    clock.advance(minutes=1)
    new = write()
    write(code="1234")
    write(workspace="T2")
    write(send=False)
    _, first = await arrivals.confirm(caller, ANA, "4821")
    assert first
    assert state_of(vault, new)[0] is RunState.CONFIRMED
    assert state_of(vault, old)[0] is RunState.ACCEPTED
    await arrivals.confirm(caller, ANA, "4821")
    assert state_of(vault, old)[0] is RunState.CONFIRMED
    run, first = await arrivals.confirm(caller, MIA, "4821")
    assert not first
    assert run.later.arrival is not None
    assert run.later.arrival.by == "UADMIN"


async def test_an_unknown_or_old_code_is_answered_kindly(
    arrivals: Arrivals, clock: Any, caller: Caller, write: Write
) -> None:
    write(code="1234")
    with pytest.raises(NothingToConfirm) as unknown:
        await arrivals.confirm(caller, ANA, "4821")
    assert "Look at the code again" in str(unknown.value)
    clock.advance(days=5)
    with pytest.raises(NothingToConfirm):
        await arrivals.confirm(caller, ANA, "1234")


async def test_codes_cannot_be_guessed_quickly(arrivals: Arrivals, caller: Caller) -> None:
    for code in range(3):
        with pytest.raises(NothingToConfirm):
            await arrivals.confirm(caller, ANA, f"000{code}")
    with pytest.raises(TooMany) as refused:
        await arrivals.confirm(caller, ANA, "0003")
    assert "try again in 60 seconds" in str(refused.value)
    mia = replace(caller, user_id="UMEMBER")
    for code in range(2):
        with pytest.raises(NothingToConfirm):
            await arrivals.confirm(mia, MIA, f"000{code}")
    with pytest.raises(TooMany):  # the workspace's own limit
        await arrivals.confirm(mia, MIA, "0003")


def due(vault: Vault, clock: Any) -> tuple[str, ...]:
    """Return what would be due in a day; it is then due again a day later."""
    far = clock() + timedelta(days=1)
    return vault.runs.claim_due(now=far, lease=timedelta(days=1))


async def test_who_says_nothing_is_reminded_once(
    duty: Duty, api: SlackAPI, slack: StandIn, vault: Vault, clock: Any, write: Write
) -> None:
    ts = await api.post("C1", "accepted", [section("accepted")])
    run_id = write(ts=ts)
    await look(duty)
    [message] = slack.messages("C1")
    assert "Accepted, not confirmed" in message.shown
    assert message.ts == ts
    assert state_of(vault, run_id)[1].later.unanswered
    assert due(vault, clock) == ()


async def test_what_was_answered_meanwhile_is_not_asked_after(
    duty: Duty, arrivals: Arrivals, vault: Vault, clock: Any, write: Write
) -> None:
    run_id = write()
    await arrivals.answer(ANA, run_id, arrived=False)
    vault.runs.tell(run_id, now=clock(), again=timedelta(0))
    await look(duty)
    assert not state_of(vault, run_id)[1].later.unanswered
    assert due(vault, clock) == ()


async def test_a_test_shown_by_a_response_url_is_drawn_only_when_somebody_clicks(
    duty: Duty, slack: StandIn, vault: Vault, clock: Any, write: Write
) -> None:
    run_id = write()
    await look(duty)
    assert slack.sent_by_bot() == []
    assert state_of(vault, run_id)[1].later.unanswered
    assert due(vault, clock) == ()


async def test_while_slack_is_in_trouble_it_stays_due(
    duty: Duty, api: SlackAPI, slack: StandIn, vault: Vault, clock: Any, write: Write
) -> None:
    run_id = write(ts=await api.post("C1", "accepted", [section("accepted")]))
    slack.weather.fail("chat.update", 3, status="internal_error")
    await look(duty)
    assert "accepted" in slack.messages("C1")[0].shown
    await look(duty)  # it is claimed
    assert "accepted" in slack.messages("C1")[0].shown
    clock.advance(minutes=2)
    await look(duty)
    assert "Accepted, not confirmed" in slack.messages("C1")[0].shown
    assert due(vault, clock) == ()
    assert state_of(vault, run_id)[0] is RunState.ACCEPTED


async def test_a_message_that_is_gone_is_not_tried_for_ever(
    duty: Duty, vault: Vault, clock: Any, write: Write
) -> None:
    write(ts="1.000001")
    await look(duty)
    assert due(vault, clock) == ()


async def test_one_run_that_cannot_be_opened_holds_up_no_other(
    duty: Duty, api: SlackAPI, slack: StandIn, vault: Vault, clock: Any, write: Write
) -> None:
    broken = write()
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET envelope = x'00'")
    write(ts=await api.post("C1", "accepted", [section("accepted")]))
    with capture_logs() as logged:
        await look(duty)
    assert "Accepted, not confirmed" in slack.messages("C1")[0].shown
    assert [each["run"] for each in logged if "damaged" in each["event"]] == [broken]
    assert due(vault, clock) == ()


@pytest.mark.parametrize("moment", ["before", "meanwhile"])
async def test_while_the_database_is_away_nothing_is_lost(
    duty: Duty,
    api: SlackAPI,
    slack: StandIn,
    vault: Vault,
    clock: Any,
    write: Write,
    moment: str,
) -> None:
    """A trigger plays the disk that can't be written to: at once, or after the claim."""
    write(ts=await api.post("C1", "accepted", [section("accepted")]))
    column = "due_at" if moment == "before" else "envelope"
    with vault.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER away BEFORE UPDATE OF {column} ON runs "
            "BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END"
        )
    with capture_logs() as logged:
        await look(duty)
    assert [each["log_level"] for each in logged] == ["warning"]
    assert "accepted" in slack.messages("C1")[0].shown
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER away")
    clock.advance(minutes=2)
    await look(duty)
    assert "Accepted, not confirmed" in slack.messages("C1")[0].shown


async def test_a_run_that_was_purged_meanwhile_is_nobodys_loss(
    arrivals: Arrivals,
) -> None:
    assert arrivals._note_unanswered("never") is None
