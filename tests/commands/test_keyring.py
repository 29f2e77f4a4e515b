import os
import resource
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.smtp.settings import MailSettings
from storage import keyring_file
from storage.keyring import generate_key, id_of

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


def test_a_key_is_added_activated_and_the_old_one_retired(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    file = shell.data / "keyring"
    old = keyring_file.read(file).primary_id
    added = shell("keyring", "add")
    assert added.status == os.EX_OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [_, new] = keyring_file.read(file).key_ids
    assert new in added.out
    assert "keyring activate" in added.out
    assert keyring_file.read(file).primary_id == old
    assert shell("keyring", "activate").status == os.EX_OK
    assert keyring_file.read(file).primary_id == new
    assert "already" in shell("keyring", "activate").out
    early = shell("keyring", "retire")
    assert early.status == os.EX_TEMPFAIL
    assert f"{old} (3)" in early.err
    assert "keyring rewrap" in early.err
    rewrapped = shell("keyring", "rewrap")
    assert rewrapped.status == os.EX_OK
    assert "Sealed 3 records" in rewrapped.out
    retired = shell("keyring", "retire")
    assert retired.status == os.EX_OK
    assert old in retired.out
    assert keyring_file.read(file).key_ids == (new,)
    assert shell.saved() == make_settings()
    assert "nothing to retire" in shell("keyring", "retire").out
    key = file.read_text(encoding="utf-8").partition("mskr1_")[2].strip()
    assert not any(key in f"{each.out}{each.err}" for each in (added, early, rewrapped, retired))


def test_a_key_that_a_running_replica_lacks_is_not_activated(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    file = shell.data / "keyring"
    before = keyring_file.read(file)
    shell("keyring", "add")
    vault = shell.vault()
    vault.replicas.beat("bot-2/7", before)
    found = shell("keyring", "activate")
    assert found.status == os.EX_TEMPFAIL
    assert "the replica bot-2/7" in found.err
    assert keyring_file.read(file).primary_id == before.primary_id
    status = shell("keyring", "status")
    assert f"Replica bot-2/7: seals with {before.primary_id}, lacks" in status.out
    assert shell("keyring", "status", "--json").json["keys"][1]["unknown_to"] == ["bot-2/7"]
    vault.replicas.beat("bot-2/7", keyring_file.read(file))
    assert shell("keyring", "activate").status == os.EX_OK
    assert shell("keyring", "rewrap").status == os.EX_OK
    late = shell("keyring", "retire")
    assert late.status == os.EX_TEMPFAIL
    assert "bot-2/7 still seals with an old key" in late.err
    vault.replicas.beat("bot-2/7", keyring_file.read(file))
    assert "holds them all" in shell("keyring", "status").out
    assert shell("keyring", "retire").status == os.EX_OK
    vault.close()


def test_a_named_key_is_activated_and_an_unknown_one_refused(shell: Any) -> None:
    shell.vault().close()
    file = shell.data / "keyring"
    shell("keyring", "add")
    shell("keyring", "add")
    first, second, third = keyring_file.read(file).key_ids
    assert shell("keyring", "activate", second).status == os.EX_OK
    assert keyring_file.read(file).primary_id == second
    unknown = shell("keyring", "activate", "0123456789ab")
    assert unknown.status == os.EX_USAGE
    for each in (first, second, third):
        assert each in unknown.err


@pytest.mark.parametrize("source", ["MAILSETTINGS_KEYRING", "MAILSETTINGS_KEYRING_COMMAND"])
def test_a_keyring_that_we_cannot_change_is_changed_by_its_owner(
    shell: Any, make_settings: MakeSettings, tmp_path: Path, source: str
) -> None:
    elsewhere = tmp_path / "elsewhere"

    def put(text: str) -> None:
        elsewhere.write_text(text, encoding="ascii")
        variables = {
            "MAILSETTINGS_KEYRING": text,
            "MAILSETTINGS_KEYRING_COMMAND": f"cat {elsewhere}",
        }
        shell.environ[source] = variables[source]

    old = generate_key()
    put(f"primary {old}\n")
    shell.save(make_settings())
    added = shell("keyring", "add")
    line = next(each for each in added.out.splitlines() if each.startswith("accept mskr1_"))
    assert source in added.out
    new = line.removeprefix("accept ")
    put(f"primary {old}\n{line}\n")
    told = shell("keyring", "activate")
    assert told.status == os.EX_OK
    assert source in told.out
    assert id_of(new) in told.out
    put(f"accept {old}\nprimary {new}\n")
    assert shell("keyring", "rewrap").status == os.EX_OK
    retire = shell("keyring", "retire")
    assert retire.status == os.EX_OK
    assert f"Nothing in the database needs {id_of(old)}" in retire.out
    put(f"primary {new}\n")
    assert shell.saved() == make_settings()
    assert not shell.data.joinpath("keyring").exists()
    refused = shell("keyring", "new")
    assert source in refused.err


def test_what_cannot_be_sealed_anew_is_told(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database, database:
        database.execute("UPDATE records SET revision = 7 WHERE kind = 'settings'")
    vault = shell.vault()
    shell("keyring", "add")
    assert shell("keyring", "activate").status == os.EX_OK
    vault.close()
    found = shell("keyring", "rewrap")
    assert found.status == os.EX_UNAVAILABLE
    assert "1 changed outside this program" in found.err
    assert "settings of workspace T1, revision 7" in found.err
    assert shell("keyring", "retire").status == os.EX_TEMPFAIL


@pytest.fixture
def full_disk() -> Iterator[Callable[[], None]]:
    """Have every write of this process fail from the call on, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_keyring_that_cannot_be_written_stays_as_it_was(
    shell: Any, full_disk: Callable[[], None]
) -> None:
    shell("keyring", "new")
    file = shell.data / "keyring"
    before = file.read_bytes()
    full_disk()
    found = shell("keyring", "add")
    assert found.status == os.EX_CONFIG
    assert "can't be changed" in found.err
    assert "stays as" in found.err
    assert file.read_bytes() == before
    assert [each.name for each in shell.data.iterdir()] == ["keyring"]


def test_a_keyring_that_others_can_read_is_not_changed(shell: Any) -> None:
    shell("keyring", "new")
    (shell.data / "keyring").chmod(0o644)
    found = shell("keyring", "add")
    assert found.status == os.EX_CONFIG
    assert "chmod 600" in found.err


def test_without_a_keyring_none_is_added_to(shell: Any) -> None:
    missing = shell("keyring", "add")
    assert missing.status == os.EX_CONFIG
    assert "keyring new" in missing.err
