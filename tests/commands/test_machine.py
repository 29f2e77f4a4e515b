import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.commands.machine import Obstacle, _refused_address, obstacles, with_obstacles
from bot.config import InvalidEnvironment, read
from storage.keyring import generate_key


def look(shell: Any) -> dict[str, Obstacle]:
    found = obstacles(read(shell.environ, for_slack=False), told=())
    for each in found:
        assert each.fault.problem.endswith(".")
        assert each.fault.cure.endswith(".")
    return {each.check: each for each in found}


def test_where_the_bot_can_start_nothing_is_found_and_nothing_left(
    shell: Any, tmp_path: Path
) -> None:
    assert look(shell) == {}
    assert list(tmp_path.iterdir()) == []
    shell.vault().close()
    before = sorted(shell.data.iterdir())
    assert look(shell) == {}
    assert sorted(shell.data.iterdir()) == before


@pytest.mark.parametrize("place", ["/proc/mailsettings/data", "file/data", "link"])
def test_a_data_directory_that_cannot_be_made_is_one_obstacle(
    shell: Any, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    shell.environ["MAILSETTINGS_DATA_DIR"] = str(tmp_path / place)
    found = look(shell)
    assert found.keys() == {"data directory"}
    assert found["data directory"].fault.variable == "MAILSETTINGS_DATA_DIR"
    assert "can't be made: " in found["data directory"].fault.problem


def test_a_data_directory_that_cannot_be_written_matters_if_the_database_is_in_it(
    shell: Any, tmp_path: Path
) -> None:
    shell.environ["MAILSETTINGS_DATA_DIR"] = "/proc"
    assert "can't be written: " in look(shell)["data directory"].fault.problem
    shell.environ["DATABASE_URL"] = f"sqlite:///{tmp_path}/x.db"
    shell.environ["MAILSETTINGS_KEYRING"] = f"primary {generate_key()}"
    assert look(shell) == {}


def test_each_place_has_its_own_obstacle(shell: Any, tmp_path: Path) -> None:
    shell.environ |= {
        "MAILSETTINGS_DATA_DIR": "/proc/x",
        "DATABASE_URL": "sqlite:////proc/y/x.db",
        "MAILSETTINGS_KEYRING_FILE": str(tmp_path / "lost"),
        "HOST": "192.0.2.1",
    }
    found = look(shell)
    assert [each.fault.variable for each in found.values()] == [
        "MAILSETTINGS_DATA_DIR",
        "DATABASE_URL",
        "MAILSETTINGS_KEYRING_FILE",
        "HOST",
    ]
    assert "keyring new" in found["keyring"].fault.cure


def test_what_hangs_on_a_fault_that_is_told_is_not_looked_at(shell: Any) -> None:
    shell.environ |= {
        "DATABASE_URL": "postgresql://x",
        "MAILSETTINGS_KEYRING": "nonsense",
        "PORT": "70000",
        "HOST": "192.0.2.1",
    }
    with pytest.raises(InvalidEnvironment) as invalid:
        read(shell.environ, for_slack=False)
    assert with_obstacles(invalid.value).faults == invalid.value.faults
    shell.environ["MAILSETTINGS_DATA_DIR"] = "/proc/x"
    with pytest.raises(InvalidEnvironment) as invalid:
        read(shell.environ, for_slack=False)
    *faults, last = with_obstacles(invalid.value).faults
    assert (tuple(faults), last.variable) == (invalid.value.faults, "MAILSETTINGS_DATA_DIR")
    shell.environ |= {"MAILSETTINGS_DATA_DIR": "~/x", "HOME": "", "PORT": "0"}
    with pytest.raises(InvalidEnvironment) as invalid:
        read(shell.environ, for_slack=False)
    *faults, last = with_obstacles(invalid.value).faults
    assert (tuple(faults), last.variable) == (invalid.value.faults, "HOST")


def test_a_database_that_is_no_file_is_an_obstacle(shell: Any, tmp_path: Path) -> None:
    shell.environ["DATABASE_URL"] = f"sqlite:///{tmp_path}"
    shell("keyring", "new")
    assert look(shell)["database"].fault.problem == f"The database {tmp_path} isn't a file."


def test_an_address_that_goes_on_after_the_file_is_an_obstacle(shell: Any, tmp_path: Path) -> None:
    shell("keyring", "new")
    shell.environ["DATABASE_URL"] = f"sqlite:///{tmp_path}/x.db?timeout=soon"
    found = look(shell)
    assert found.keys() == {"database"}
    assert "sqlite:////" in found["database"].fault.cure


@pytest.fixture
def owned() -> Iterator[Path]:
    """Give a directory of its own to a user without root's powers, whom the test then plays."""
    us = os.geteuid()
    with TemporaryDirectory() as directory:
        if us == 0:
            os.chown(directory, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(directory)
        finally:
            os.seteuid(us)


def test_a_database_that_this_user_cannot_write_is_an_obstacle(shell: Any, owned: Path) -> None:
    database = owned / "x.db"
    database.touch(mode=0o400)
    shell.environ |= {
        "MAILSETTINGS_DATA_DIR": str(owned),
        "DATABASE_URL": f"sqlite:///{database}",
        "MAILSETTINGS_KEYRING": f"primary {generate_key()}",
    }
    assert "can't be read and written" in look(shell)["database"].fault.problem


def test_a_directory_that_this_user_cannot_look_into_is_an_obstacle(
    shell: Any, owned: Path
) -> None:
    (owned / "closed").mkdir(mode=0o000)
    shell.environ["MAILSETTINGS_DATA_DIR"] = str(owned / "closed" / "data")
    assert look(shell).keys() == {"data directory"}
    shell.environ["MAILSETTINGS_DATA_DIR"] = str(owned)
    shell.environ["DATABASE_URL"] = f"sqlite:///{owned}/closed/x.db"
    assert look(shell).keys() == {"database", "keyring"}


def test_a_port_that_only_root_may_use_is_an_obstacle(shell: Any) -> None:
    # Which ports these are is each system's own choice, and some have none.
    config = read(shell.environ | {"PORT": "80"}, for_slack=False)
    fault = _refused_address(config, PermissionError(errno.EACCES, "Permission denied"))
    assert fault.variable == "PORT"
    assert "port 80" in fault.problem
    assert "3000" in fault.cure


def test_a_keyring_that_a_database_needs_is_named(shell: Any, make_settings: Any) -> None:
    shell.save(make_settings())
    (shell.data / "keyring").unlink()
    obstacle = look(shell)["keyring"]
    assert "needs the key" in obstacle.fault.problem
    assert "backup" in obstacle.fault.cure


def test_beside_a_database_that_cannot_be_read_the_keyring_is_missed_all_the_same(
    shell: Any, tmp_path: Path
) -> None:
    shell.vault().close()
    (shell.data / "mailsettings.db").write_bytes(b"no database" * 1000)
    shell.environ["MAILSETTINGS_KEYRING_FILE"] = str(tmp_path / "lost")
    assert str(tmp_path / "lost") in look(shell)["keyring"].fault.problem


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("192.0.2.1", "Cannot assign requested address"),
        ("::1%nowhere", "can't use ::1%nowhere: "),
        ("a..b", "no address of this machine"),
    ],
)
def test_a_host_that_is_not_this_machine_is_an_obstacle(shell: Any, host: str, words: str) -> None:
    shell.environ["HOST"] = host
    obstacle = look(shell)["listener"]
    assert (obstacle.fault.variable, obstacle.status) == ("HOST", os.EX_CONFIG)
    assert words in obstacle.fault.problem


def test_a_port_that_another_program_has_is_an_obstacle_that_may_pass(shell: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shell.environ["PORT"] = str(taken.getsockname()[1])
        obstacle = look(shell)["listener"]
    assert (obstacle.fault.variable, obstacle.status) == ("PORT", os.EX_UNAVAILABLE)
    assert f"already has 127.0.0.1:{shell.environ['PORT']}" in obstacle.fault.problem
    assert look(shell) == {}
