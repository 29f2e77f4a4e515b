"""What the vault knows of a test: under way, sending, ended, told; and what it could not note."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.mailtest.entry import Entry, TakenOver
from bot.slack.mailtest.run import TestRun, dump_run, load_run
from bot.slack.mailtest.view import Test
from bot.slack.metrics import Metrics
from bot.slack.pace import Pace
from bot.slack.work import Threads
from bot.smtp.transcript import Diagnosis, Failure, Outcome, Stage, Transcript
from bot.vault import Vault
from storage.runs import RunState

TranscriptOf = Callable[..., Transcript]
EXPIRED = Diagnosis(cause="tls-expired", meaning="It ran out.", advice=("Renew it.",))


@pytest.fixture
async def entry(
    vault: Vault,
    clock: Any,
    test_of: Callable[..., Test],
    pace: Pace,
) -> AsyncIterator[Entry]:
    lease = timedelta(seconds=20)
    payload = dump_run(TestRun(test=test_of()))
    run = vault.runs.add("T1", payload, at=clock(), owner="us", lease=lease)
    threads = Threads(1)
    yield Entry(
        run_id=run.id,
        threads=threads,
        vault=vault,
        clock=clock,
        metrics=Metrics(),
        again_after=pace.again_after,
        owner="us",
        since=0.0,
    )
    threads.close()


def told(vault: Vault, entry: Entry) -> bool:
    written = vault.runs.get(entry.run_id)
    assert written is not None
    return written.told


def state_of(vault: Vault, entry: Entry) -> RunState:
    written = vault.runs.get(entry.run_id)
    assert written is not None
    return written.state


def spoil(vault: Vault) -> None:
    """Make every run unreadable."""
    with vault.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT id, envelope FROM runs")
        connection.exec_driver_sql("UPDATE runs SET envelope = x'00'")


def heal(vault: Vault) -> None:
    with vault.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE runs SET envelope = (SELECT envelope FROM kept WHERE kept.id = runs.id)"
        )


async def test_a_test_goes_from_queued_to_running_to_sending(vault: Vault, entry: Entry) -> None:
    assert state_of(vault, entry) is RunState.QUEUED
    await entry.begins()
    assert state_of(vault, entry) is RunState.RUNNING
    await entry.sends()
    assert state_of(vault, entry) is RunState.SENDING
    assert entry.sending
    with pytest.raises(TakenOver):
        await entry.begins()
    with pytest.raises(TakenOver):
        await entry.sends()


async def test_the_message_that_shows_it_is_noted(vault: Vault, entry: Entry) -> None:
    await entry.posted("1.2")
    written = vault.runs.get(entry.run_id)
    assert written is not None
    assert load_run(written.payload).ts == "1.2"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, RunState.ACCEPTED),
        (Outcome.FAILED, RunState.FAILED),
        (Outcome.REFUSED, RunState.FAILED),
        (Outcome.UNKNOWN, RunState.UNKNOWN),
    ],
)
async def test_its_end_is_written_down_with_all_that_happened(
    vault: Vault, entry: Entry, transcript_of: TranscriptOf, outcome: Outcome, state: RunState
) -> None:
    failure = Failure(stage=Stage.TLS, cause="tls-expired") if state is not state.ACCEPTED else None
    transcript = transcript_of(outcome=outcome, failure=failure)
    await entry.ended(transcript, EXPIRED if failure else None)
    assert entry.recorded
    written = vault.runs.get(entry.run_id)
    assert written is not None
    assert (written.state, load_run(written.payload).transcript) == (state, transcript)
    [deed] = vault.audit.latest("T1", 10)
    assert deed.detail == {
        "outcome": str(outcome),
        "stage": "tls" if failure else None,
        "cause": "tls-expired" if failure else None,
        "revision": 3,
    }
    await entry.settle(transcript, None, told=True)
    assert told(vault, entry)
    assert len(vault.audit.latest("T1", 10)) == 1


async def test_what_nobody_was_told_is_told_again_after_a_while(
    vault: Vault, clock: Any, entry: Entry, transcript_of: TranscriptOf
) -> None:
    await entry.ended(transcript_of(), None)
    await entry.settle(transcript_of(), None, told=False)
    assert not told(vault, entry)
    minute = timedelta(minutes=1)
    clock.advance(minutes=9)
    assert vault.runs.claim_due(now=clock(), lease=minute) == ()
    clock.advance(minutes=1)
    assert vault.runs.claim_due(now=clock(), lease=minute) == (entry.run_id,)


async def test_what_another_replica_took_over_is_not_written_to(
    vault: Vault, clock: Any, entry: Entry, transcript_of: TranscriptOf
) -> None:
    await entry.begins()
    clock.advance(minutes=1)
    vault.runs.claim_due(now=clock(), lease=timedelta(minutes=1), owner="another")
    before = vault.runs.get(entry.run_id)
    await entry.posted("1.2")
    for step in (
        entry.sends(),
        entry.ended(transcript_of(), None),
        entry.settle(transcript_of(), None, told=True),
    ):
        with pytest.raises(TakenOver):
            await step
    assert not entry.sending
    assert vault.runs.get(entry.run_id) == before
    assert vault.audit.latest("T1", 10) == ()


async def test_an_end_that_was_kept_unheard_is_audited_once(
    vault: Vault, entry: Entry, transcript_of: TranscriptOf
) -> None:
    """The connection broke as the database was told to keep it."""
    await entry.ended(transcript_of(), None)
    entry.recorded = False
    await entry.settle(transcript_of(), None, told=True)
    assert entry.recorded
    assert len(vault.audit.latest("T1", 10)) == 1


async def test_what_the_vault_could_not_note_is_noted_later(
    vault: Vault, entry: Entry, transcript_of: TranscriptOf
) -> None:
    spoil(vault)
    await entry.posted("1.2")
    await entry.ended(transcript_of(), None)
    assert not entry.recorded
    heal(vault)
    await entry.settle(transcript_of(), None, told=True)
    assert entry.recorded
    assert state_of(vault, entry) is RunState.ACCEPTED
    assert told(vault, entry)
    assert len(vault.audit.latest("T1", 10)) == 1


async def test_what_the_vault_never_takes_is_given_up_with_a_word_in_the_log(
    vault: Vault, entry: Entry, transcript_of: TranscriptOf
) -> None:
    spoil(vault)
    with capture_logs() as entries:
        await entry.settle(transcript_of(), None, told=True)
    assert [each["log_level"] for each in entries] == ["warning"] * 3 + ["error"]
    assert entries[-1]["event"] == "a test was not written down"


async def test_a_test_that_is_gone_from_the_vault_is_no_trouble(
    vault: Vault, clock: Any, entry: Entry, transcript_of: TranscriptOf
) -> None:
    await entry.ended(transcript_of(), None)
    clock.advance(days=31)
    vault.runs.purge(clock())
    await entry.posted("1.2")
    await entry.ended(transcript_of(), None)
    await entry.settle(transcript_of(), None, told=True)
    assert vault.runs.get(entry.run_id) is None
    assert len(vault.audit.latest("T1", 10)) == 1
