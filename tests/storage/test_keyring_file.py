import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage import keyring_file
from storage.errors import InvalidKeyring, KeyringExposed
from storage.keyring import generate_key
from storage.keyring_file import is_private

CREATE = """
import sys
from pathlib import Path
from storage import keyring_file
path = Path(sys.argv[1])
print("ready", flush=True)
input()
try:
    print("made", keyring_file.create(path).primary_id)
except FileExistsError:
    print("read", keyring_file.read(path).primary_id)
"""


def test_a_new_keyring_is_read_again_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keyring.txt"
    assert keyring_file.create(path) == keyring_file.read(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["keyring.txt"]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "keyring.txt"
    keyring_file.create(path)
    assert "back it up" in path.read_text()


def test_a_keyring_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keyring.txt"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        keyring_file.create(path)
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["keyring.txt"]


def test_of_six_processes_one_makes_the_keyring_and_all_have_the_same(
    tmp_path: Path, crowd: Callable[..., list[str]]
) -> None:
    said = [each.split() for each in crowd(CREATE, tmp_path / "keyring.txt", count=6)]
    assert sorted(verb for verb, _ in said) == ["made", *["read"] * 5]
    assert len({key_id for _, key_id in said}) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o606, 0o601])
def test_a_keyring_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.txt"
    keyring_file.create(path)
    path.chmod(mode)
    with pytest.raises(KeyringExposed, match="chmod 600") as caught:
        keyring_file.read(path)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("mode", "owner", "us", "private"),
    [
        (0o600, 1000, 1000, True),
        (0o400, 1000, 1000, True),
        (0o440, 0, 1000, True),
        (0o640, 0, 1000, True),
        (0o444, 0, 1000, False),
        (0o460, 0, 1000, False),
        (0o440, 0, 0, False),
        (0o440, 1000, 1000, False),
        (0o440, 1001, 1000, False),
    ],
)
def test_a_mounted_secret_may_be_readable_by_our_group(
    mode: int, owner: int, us: int, private: bool
) -> None:
    assert is_private(mode, owner=owner, us=us) is private


def test_the_mode_that_counts_is_that_of_the_file_behind_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "keyring.txt", tmp_path / "link"
    keyring = keyring_file.create(path)
    link.symlink_to(path)
    assert keyring_file.read(link) == keyring
    path.chmod(0o644)
    with pytest.raises(KeyringExposed):
        keyring_file.read(link)


def test_a_missing_keyring_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keyring_file.read(tmp_path / "keyring.txt")


def test_a_pipe_or_a_directory_is_no_keyring(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (pipe, tmp_path):
        with pytest.raises(InvalidKeyring, match="plain file"):
            keyring_file.read(path)


def test_a_binary_file_is_no_keyring(tmp_path: Path) -> None:
    path = tmp_path / "keyring.txt"
    path.write_bytes(b"\xff\xfe" + generate_key().encode("utf-16"))
    path.chmod(0o600)
    with pytest.raises(InvalidKeyring, match="text file"):
        keyring_file.read(path)


def test_a_change_keeps_mode_owner_and_what_people_wrote(tmp_path: Path) -> None:
    file = tmp_path / "keyring"
    made = keyring_file.create(file)
    file.write_text(f"# ä note of ours\n{file.read_text()}", encoding="utf-8")
    if os.geteuid() == 0:
        os.chown(file, 65534, 65534)
    owner = (file.stat().st_uid, file.stat().st_gid)
    new = keyring_file.add(file)
    keyring_file.activate(file, new)
    assert file.read_text(encoding="utf-8").startswith("# ä note of ours\n")
    assert (file.stat().st_uid, file.stat().st_gid, file.stat().st_mode & 0o777) == (*owner, 0o600)
    assert keyring_file.read(file).key_ids == (made.primary_id, new)
    assert [each.name for each in tmp_path.iterdir()] == ["keyring"]


def test_a_change_behind_a_link_is_made_where_the_link_leads(tmp_path: Path) -> None:
    file = tmp_path / "real" / "keyring"
    keyring_file.create(file)
    link = tmp_path / "link"
    link.symlink_to(file)
    new = keyring_file.add(link)
    assert link.is_symlink()
    assert new in keyring_file.read(file).key_ids


def test_many_who_add_at_once_all_do(tmp_path: Path) -> None:
    file = tmp_path / "keyring"
    keyring_file.create(file)
    with ThreadPoolExecutor(6) as threads:
        added = list(threads.map(keyring_file.add, [file] * 6))
    assert set(added) < set(keyring_file.read(file).key_ids)


def test_a_file_that_is_gone_looks_changed(tmp_path: Path) -> None:
    file = tmp_path / "keyring"
    keyring_file.create(file)
    before = keyring_file.mark(file)
    assert keyring_file.mark(file) == before
    file.unlink()
    assert keyring_file.mark(file) != before
