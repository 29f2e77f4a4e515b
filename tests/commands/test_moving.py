"""A workspace's settings carried from one installation to another."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.console import Stop
from bot.commands.export_file import Export, UnusableExport, read, write
from bot.commands.moving import _new_file
from bot.smtp.settings import Configuration, MailSettings, Password, TLSMode
from bot.smtp.ssl_key_files import read_key_file
from bot.smtp.ssl_keys import SSLKey
from storage.errors import InvalidEnvelope, UnknownRecipient
from storage.keyring import Keyring, generate_key
from storage.recipient import Recipient

MakeSettings = Callable[..., MailSettings]
KEY_ID = "00ff00ff00ff00ff"
RING = Keyring.parse(f"primary {generate_key()}")


@pytest.fixture(scope="module")
def key() -> SSLKey:
    return read_key_file(trustme.CA().cert_pem.bytes(), passphrase="", name="Ours")


@pytest.fixture
def there(shell: Any, tmp_path: Path) -> Any:
    """Another installation, with a keyring and a database of its own."""
    other = type(shell)(tmp_path / "there")
    (tmp_path / "there").mkdir()
    other.vault().close()
    return other


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "acme.export")


@pytest.fixture
def exported(
    shell: Any, there: Any, make_settings: MakeSettings, key: SSLKey, file: str
) -> MailSettings:
    """Settings with a password and an SSL key, exported for the other installation."""
    saved = make_settings(ssl_key=KEY_ID)
    shell.save(saved)
    shell.keep_key(KEY_ID, key)
    recipient = there("keyring", "recipient").out.strip()
    found = shell("settings", "export", "--recipient", recipient, file)
    assert (found.status, found.err) == (os.EX_OK, "")
    return saved


def audited(shell: Any) -> list[str]:
    vault = shell.vault()
    found = [each.action for each in vault.audit.latest("T1", 9)]
    vault.close()
    return found


def sealed_for(there: Any, export: Export, file: str) -> None:
    recipient = Recipient.parse(there("keyring", "recipient").out.strip())
    Path(file).write_text(write(export, recipient))


def test_settings_password_and_keys_arrive_as_they_were(
    shell: Any, there: Any, exported: MailSettings, key: SSLKey, file: str
) -> None:
    content = Path(file).read_text()
    assert Path(file).stat().st_mode & 0o777 == 0o600
    for secret in ("s3cret", "mail.example.com", "BEGIN CERT", "Ours"):
        assert secret not in content
    assert audited(shell) == ["settings.exported"]

    looked = there("settings", "import", "--dry-run", file)
    assert looked.status == os.EX_OK
    assert "Server address: mail.example.com" in looked.out
    assert "SSL key: Ours" in looked.out
    assert "s3cret" not in looked.out
    assert "Nothing was changed" in looked.out
    assert audited(there) == []

    found = there("settings", "import", file)
    assert (found.status, found.err) == (os.EX_OK, "")
    assert there.saved() == exported
    vault = there.vault()
    assert vault.ssl_keys("T1") == {KEY_ID: key}
    vault.close()
    assert audited(there) == ["settings.imported", "key.uploaded"]
    told = there("audit", "show").out
    assert "Server address: mail.example.com" in told
    assert "s3cret" not in told


def test_what_is_there_is_replaced_only_when_told(
    there: Any, exported: MailSettings, make_settings: MakeSettings, file: str
) -> None:
    there.save(make_settings(sender_name="Theirs"))
    refused = there("settings", "import", file)
    assert refused.status == os.EX_CONFIG
    assert "say --replace" in refused.err
    assert there.saved().sender_name == "Theirs"
    assert there("settings", "import", "--replace", file).status == os.EX_OK
    assert there.saved() == exported
    # Once more: the keys are there already, and stay.
    assert there("settings", "import", "--replace", file).status == os.EX_OK


@pytest.mark.usefixtures("exported")
def test_another_workspace_must_be_named(
    there: Any, make_settings: MakeSettings, file: str
) -> None:
    there.save(make_settings(), workspace="T2")
    refused = there("settings", "import", file)
    assert refused.status == os.EX_USAGE
    assert "--workspace" in refused.err
    assert there("settings", "import", "--workspace", "T3", file).status == os.EX_OK
    assert there.saved("T3").host == "mail.example.com"


@pytest.mark.usefixtures("exported")
def test_a_key_of_another_content_under_the_same_id_is_refused(
    there: Any, key: SSLKey, file: str
) -> None:
    renamed = replace(key, name="Renamed")
    there.keep_key(KEY_ID, replace(renamed, host="other.example.com"))
    refused = there("settings", "import", file)
    assert "same id with another content" in refused.err
    assert audited(there) == []


@pytest.mark.usefixtures("exported")
def test_with_too_many_keys_nothing_is_imported(there: Any, key: SSLKey, file: str) -> None:
    for number in range(50):
        there.keep_key(f"{number:016x}", key)
    assert "more than 50 SSL keys" in there("settings", "import", file).err


@pytest.mark.usefixtures("exported")
def test_it_opens_only_with_the_keyring_it_was_sealed_for(shell: Any, file: str) -> None:
    refused = shell("settings", "import", "--replace", file)
    assert refused.status == os.EX_USAGE
    assert "isn't in the keyring" in refused.err


@pytest.mark.usefixtures("exported")
def test_a_file_is_never_written_over(shell: Any, there: Any, file: str) -> None:
    before = Path(file).read_text()
    recipient = there("keyring", "recipient").out.strip()
    refused = shell("settings", "export", "--recipient", recipient, file)
    assert "already a file" in refused.err
    assert Path(file).read_text() == before
    assert audited(shell) == ["settings.exported"]
    nowhere = shell("settings", "export", "--recipient", recipient, f"{file}/x")
    assert "can't be made" in nowhere.err


def test_a_key_that_can_not_be_opened_is_told(
    shell: Any, there: Any, make_settings: MakeSettings, key: SSLKey, file: str
) -> None:
    shell.save(make_settings())
    shell.keep_key(KEY_ID, key)
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database:
        database.execute("UPDATE records SET revision = 9 WHERE kind = 'key'")
        database.commit()
    recipient = there("keyring", "recipient").out.strip()
    refused = shell("settings", "export", "--recipient", recipient, file)
    assert "can't be opened" in refused.err
    assert not Path(file).exists()


def test_an_export_of_another_version_is_told(
    there: Any, exported: MailSettings, file: str
) -> None:
    assert exported
    content = Path(file).read_text().replace('"version": 1', '"version": 2')
    Path(file).write_text(content)
    assert "isn't of a form" in there("settings", "import", file).err


def test_more_keys_than_a_workspace_may_have_are_no_export(
    there: Any, make_settings: MakeSettings, key: SSLKey, file: str
) -> None:
    keys = {f"{number:016x}": key for number in range(51)}
    sealed_for(there, Export(workspace="T1", settings=make_settings(), keys=keys), file)
    assert "can't read" in there("settings", "import", file).err


def test_a_recipient_that_nobody_can_be_is_refused(
    shell: Any, make_settings: MakeSettings, file: str
) -> None:
    shell.save(make_settings())
    refused = shell("settings", "export", "--recipient", str(Recipient(bytes(32))), file)
    assert "can't be anybody's" in refused.err
    assert not Path(file).exists()


def test_a_recipient_may_stand_in_a_file(
    shell: Any, there: Any, make_settings: MakeSettings, file: str, tmp_path: Path
) -> None:
    shell.save(make_settings())
    whom = tmp_path / "recipient"
    whom.write_text(there("keyring", "recipient").out)
    assert shell("settings", "export", "--recipient", str(whom), file).status == os.EX_OK


@pytest.mark.parametrize("recipient", ["mskx1_wrong", "/nowhere/at/all", "BINARY"])
def test_a_wrong_recipient_is_told(
    shell: Any, make_settings: MakeSettings, file: str, tmp_path: Path, recipient: str
) -> None:
    shell.save(make_settings())
    if recipient == "BINARY":
        recipient = str(tmp_path / "binary")
        Path(recipient).write_bytes(b"\xff")
    refused = shell("settings", "export", "--recipient", recipient, file)
    assert (refused.status, "ecipient" in refused.err) == (os.EX_USAGE, True)
    assert not Path(file).exists()


def test_what_can_not_be_written_down_is_not_exported(
    shell: Any, there: Any, make_settings: MakeSettings, file: str
) -> None:
    shell.save(make_settings())
    shell("settings", "set", "sender_name=One entry")
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database:
        database.execute("DELETE FROM records WHERE kind = 'audit-head'")
        database.commit()
    recipient = there("keyring", "recipient").out.strip()
    refused = shell("settings", "export", "--recipient", recipient, file)
    assert (refused.status, "altered" in refused.err) == (os.EX_UNAVAILABLE, True)
    assert not Path(file).exists()


def test_a_disk_that_is_full_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "acme.export"
    with pytest.raises(Stop, match="No space left"), _new_file(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not file.exists()


def test_without_a_keyring_there_is_no_recipient(shell: Any) -> None:
    assert "keyring new" in shell("keyring", "recipient").err


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[]", b'{"version": 2}', b"[" * 9999])
def test_what_is_no_export_is_refused(there: Any, file: str, content: bytes) -> None:
    assert there("settings", "import", file).status == os.EX_USAGE
    Path(file).write_bytes(content)
    refused = there("settings", "import", file)
    assert refused.status == os.EX_USAGE
    assert "xport" in refused.err


def test_settings_against_the_rules_are_refused_whoever_sealed_them(
    there: Any, make_settings: MakeSettings, key: SSLKey, file: str
) -> None:
    right = make_settings()
    assert right.password
    wrong: list[tuple[MailSettings, SSLKey]] = [
        (replace(right, from_address="a@example.com\nBcc: b@example.com"), key),
        (replace(right, host="MAIL.example.com"), key),
        (replace(right, ssl_key="1111111111111111"), key),
        (replace(right, configuration=Configuration.DEFAULT), key),
        (replace(right, tls_mode=TLSMode.NONE), key),
        (replace(right, password=replace(right.password, value="a\r\nb")), key),
        (replace(right, password=replace(right.password, set_by="!channel> <x")), key),
        (right, replace(key, name="two  spaces")),
        (right, replace(key, name="x" * 99)),
        (right, replace(key, certificates=b"none")),
        (right, replace(key, private_key=b"of a trusted certificate")),
    ]
    for settings_, key_ in wrong:
        export = Export(workspace="T1", settings=settings_, keys={KEY_ID: key_})
        sealed_for(there, export, file)
        refused = there("settings", "import", file)
        assert refused.status in {os.EX_USAGE, os.EX_CONFIG}, settings_
        assert refused.err
        assert audited(there) == []


def test_a_password_of_another_destination_stays_bound_to_it(
    there: Any, make_settings: MakeSettings, file: str
) -> None:
    right = make_settings()
    moved = replace(right, host="evil.example.com")
    sealed_for(there, Export(workspace="T1", settings=moved, keys={}), file)
    assert there("settings", "import", file).status == os.EX_OK
    assert isinstance(there.saved().password, Password)
    assert there.saved().usable_password is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_changed_byte_of_the_file_is_refused(
    make_settings: MakeSettings, data: st.DataObject
) -> None:
    export = Export(workspace="T1", settings=make_settings(), keys={})
    text = write(export, Recipient.of(RING))
    assert read(text, RING) == export
    index = data.draw(st.integers(0, len(text) - 1))
    changed = text[:index] + chr(data.draw(st.integers(0, 127))) + text[index + 1 :]
    if changed != text:
        with pytest.raises((UnusableExport, InvalidEnvelope, UnknownRecipient)):
            read(changed, RING)
