import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.smtp.settings import MailSettings
from storage.audit import Event

MakeSettings = Callable[..., MailSettings]


@pytest.fixture
def told(shell: Any, make_settings: MakeSettings) -> Any:
    """Give a shell whose workspace has three entries."""
    shell.save(make_settings())
    vault = shell.vault()
    for revision in (1, 2, 3):
        vault.audit.append(
            "T1",
            Event(
                actor="U1",
                action="settings.saved",
                detail={"fields": ["host", "port"], "revision": revision, "x": None},
            ),
            at=datetime(2026, 5, 3, 12, revision, tzinfo=UTC),
        )
    vault.close()
    return shell


def test_the_newest_entries_come_first(told: Any) -> None:
    found = told("audit", "show")
    assert found.status == os.EX_OK
    assert found.out.splitlines()[0] == (
        "    3  2026-05-03 12:03:00Z  U1  settings.saved  fields=host,port revision=3"
    )
    assert len(found.out.splitlines()) == 3
    (newest,) = told("audit", "show", "--limit", "1", "--json").json
    assert (newest["number"], newest["at"]) == (3, "2026-05-03T12:03:00+00:00")


def test_an_empty_log_says_so(shell: Any) -> None:
    shell.vault().close()
    assert "Nothing" in shell("audit", "show").out
    assert shell("audit", "show", "--json").json == []


def test_a_whole_log_is_confirmed(told: Any) -> None:
    found = told("audit", "verify")
    assert (found.status, "whole" in found.out) == (os.EX_OK, True)


def test_a_changed_entry_is_found(told: Any) -> None:
    with closing(sqlite3.connect(told.data / "mailsettings.db")) as database:
        database.execute("UPDATE audit_entries SET actor = 'U2' WHERE number = 2")
        database.commit()
    found = told("audit", "verify")
    assert found.status == os.EX_UNAVAILABLE
    assert "entry 2" in found.err
    assert "backup" in found.err


def test_a_save_is_shown_with_its_values_and_a_password_as_changed(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    shell("settings", "set", "sender_name=Ann", "port=2525")
    shell("settings", "set-password", typed="another s3cret\n")
    lines = shell("audit", "show").out.splitlines()
    assert "fields=password revision=3" in lines[0]
    assert lines[2:] == ["       Server port: 587 → 2525", "       Sender name: empty → Ann"]
    shown = shell("audit", "show", "--json")
    assert shown.json[0]["changes"] == [{"field": "password", "before": None, "after": None}]
    assert "s3cret" not in shown.out
