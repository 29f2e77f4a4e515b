"""The vault on PostgreSQL: what a start makes, refuses and says there."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.config import Config, read
from bot.smtp.settings import MailSettings
from bot.vault import (
    VaultClosed,
    alone,
    check_keyring,
    database_exists,
    database_path,
    database_place,
    keys_in_use,
    open_existing,
    open_vault,
)
from storage import keyring_file
from storage.errors import Unavailable
from storage.keyring import generate_key

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)

START = """
import os
from contextlib import closing
from bot.config import read
from bot.vault import open_vault
config = read(os.environ, for_slack=False)
print("ready", flush=True)
input()
with closing(open_vault(config, announce=print)) as vault:
    print(vault.keyring.primary_id)
"""


@pytest.fixture
def environ(tmp_path: Path, empty_postgresql: str) -> dict[str, str]:
    return {
        "HOME": str(tmp_path),
        "MAILSETTINGS_DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": empty_postgresql,
        "MAILSETTINGS_KEYRING": f"primary {generate_key()}",
    }


def config_of(environ: dict[str, str]) -> Config:
    return read(environ, for_slack=False)


def fail(text: str) -> None:
    raise AssertionError(text)


def test_all_is_kept_there_and_nothing_in_the_data_directory(environ: dict[str, str]) -> None:
    config = config_of(environ)
    assert not database_exists(config)
    assert keys_in_use(config) == ()
    with closing(open_vault(config, announce=fail)) as vault:
        vault.settings.put("T1", MailSettings(host="a.example"), revision=0, by="U1", at=AT)
        vault.check()
    with closing(open_existing(config)) as vault:
        assert vault.workspaces() == ("T1",)
        assert keys_in_use(config) == vault.keyring.key_ids
    assert not config.data_dir.exists()


def test_without_a_keyring_none_is_made(environ: dict[str, str]) -> None:
    del environ["MAILSETTINGS_KEYRING"]
    config = config_of(environ)
    for attempt in (lambda: open_vault(config, announce=fail), lambda: check_keyring(config)):
        with pytest.raises(VaultClosed, match="keyring new"):
            attempt()
    assert not config.data_dir.exists()
    keyring_file.create(config.keyring_file)
    open_vault(config, announce=fail).close()


def test_the_operators_commands_make_no_tables(environ: dict[str, str]) -> None:
    config = config_of(environ)
    with pytest.raises(VaultClosed, match="on the PostgreSQL server"):
        open_existing(config)
    assert not database_exists(config)


def test_several_bots_may_use_it(environ: dict[str, str]) -> None:
    config = config_of(environ)
    assert database_path(config) is None
    with alone(config), alone(config):
        pass


def test_the_place_is_named_without_user_and_password(environ: dict[str, str]) -> None:
    url = "postgres://ana:hunter22@db.example.com:5433/mail"
    place = database_place(config_of(environ | {"DATABASE_URL": url}))
    assert place == "mail on the PostgreSQL server db.example.com:5433"
    local = config_of(environ | {"DATABASE_URL": "postgresql:///mail"})
    assert database_place(local) == "mail on the PostgreSQL server localhost"


def test_a_refusal_holds_no_password(environ: dict[str, str]) -> None:
    url = make_url(environ["DATABASE_URL"]).set(username="guarded", password="hunter2")
    config = config_of(environ | {"DATABASE_URL": url.render_as_string(hide_password=False)})
    with pytest.raises(Unavailable, match="refuses the user name or the password") as caught:
        open_existing(config)
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r} {config!r}"
    assert "hunter2" in config.secrets


def test_eight_replicas_may_start_at_once_on_an_empty_database(environ: dict[str, str]) -> None:
    starting = [
        subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-c", START],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for each in starting:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in starting:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60) for each in starting]
    assert [error for _, error in said] == [""] * 8
    assert len({out for out, _ in said}) == 1
    assert [each.returncode for each in starting] == [os.EX_OK] * 8
