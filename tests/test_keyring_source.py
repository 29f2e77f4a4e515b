import os
import time
from pathlib import Path

import pytest

from bot import keyring_source
from bot.config import Config, read
from bot.keyring_source import UnusableKeyring, is_file, keyring_place, live_keyring, read_keyring
from storage import keyring_file
from storage.keyring import Context, Keyring, generate_key

HERE = Context(kind="settings", workspace="T1", revision=1)


def config_of(tmp_path: Path, **variables: str) -> Config:
    environ = {"HOME": str(tmp_path), "MAILSETTINGS_DATA_DIR": str(tmp_path / "data")}
    return read(environ | variables, for_slack=False)


def commanded(tmp_path: Path, command: str) -> Config:
    return config_of(tmp_path, MAILSETTINGS_KEYRING_COMMAND=command)


def test_each_place_is_named(tmp_path: Path) -> None:
    file = config_of(tmp_path)
    assert (keyring_place(file), is_file(file)) == (str(tmp_path / "data" / "keyring"), True)
    text = config_of(tmp_path, MAILSETTINGS_KEYRING=f"primary {generate_key()}")
    assert (keyring_place(text), is_file(text)) == ("MAILSETTINGS_KEYRING", False)
    command = commanded(tmp_path, "cat keys")
    assert (keyring_place(command), is_file(command)) == ("MAILSETTINGS_KEYRING_COMMAND", False)


def test_what_a_command_prints_is_the_keyring(tmp_path: Path) -> None:
    keys = tmp_path / "the keys"
    keys.write_text(f"# ours\nprimary {generate_key()}\n", encoding="ascii")
    found = read_keyring(commanded(tmp_path, f"cat '{keys}'"))
    assert found == Keyring.parse(keys.read_text(encoding="ascii"))


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    with pytest.raises(UnusableKeyring, match="Line 1"):
        read_keyring(commanded(tmp_path, f"echo primary > {tmp_path}/x; true"))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/no/such/program", "No such file"),
        ("false", "status 1"),
        ("sh -c 'echo hunter2 >&2; echo hunter2; exit 3'", "status 3"),
        ("sh -c 'kill -9 $$'", "status -9"),
        ("echo hunter2", "Line 1"),
        ("printf '\\303\\244'", "did not print text"),
        ("true", "no primary key"),
    ],
)
def test_a_command_that_fails_is_told_without_what_it_printed(
    tmp_path: Path, command: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnusableKeyring) as caught:
        read_keyring(commanded(tmp_path, command))
    assert words in str(caught.value)
    assert "MAILSETTINGS_KEYRING_COMMAND" in str(caught.value)
    assert "hunter2" not in f"{caught.value} {capfd.readouterr()}"


def test_a_command_that_hangs_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_source, "_COMMAND_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(UnusableKeyring, match="did not end"):
        read_keyring(commanded(tmp_path, "sh -c 'sleep 50 & sleep 50'"))
    assert time.monotonic() - started < 20


def test_a_file_is_followed_and_its_loss_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_of(tmp_path)
    live = live_keyring(config, keyring_file.create(config.keyring_file))
    keyring_file.activate(config.keyring_file, keyring_file.add(config.keyring_file))
    changed = keyring_file.read(config.keyring_file)
    assert (live.primary_id, live.key_ids) == (changed.primary_id, changed.key_ids)
    config.keyring_file.chmod(0o644)
    assert changed.open(live.seal(b"x", HERE), HERE) == b"x"
    config.keyring_file.unlink()
    assert changed.open(live.seal(b"x", HERE), HERE) == b"x"
    assert "Others can read" in caplog.text
    assert "any more" in caplog.text
    assert "mskr1_" not in caplog.text


def test_a_text_stays_as_it_is_and_a_command_is_asked_again_for_an_unknown_key(
    tmp_path: Path,
) -> None:
    old, new = generate_key(), generate_key()
    text = config_of(tmp_path, MAILSETTINGS_KEYRING=f"primary {old}")
    ring = read_keyring(text)
    assert ring is not None
    assert live_keyring(text, ring).key_ids == ring.key_ids
    keys = tmp_path / "keys"
    keys.write_text(f"primary {old}\n", encoding="ascii")
    command = commanded(tmp_path, f"cat {keys}")
    live = live_keyring(command, ring)
    keys.write_text(f"accept {old}\nprimary {new}\n", encoding="ascii")
    assert live.primary_id == ring.primary_id
    newer = Keyring.parse(f"primary {new}")
    assert live.open(newer.seal(b"x", HERE), HERE) == b"x"
    assert live.primary_id == newer.primary_id
    assert os.path.exists(keys)  # noqa: PTH110 - the command only read it
