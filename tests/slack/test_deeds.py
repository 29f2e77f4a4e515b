"""What the audit log keeps of a deed, and how it is read."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.slack import deeds
from bot.slack.deeds import (
    CONFIRMED,
    KEY_RENAMED,
    MISSED,
    SAVED,
    TESTED,
    about_key,
    fields_of,
    key_sentence,
    revision_of,
    saved,
    wait_of,
)
from storage.audit import Entry

AT = datetime(2026, 5, 3, tzinfo=UTC)


def entry(**detail: Any) -> Entry:
    return Entry(
        number=1, workspace="T1", at=AT, actor="U1", action=SAVED, detail=detail, hash="ab"
    )


def test_a_save_is_written_down_with_the_names_of_the_fields_alone() -> None:
    event = saved("U1", fields=("host", "password"), revision=3)
    assert event.action == SAVED
    written = entry(**event.detail)
    assert fields_of(written) == ("host", "password")
    assert revision_of(written) == 3


def test_a_test_is_written_down_with_its_end() -> None:
    event = deeds.tested("U1", outcome="failed", stage="tls", cause="tls-expired", revision=2)
    assert asdict(event) == {
        "actor": "U1",
        "action": TESTED,
        "detail": {"outcome": "failed", "stage": "tls", "cause": "tls-expired", "revision": 2},
    }


@pytest.mark.parametrize(("arrived", "action"), [(True, CONFIRMED), (False, MISSED)])
def test_an_answer_is_written_down_with_its_time(arrived: bool, action: str) -> None:
    event = deeds.answered("U1", arrived=arrived, seconds=120)
    assert asdict(event) == {"actor": "U1", "action": action, "detail": {"seconds": 120}}
    assert wait_of(entry(**event.detail)) == timedelta(minutes=2)


@pytest.mark.parametrize("detail", [{}, {"fields": "host", "revision": "3"}, {"fields": None}])
def test_an_entry_of_another_kind_names_nothing(detail: dict[str, Any]) -> None:
    assert fields_of(entry(**detail)) == ()
    assert revision_of(entry(**detail)) == 0
    assert wait_of(entry(**detail)) == timedelta(0)


def test_what_was_done_to_a_key_is_told_by_name_and_fingerprint() -> None:
    event = about_key(
        KEY_RENAMED, "UADMIN", key_id="k1", name="<new>", sha256="ab12", before="`old`"
    )
    assert event.detail == {"id": "k1", "name": "<new>", "sha256": "ab12", "before": "`old`"}
    written = replace(entry(**event.detail), action=event.action)
    assert key_sentence(written) == (
        "renamed the SSL key `'old'` to `&lt;new&gt;` (SHA-256 `ab12`)"
    )
    assert key_sentence(entry(fields=["host"])) is None
