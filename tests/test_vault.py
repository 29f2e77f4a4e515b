import os
import sqlite3
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import Config, read
from bot.smtp.settings import MailSettings, TLSMode
from bot.smtp.ssl_keys import SSLKey, SSLKeyKind
from bot.vault import (
    VaultClosed,
    _make,
    database_path,
    keys_in_use,
    open_existing,
    open_vault,
)
from storage import keyring_file
from storage.database import connect
from storage.errors import Unavailable
from storage.keyring import generate_key
from storage.schema import migrate

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "MAILSETTINGS_DATA_DIR": str(tmp_path / "data")}


def config_of(environ: Mapping[str, str]) -> Config:
    return read(environ, for_slack=False)


def fill(config: Config) -> None:
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        vault.settings.put("T1", MailSettings(host="a.example"), revision=0, by="U1", at=AT)


def test_the_first_start_makes_all_and_announces_the_keyring(environ: dict[str, str]) -> None:
    config = config_of(environ)
    told: list[str] = []
    with closing(open_vault(config, announce=told.append)) as vault:
        key_id = vault.keyring.primary_id
    assert len(told) == 1
    for words in (str(config.keyring_file), key_id, "apart from copies of the database"):
        assert words in told[0]
    assert stat.S_IMODE(config.data_dir.stat().st_mode) == 0o700
    for file in ("keyring", "mailsettings.db"):
        assert stat.S_IMODE((config.data_dir / file).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["100% ours", "50%25?x=1#y"])
def test_a_directory_of_any_name_will_do(
    environ: dict[str, str], tmp_path: Path, name: str
) -> None:
    config = config_of(environ | {"MAILSETTINGS_DATA_DIR": str(tmp_path / name)})
    fill(config)
    assert database_path(config) == tmp_path / name / "mailsettings.db"
    assert sorted(each.name for each in tmp_path.iterdir()) == [name]
    with closing(open_existing(config)) as vault:
        assert vault.workspaces() == ("T1",)


def test_a_database_is_looked_for_where_it_was_made(
    environ: dict[str, str], tmp_path: Path
) -> None:
    key = f"primary {generate_key()}"
    url = f"sqlite:///{tmp_path}/a%20name.db"
    config = config_of(environ | {"DATABASE_URL": url, "MAILSETTINGS_KEYRING": key})
    fill(config)
    assert database_path(config) == tmp_path / "a name.db"
    assert database_path(config).exists()


def test_the_next_start_finds_everything_again(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    told: list[str] = []
    with closing(open_vault(config, announce=told.append)) as vault:
        record = vault.settings.get("T1")
        assert record
        assert record.value.host == "a.example"
        assert vault.workspaces() == ("T1",)
    assert told == []


def test_each_kind_of_document_is_kept_apart(environ: dict[str, str]) -> None:
    with closing(open_vault(config_of(environ), announce=lambda _text: None)) as vault:
        for number, store in enumerate((vault.drafts, vault.passwords, vault.links)):
            store.put("T1", {"é": number}, name="n", revision=0, by="U1", at=AT)
        for number, store in enumerate((vault.drafts, vault.passwords, vault.links)):
            record = store.get("T1", "n")
            assert record
            assert record.value == {"é": number}
        assert vault.workspaces() == ()


def key_named(name: str) -> SSLKey:
    return SSLKey(kind=SSLKeyKind.CLIENT, name=name, certificates=b"", private_key=b"s3cret key")


def test_ssl_keys_are_sealed_and_found_by_their_names(environ: dict[str, str]) -> None:
    config = config_of(environ)
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        for key_id, name in (("00", "b"), ("11", "C"), ("22", "a")):
            vault.keys.put("T1", key_named(name), name=key_id, revision=0, by="U1", at=AT)
        assert list(vault.ssl_keys("T1")) == ["22", "00", "11"]
        assert vault.ssl_keys("T1")["00"] == key_named("b")
        assert vault.ssl_keys("T2") == {}
    assert b"s3cret key" not in database_path(config).read_bytes()


def test_the_ssl_key_that_settings_use_is_found(environ: dict[str, str]) -> None:
    with closing(open_vault(config_of(environ), announce=lambda _text: None)) as vault:
        vault.keys.put("T1", key_named("a"), name="00", revision=0, by="U1", at=AT)
        using = MailSettings(ssl_key="00")
        assert vault.ssl_key_of("T1", using) == key_named("a")
        assert vault.ssl_key_of("T2", using) is None
        for settings in (None, MailSettings(), MailSettings(ssl_key="00", tls_mode=TLSMode.NONE)):
            assert vault.ssl_key_of("T1", settings) is None


def test_one_that_cannot_be_opened_is_as_good_as_none(environ: dict[str, str]) -> None:
    config = config_of(environ)
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        vault.keys.put("T1", key_named("a"), name="00", revision=0, by="U1", at=AT)
        with closing(sqlite3.connect(database_path(config))) as database:
            database.execute(
                "UPDATE records SET envelope = CAST(substr(envelope, 1, 7) || randomblob(99) AS"
                " BLOB) WHERE kind = 'key'"
            )
            database.commit()
        assert vault.ssl_key_of("T1", MailSettings(ssl_key="00")) is None


def test_a_key_that_cannot_be_opened_stands_behind_the_others(environ: dict[str, str]) -> None:
    config = config_of(environ)
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        for key_id, name in (("00", "a"), ("11", "b"), ("22", "C")):
            vault.keys.put("T1", key_named(name), name=key_id, revision=0, by="U1", at=AT)
        with closing(sqlite3.connect(database_path(config))) as database:
            database.execute("UPDATE records SET key_id = 'other' WHERE name = '00'")
            database.commit()
        assert list(vault.ssl_keys("T1").items()) == [
            ("11", key_named("b")),
            ("22", key_named("C")),
            ("00", None),
        ]


def test_many_first_starts_at_once_agree_on_one_keyring(environ: dict[str, str]) -> None:
    config = config_of(environ)

    def start(_number: int) -> str:
        with closing(open_vault(config, announce=lambda _text: None)) as vault:
            return vault.keyring.primary_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(start, range(8)))
    assert ids == {keyring_file.read(config.keyring_file).primary_id}


def test_a_keyring_that_another_starter_made_meanwhile_is_used(environ: dict[str, str]) -> None:
    config = config_of(environ)
    config.data_dir.mkdir()
    engine = connect(config.database_url)
    migrate(engine)
    made = keyring_file.create(config.keyring_file)
    told: list[str] = []
    assert _make(config, engine, told.append).key_ids == made.key_ids
    assert told == []
    engine.dispose()


def test_a_lost_keyring_is_never_replaced(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    wanted = keyring_file.read(config.keyring_file).primary_id
    config.keyring_file.unlink()
    for attempt in (
        lambda: open_vault(config, announce=lambda _text: None),
        lambda: open_existing(config),
    ):
        with pytest.raises(VaultClosed, match=wanted):
            attempt()
    assert not config.keyring_file.exists()


def test_another_keyring_is_refused_with_wanted_and_found_ids(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    wanted = keyring_file.read(config.keyring_file).primary_id
    config.keyring_file.unlink()
    found = keyring_file.create(config.keyring_file).primary_id
    with pytest.raises(VaultClosed) as closed:
        open_vault(config, announce=lambda _text: None)
    for each in (wanted, found, str(config.keyring_file), "mailsettings.db"):
        assert each in str(closed.value)


def test_a_keyring_in_the_environment_makes_no_file(environ: dict[str, str]) -> None:
    config = config_of(environ | {"MAILSETTINGS_KEYRING": f"primary {generate_key()}"})
    fill(config)
    assert not config.keyring_file.exists()
    with pytest.raises(VaultClosed, match="MAILSETTINGS_KEYRING"):
        open_existing(config_of(environ | {"MAILSETTINGS_KEYRING": f"primary {generate_key()}"}))


@pytest.mark.parametrize("variable", ["MAILSETTINGS_KEYRING_FILE", "DATABASE_URL"])
def test_elsewhere_than_in_the_data_directory_no_keyring_is_made(
    environ: dict[str, str], tmp_path: Path, variable: str
) -> None:
    place = tmp_path / "elsewhere" / "file"
    place.parent.mkdir()
    url = f"sqlite:///{place}"
    config = config_of(environ | {variable: url if variable == "DATABASE_URL" else str(place)})
    with pytest.raises(VaultClosed, match="keyring new"):
        open_vault(config, announce=lambda _text: None)
    keyring_file.create(config.keyring_file)
    fill(config)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("nonsense", 0o600, "Line 1"),
        ("", 0o600, "no primary key"),
        ("", 0o600, "from your backup"),
        ("x", 0o644, "chmod 600"),
    ],
)
def test_a_bad_keyring_file_closes_the_vault(
    environ: dict[str, str], content: str, mode: int, words: str
) -> None:
    config = config_of(environ)
    config.data_dir.mkdir()
    config.keyring_file.write_text(content, encoding="utf-8")
    config.keyring_file.chmod(mode)
    with pytest.raises(VaultClosed) as closed:
        open_vault(config, announce=lambda _text: None)
    assert words in str(closed.value)
    assert str(config.keyring_file) in str(closed.value)


def test_a_keyring_that_cannot_be_read_closes_the_vault(environ: dict[str, str]) -> None:
    config = config_of(environ)
    config.data_dir.mkdir()
    config.keyring_file.symlink_to(config.keyring_file)
    with pytest.raises(VaultClosed, match="can't be read"):
        open_vault(config, announce=lambda _text: None)


def test_a_data_directory_that_cannot_be_made_closes_the_vault(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("", encoding="utf-8")
    with pytest.raises(VaultClosed, match="MAILSETTINGS_DATA_DIR"):
        open_vault(config_of(environ), announce=lambda _text: None)


def test_a_database_of_a_newer_program_closes_the_vault(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    with closing(sqlite3.connect(config.data_dir / "mailsettings.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(VaultClosed, match="newer version"):
        open_vault(config, announce=lambda _text: None)


def test_a_record_that_was_changed_closes_the_vault(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    with closing(sqlite3.connect(config.data_dir / "mailsettings.db")) as database:
        database.execute(
            "UPDATE records SET envelope = CAST(substr(envelope, 1, 7) || randomblob(99) AS BLOB)"
        )
        database.commit()
    with pytest.raises(VaultClosed):
        open_existing(config)


def test_the_operators_commands_make_nothing(environ: dict[str, str]) -> None:
    config = config_of(environ)
    with pytest.raises(VaultClosed, match="mailsettings run"):
        open_existing(config)
    assert keys_in_use(config) == ()
    assert not config.data_dir.exists()


def test_a_closed_vault_holds_no_file_open(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    for _ in range(3):
        with closing(open_existing(config)) as vault:
            vault.check()
    held = [os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()]
    assert str(config.data_dir / "mailsettings.db") not in held


def test_a_database_that_is_none_is_told(environ: dict[str, str]) -> None:
    config = config_of(environ)
    fill(config)
    (config.data_dir / "mailsettings.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match="isn't a SQLite database"):
        open_existing(config)
