from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text, update

from storage import keyring_file
from storage.audit import AuditLog, Event, _Line
from storage.database import writing
from storage.errors import BrokenChain, InvalidEnvelope, UnknownKey
from storage.keyring import Keyring, generate_key
from storage.tables import audit_entries

Spelled = Callable[[str], str]

APPEND = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from storage import keyring_file
from storage.audit import AuditLog, Event
from storage.database import connect
log = AuditLog(connect(sys.argv[1]), keyring_file.read(Path(sys.argv[2])))
print("ready", flush=True)
input()
for number in range(20):
    event = Event(actor="U1", action="test", detail={"number": number})
    log.append("T1", event, at=datetime.now(UTC))
"""


@pytest.fixture
def log(engine: Engine, keyring: Keyring) -> AuditLog:
    return AuditLog(engine, keyring)


@pytest.fixture
def written(log: AuditLog, at: datetime) -> AuditLog:
    """Five entries in T1, two in T2."""
    for number in range(5):
        event = Event(actor=f"U{number}", action="settings.save", detail={"changed": ["host"]})
        log.append("T1", event, at=at + timedelta(hours=number))
    for _ in range(2):
        log.append("T2", Event(actor="U9", action="test"), at=at)
    return log


def _execute(log: AuditLog, *statements: str) -> None:
    with writing(log.engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_an_entry_keeps_what_happened(log: AuditLog, at: datetime) -> None:
    detail = {"changed": ["host", "port"], "port": 587, "ok": True, "why": None, "ü": "é\0"}
    entry = log.append("T1", Event(actor="U1", action="settings.save", detail=detail), at=at)
    assert log.latest("T1", 9) == (entry,)
    assert (entry.number, entry.workspace, entry.actor) == (1, "T1", "U1")
    assert (entry.action, entry.detail, entry.at) == ("settings.save", detail, at)


def test_a_time_of_another_zone_is_the_same_time(log: AuditLog, at: datetime) -> None:
    local = at.astimezone(timezone(timedelta(hours=5)))
    entry = log.append("T1", Event(actor="U1", action="test"), at=local)
    assert log.latest("T1", 1) == (entry,)
    assert log.latest("T1", 1)[0].at.tzinfo is UTC
    log.verify()


def test_the_latest_come_first(written: AuditLog) -> None:
    assert [each.number for each in written.latest("T1", 3)] == [5, 4, 3]
    assert [each.number for each in written.latest("T2", 3)] == [2, 1]
    assert written.latest("T3", 3) == ()


def test_an_untouched_log_is_whole(written: AuditLog) -> None:
    written.verify()


def test_an_empty_log_is_whole(log: AuditLog) -> None:
    log.verify()


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("UPDATE audit_entries SET actor = 'U7' WHERE number = 3 AND workspace = 'T1'", 3),
        ("UPDATE audit_entries SET action = 'x' WHERE number = 3 AND workspace = 'T1'", 3),
        ("UPDATE audit_entries SET detail = '{}' WHERE number = 3 AND workspace = 'T1'", 3),
        ("UPDATE audit_entries SET detail = 'x' WHERE number = 3 AND workspace = 'T1'", 3),
        ("UPDATE audit_entries SET at = at + 1 WHERE number = 3 AND workspace = 'T1'", 3),
        ("UPDATE audit_entries SET number = 6 WHERE number = 5 AND workspace = 'T1'", 5),
        ("UPDATE audit_entries SET workspace = 'T0' WHERE workspace = 'T1'", 1),
        ("DELETE FROM audit_entries WHERE number = 1 AND workspace = 'T1'", 1),
        ("DELETE FROM audit_entries WHERE number = 3 AND workspace = 'T1'", 3),
        ("DELETE FROM audit_entries WHERE number = 5 AND workspace = 'T1'", 5),
        ("DELETE FROM audit_entries WHERE workspace = 'T1'", 1),
        ("DELETE FROM records WHERE workspace = 'T1'", 1),
        ("UPDATE records SET revision = 4 WHERE workspace = 'T1'", 4),
        ("UPDATE records SET envelope = zeroblob(99) WHERE workspace = 'T1'", 5),
    ],
)
def test_a_changed_or_missing_entry_is_named(
    written: AuditLog, change: str, number: int, spelled: Spelled
) -> None:
    _execute(written, spelled(change))
    with pytest.raises(BrokenChain) as caught:
        written.verify()
    assert caught.value.number == number
    assert caught.value.workspace in {"T0", "T1"}


def test_a_cut_tail_is_missed_also_when_the_head_is_cut_back(written: AuditLog) -> None:
    with writing(written.engine) as connection:
        old = connection.execute(text("SELECT envelope FROM records WHERE workspace = 'T2'"))
        envelope = old.scalar_one()
    written.append("T2", Event(actor="U9", action="test"), at=datetime.now(UTC))
    with writing(written.engine) as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE workspace = 'T2' AND number = 2"))
        connection.execute(
            text("UPDATE records SET envelope = :old WHERE workspace = 'T2'"), {"old": envelope}
        )
    with pytest.raises(BrokenChain):
        written.verify()


def test_a_chain_made_anew_without_the_key_is_found(written: AuditLog, at: datetime) -> None:
    forged = _Line(workspace="T2", number=2, at=at, actor="U8", action="test", detail="{}")
    genuine = written.latest("T2", 2)[1]
    with writing(written.engine) as connection:
        connection.execute(
            update(audit_entries)
            .where(audit_entries.c.workspace == "T2", audit_entries.c.number == 2)
            .values(actor="U8", hash=forged.hash_after(genuine.hash))
        )
    with pytest.raises(BrokenChain) as caught:
        written.verify()
    assert (caught.value.workspace, caught.value.number) == ("T2", 2)


def test_a_gap_stays_in_sight_after_more_entries(written: AuditLog, at: datetime) -> None:
    _execute(written, "DELETE FROM audit_entries WHERE workspace = 'T1' AND number = 5")
    assert written.append("T1", Event(actor="U1", action="test"), at=at).number == 6
    with pytest.raises(BrokenChain) as caught:
        written.verify()
    assert caught.value.number == 5


def test_a_log_without_its_head_takes_no_entry(written: AuditLog, at: datetime) -> None:
    _execute(written, "DELETE FROM records WHERE workspace = 'T1'")
    with pytest.raises(BrokenChain):
        written.append("T1", Event(actor="U1", action="test"), at=at)
    assert len(written.latest("T1", 9)) == 5


def test_a_log_with_a_foreign_head_takes_no_entry(
    written: AuditLog, at: datetime, spelled: Spelled
) -> None:
    _execute(written, spelled("UPDATE records SET envelope = zeroblob(99) WHERE workspace = 'T1'"))
    with pytest.raises(InvalidEnvelope):
        written.append("T1", Event(actor="U1", action="test"), at=at)


def test_without_the_key_a_log_cannot_be_verified(written: AuditLog) -> None:
    other = AuditLog(written.engine, Keyring.parse(f"primary {generate_key()}"))
    with pytest.raises(UnknownKey):
        other.verify()


def test_processes_that_write_at_once_make_one_chain(
    engine: Engine, same_url: str, tmp_path: Path, crowd: Callable[..., list[str]]
) -> None:
    ring = tmp_path / "keyring.txt"
    log = AuditLog(engine, keyring_file.create(ring))
    crowd(APPEND, same_url, ring, count=4)
    log.verify()
    assert [each.number for each in log.latest("T1", 100)] == list(range(80, 0, -1))


LINES = st.builds(
    _Line,
    workspace=st.text(max_size=5),
    number=st.integers(1, 99),
    at=st.datetimes(timezones=st.just(UTC)),
    actor=st.text(max_size=5),
    action=st.text(max_size=5),
    detail=st.text(max_size=5),
)
HASHES = st.sampled_from(["", "0" * 64])


@given(LINES, LINES, HASHES, HASHES)
def test_lines_that_differ_have_hashes_that_differ(
    one: _Line, other: _Line, after_one: str, after_other: str
) -> None:
    same = (one, after_one) == (other, after_other)
    assert (one.hash_after(after_one) == other.hash_after(after_other)) is same


def heads_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "storage.audit"]


def test_each_entry_is_logged_as_the_new_head_so_that_a_cut_is_found(
    log: AuditLog, at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "storage")
    entry = log.append("T1", Event(actor="U1", action="test", detail={"a": "content"}), at=at)
    head = f"audit head: workspace T1, entry 1, hash {entry.hash}"
    assert heads_in(caplog) == [head]
    log.announce_heads()
    assert heads_in(caplog) == [head, head]
    assert "content" not in caplog.text


def test_a_head_that_can_not_be_opened_is_logged(
    written: AuditLog, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "storage")
    _execute(written, "UPDATE records SET name = name, revision = 9 WHERE workspace = 'T1'")
    written.announce_heads()
    assert "Restore a backup" in heads_in(caplog)[0]
    assert "workspace T2, entry 2" in heads_in(caplog)[1]


def test_very_many_heads_are_not_all_logged(
    log: AuditLog, at: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(101):
        log.append(f"T{number}", Event(actor="U1", action="test"), at=at)
    caplog.clear()
    caplog.set_level("INFO", "storage")
    log.announce_heads()
    assert heads_in(caplog) == [
        "audit heads: too many to name here; each entry's own line names one"
    ]
