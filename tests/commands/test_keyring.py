import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.smtp.settings import MailSettings
from storage import keyring_file
from storage.keyring import generate_key

MakeSettings = Callable[..., MailSettings]


def test_a_new_keyring_is_made_once_and_never_overwritten(shell: Any) -> None:
    made = shell("keyring", "new")
    file = shell.data / "keyring"
    assert made.status == os.EX_OK
    assert str(file) in made.out
    assert "Back it up" in made.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    assert before.split()[-1].decode() not in made.out
    again = shell("keyring", "new")
    assert again.status == os.EX_CONFIG
    assert "stays as it is" in again.err
    assert file.read_bytes() == before


def test_no_keyring_is_made_beside_one_in_the_environment(shell: Any) -> None:
    shell.environ["MAILSETTINGS_KEYRING"] = f"primary {generate_key()}"
    found = shell("keyring", "new")
    assert found.status == os.EX_CONFIG
    assert "MAILSETTINGS_KEYRING" in found.err
    assert not shell.data.exists()


def test_no_keyring_is_made_for_a_database_that_needs_another(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    file = shell.data / "keyring"
    wanted = keyring_file.read(file).primary_id
    file.unlink()
    found = shell("keyring", "new")
    assert found.status == os.EX_CONFIG
    assert wanted in found.err
    assert not file.exists()


def test_where_nothing_can_be_written_the_reason_is_told(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    shell.environ["MAILSETTINGS_KEYRING_FILE"] = str(tmp_path / "file" / "keyring")
    found = shell("keyring", "new")
    assert found.status == os.EX_CONFIG
    assert "MAILSETTINGS_KEYRING_FILE" in found.err


def test_the_status_counts_the_records_of_each_key(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    file = shell.data / "keyring"
    old = keyring_file.read(file).primary_id
    content = file.read_text(encoding="utf-8")
    file.write_text(
        content.replace("primary", "accept") + f"primary {generate_key()}\n", encoding="utf-8"
    )
    found = shell("keyring", "status", "--json")
    assert found.status == os.EX_OK
    assert found.json["place"] == str(file)
    keys = {each["id"]: each for each in found.json["keys"]}
    assert not keys.pop(old)["primary"]
    (new,) = keys.values()
    assert (new["primary"], new["records"]) == (True, 0)
    text = shell("keyring", "status")
    assert f"{old}  accept: opens only" in text.out
    assert "primary: seals and opens  0 records" in text.out
    assert not any(each in text.out + found.out for each in content.split() if "mskr1_" in each)


def test_the_status_before_the_first_start(shell: Any) -> None:
    missing = shell("keyring", "status")
    assert missing.status == os.EX_CONFIG
    assert "keyring new" in missing.err
    shell("keyring", "new")
    found = shell("keyring", "status", "--json")
    assert [each["records"] for each in found.json["keys"]] == [0]


def test_a_key_that_the_database_needs_is_named_when_it_is_missing(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    file = shell.data / "keyring"
    wanted = keyring_file.read(file).primary_id
    file.unlink()
    found = keyring_file.create(file).primary_id
    answer = shell("keyring", "status")
    assert answer.status == os.EX_CONFIG
    for each in (wanted, found, str(file)):
        assert each in answer.err
