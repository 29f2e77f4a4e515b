import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.smtp.settings import MailSettings
from storage import keyring_file
from storage.database import connect, writing
from storage.keyring import generate_key

MakeSettings = Callable[..., MailSettings]


@pytest.fixture
def place(shell: Any, empty_postgresql: str) -> Any:
    """The shell, with a keyring and an empty PostgreSQL database."""
    shell.environ["DATABASE_URL"] = empty_postgresql
    keyring_file.create(shell.data / "keyring")
    return shell


def execute(shell: Any, statement: str) -> None:
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database, database:
        database.execute(statement)


def test_an_upgrade_says_from_where_to_where(shell: Any) -> None:
    first = shell("db", "upgrade")
    assert first.status == os.EX_OK
    assert f"Upgraded {shell.data}/mailsettings.db from schema none to 0004." in first.out
    assert "up to date: schema 0004" in shell("db", "upgrade").out


def test_an_upgrade_of_postgresql_names_it_without_its_user(place: Any) -> None:
    found = place("db", "upgrade")
    assert found.status == os.EX_OK
    assert "on the PostgreSQL server 127.0.0.1:" in found.out
    assert "tests@" not in found.out
    assert "up to date" in place("db", "upgrade").out


def test_a_sound_database_is_counted_by_kind(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    found = shell("db", "check")
    assert found.status == os.EX_OK
    for words in ("sound, writable, schema 0004", "settings: 1", "key-check: 1", "opens with"):
        assert words in found.out
    assert shell("db", "check", "--json").json == {
        "ok": True,
        "schema": "0004",
        "kinds": {"key-check": 1, "settings": 1, "settings-revision": 1},
        "broken": [],
        "named": [],
    }


def test_postgresql_is_checked_too(place: Any, make_settings: MakeSettings) -> None:
    assert "mailsettings run" in place("settings", "show").err
    early = place("db", "check")
    assert early.status == os.EX_CONFIG
    assert "db upgrade" in early.err
    place("db", "upgrade")
    place.save(make_settings())
    found = place("db", "check")
    assert found.status == os.EX_OK
    assert "settings: 1" in found.out


def test_what_cannot_be_opened_is_named_by_its_place(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    shell.save(make_settings(), workspace="T2")
    execute(shell, "UPDATE records SET revision = 7 WHERE workspace = 'T2' AND kind = 'settings'")
    found = shell("db", "check")
    assert found.status == os.EX_UNAVAILABLE
    assert "1 changed outside this program" in found.err
    assert "settings of workspace T2, revision 7" in found.err
    doctor = shell("doctor")
    assert "doesn't open everything: 1 changed outside this program" in doctor.out
    assert "settings of workspace T2, revision 7" in doctor.out
    as_json = shell("db", "check", "--json")
    assert as_json.status == os.EX_UNAVAILABLE
    assert as_json.json["broken"] == [{"problem": "changed outside this program", "records": 1}]


def test_a_database_that_is_not_there_is_neither_made_nor_copied(
    shell: Any, tmp_path: Path
) -> None:
    for words in (("check",), ("backup", str(tmp_path / "copy"))):
        found = shell("db", *words)
        assert found.status == os.EX_CONFIG
        assert "mailsettings run" in found.err
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_made_beside_a_running_bot_and_opens(
    shell: Any, make_settings: MakeSettings, tmp_path: Path
) -> None:
    shell.save(make_settings())
    copy = tmp_path / "copy.db"
    vault = shell.vault()
    found = shell("db", "backup", str(copy))
    vault.close()
    assert found.status == os.EX_OK
    assert "without the keyring" in found.out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.db", "data"]
    shell.environ |= {
        "DATABASE_URL": f"sqlite:///{copy}",
        "MAILSETTINGS_KEYRING_FILE": str(shell.data / "keyring"),
    }
    assert shell.saved() == make_settings()


def test_a_backup_overwrites_nothing(
    shell: Any, make_settings: MakeSettings, tmp_path: Path
) -> None:
    shell.save(make_settings())
    copy = tmp_path / "copy.db"
    copy.write_text("mine", encoding="ascii")
    found = shell("db", "backup", str(copy))
    assert found.status == os.EX_CONFIG
    assert "stays as it is" in found.err
    assert copy.read_text(encoding="ascii") == "mine"
    nowhere = shell("db", "backup", str(tmp_path / "nowhere" / "copy.db"))
    assert nowhere.status == os.EX_CONFIG
    assert "can't be made" in nowhere.err


def test_a_damaged_database_is_not_taken_for_a_backup(
    shell: Any, make_settings: MakeSettings, tmp_path: Path
) -> None:
    shell.save(make_settings())
    execute(shell, "CREATE TABLE more (x)")
    with (shell.data / "mailsettings.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 2000)
    found = shell("db", "backup", str(tmp_path / "copy.db"))
    assert found.status == os.EX_UNAVAILABLE
    assert "db check" in found.err
    assert not (tmp_path / "copy.db").exists()


def test_for_postgresql_the_line_of_a_backup_is_told_without_the_password(
    shell: Any, tmp_path: Path
) -> None:
    shell.environ["DATABASE_URL"] = "postgresql://bot:hunter2@db.example.com/mail"
    found = shell("db", "backup", str(tmp_path / "a copy"))
    assert found.status == os.EX_OK
    assert found.out == (
        f"umask 077 && pg_dump --format=custom --file='{tmp_path}/a copy' "
        "postgresql://bot@db.example.com/mail\n"
    )
    assert "hunter2" not in found.err
    assert list(tmp_path.iterdir()) == []


def test_a_schema_of_a_newer_program_is_told(place: Any) -> None:
    place("db", "upgrade")
    engine = connect(place.environ["DATABASE_URL"])
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    for words in (("db", "upgrade"), ("db", "check"), ("doctor",), ("settings", "show")):
        found = place(*words)
        assert found.status != os.EX_OK
        assert "newer version" in f"{found.out}{found.err}"


def test_on_postgresql_no_keyring_is_made_by_itself(shell: Any, postgresql_url: str) -> None:
    shell.environ["DATABASE_URL"] = postgresql_url
    shell.environ |= {"SLACK_BOT_TOKEN": "xoxb-1-2-bot", "SLACK_SIGNING_SECRET": "x" * 20}
    found = shell("run")
    assert found.status == os.EX_CONFIG
    assert "keyring new" in found.err
    assert not shell.data.exists()


def test_a_server_that_is_away_is_told_by_every_command(shell: Any) -> None:
    shell.environ["DATABASE_URL"] = "postgresql://bot:hunter2@127.0.0.1:1/mail"
    shell.environ["MAILSETTINGS_KEYRING"] = f"primary {generate_key()}"
    for words in (
        ("settings", "show"),
        ("db", "check"),
        ("db", "upgrade"),
        ("keyring", "status"),
        ("doctor",),
    ):
        found = shell(*words)
        assert found.status in {os.EX_UNAVAILABLE, os.EX_CONFIG}
        assert "No database server answers" in f"{found.out}{found.err}", words
        assert "hunter2" not in f"{found.out}{found.err}"
