from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from storage.database import reading, writing
from storage.errors import InvalidEnvelope
from storage.keyring import Keyring
from storage.runs import Runs, RunState


@pytest.fixture
def runs(engine: Engine, keyring: Keyring) -> Runs:
    return Runs(engine, keyring)


def test_a_new_run_is_queued(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"bob@example.com", at=at)
    assert runs.get(run.id) == run
    assert (run.workspace, run.state, run.payload) == ("T1", RunState.QUEUED, b"bob@example.com")
    assert (run.created_at, run.updated_at) == (at, at)


def test_a_run_that_was_never_added_is_none(runs: Runs) -> None:
    assert runs.get("nothing") is None


def test_a_step_is_done_once(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"x", at=at)
    later = at + timedelta(seconds=1)
    step = {"expect": RunState.QUEUED, "to": RunState.RUNNING, "at": later}
    assert runs.advance(run.id, **step)
    assert not runs.advance(run.id, **step)
    assert runs.get(run.id) == replace(run, state=RunState.RUNNING, updated_at=later)


def test_a_step_may_start_from_several_states(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"x", at=at)
    expected = (RunState.QUEUED, RunState.RUNNING)
    assert runs.advance(run.id, expect=expected, to=RunState.FAILED, at=at)
    assert not runs.advance(run.id, expect=expected, to=RunState.RUNNING, at=at)
    assert runs.get(run.id).state is RunState.FAILED


def test_a_step_of_an_absent_run_is_not_done(runs: Runs, at: datetime) -> None:
    assert not runs.advance("nothing", expect=RunState.QUEUED, to=RunState.RUNNING, at=at)


def test_a_step_may_bring_a_new_payload(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"old", at=at)
    runs.advance(run.id, expect=RunState.QUEUED, to=RunState.RUNNING, at=at, payload=b"new")
    runs.advance(run.id, expect=RunState.RUNNING, to=RunState.SENDING, at=at)
    assert runs.get(run.id) == replace(run, state=RunState.SENDING, payload=b"new")


def test_the_payload_of_a_step_that_was_not_done_is_not_kept(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"old", at=at)
    runs.advance(run.id, expect=RunState.SENDING, to=RunState.ACCEPTED, at=at, payload=b"new")
    assert runs.get(run.id) == run


def test_a_changed_payload_keeps_the_state(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"before", at=at)
    runs.advance(run.id, expect=RunState.QUEUED, to=RunState.RUNNING, at=at)
    assert runs.change(run.id, lambda payload: payload + b" and after", at=at)
    found = runs.get(run.id)
    assert found is not None
    assert (found.payload, found.state) == (b"before and after", RunState.RUNNING)


def test_a_run_that_is_gone_is_not_changed(runs: Runs, at: datetime) -> None:
    assert runs.change("gone", lambda payload: payload, at=at) is None
    assert runs.get("gone") is None


def test_the_newest_runs_of_one_workspace_are_found_by_their_states(
    runs: Runs, at: datetime
) -> None:
    made = [
        runs.add(workspace, b"x", at=at + timedelta(seconds=second))
        for second, workspace in enumerate(["T1", "T2", "T1", "T1", "T1"])
    ]
    for run in made[:4]:
        runs.advance(run.id, expect=RunState.QUEUED, to=RunState.ACCEPTED, at=at)
    found = runs.newest("T1", (RunState.ACCEPTED, RunState.UNKNOWN), count=2)
    assert [each.id for each in found] == [made[3].id, made[2].id]


def test_runs_of_all_workspaces_are_counted_by_their_state(runs: Runs, at: datetime) -> None:
    assert runs.count_by_state() == {}
    for workspace in ("T1", "T1", "T2"):
        runs.add(workspace, b"x", at=at)
    run = runs.add("T2", b"x", at=at)
    runs.advance(run.id, expect=RunState.QUEUED, to=RunState.FAILED, at=at)
    assert runs.count_by_state() == {"queued": 3, "failed": 1}


def test_only_old_finished_runs_are_purged(runs: Runs, at: datetime) -> None:
    old, new, unfinished = (runs.add("T1", b"x", at=at - timedelta(days=40)) for _ in range(3))
    step = {"expect": RunState.QUEUED, "to": RunState.UNKNOWN}
    runs.advance(old.id, **step, at=at - timedelta(days=31))
    runs.advance(new.id, **step, at=at)
    assert runs.purge(at - timedelta(days=30)) == 1
    assert runs.get(old.id) is None
    assert runs.get(new.id)
    assert runs.get(unfinished.id)


@pytest.mark.parametrize(
    "change",
    [
        "workspace = 'T2'",
        "id = 'moved'",
        "revision = 2",
        "key_id = 'bab2514fc3c2'",
        "envelope = (SELECT envelope FROM runs WHERE workspace = 'T2')",
    ],
)
def test_a_run_that_was_moved_or_changed_is_refused(runs: Runs, at: datetime, change: str) -> None:
    run = runs.add("T1", b"x", at=at)
    runs.add("T2", b"y", at=at)
    with writing(runs.engine) as connection:
        connection.execute(
            text(f"UPDATE runs SET {change} WHERE workspace = 'T1'")  # noqa: S608 - written above
        )
    with pytest.raises(InvalidEnvelope):
        runs.get("moved" if "moved" in change else run.id)


def test_a_payload_is_neither_in_the_database_nor_in_a_repr(runs: Runs, at: datetime) -> None:
    run = runs.add("T1", b"bob@example.com", at=at)
    with reading(runs.engine) as connection:
        assert b"bob" not in connection.scalar(text("SELECT envelope FROM runs"))
    assert "bob" not in repr(run)
