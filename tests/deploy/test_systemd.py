"""The systemd unit: by systemd's own judgement, and against the program."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.arguments import make_parser
from bot.config import Config

UNIT = "docs/deploy/systemd/mailsettings.service"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,  # noqa: TID251 - CI says so nowhere else
    reason="systemd-analyze comes with Debian's package systemd",
)


@pytest.fixture
def unit(root: Path) -> dict[str, list[str]]:
    """Every setting of the unit with all its values, in order."""
    found: dict[str, list[str]] = {}
    for line in (root / UNIT).read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        ["systemd-analyze", *arguments],  # noqa: S607 - where Debian has it
        capture_output=True,
        text=True,
        check=False,
    )


@needs_systemd
def test_systemd_understands_it_all(root: Path, tmp_path: Path) -> None:
    text = (root / UNIT).read_text()
    program = Path(sys.executable).with_name("mailsettings")
    installed = tmp_path / "mailsettings.service"
    installed.write_text(text.replace("/opt/mailsettings/bin/mailsettings", str(program)))
    done = analyze("verify", str(installed))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_calls_it_little_exposed(root: Path) -> None:
    # In tenths; 1.2 of 10 when this was written, "OK" up to 4.
    done = analyze("security", "--offline=true", "--threshold=15", str(root / UNIT))
    assert done.returncode == 0, done.stdout


def test_the_bot_starts_with_its_environment(
    unit: dict[str, list[str]], started_with: Callable[..., Config], known_variables: set[str]
) -> None:
    environ = dict(each.split("=", 1) for each in unit["Environment"])
    assert environ.keys() <= known_variables
    environ = {name: value.replace("%S", "/var/lib") for name, value in environ.items()}
    config = started_with(environ, secrets="%d")
    assert str(config.data_dir) == f"/var/lib/{unit['StateDirectory'][0]}"


def test_every_credential_is_read(unit: dict[str, list[str]]) -> None:
    given = {f"%d/{each.partition(':')[0]}" for each in unit["LoadCredential"]}
    assert given == {each.partition("=")[2] for each in unit["Environment"] if "%d" in each}


def test_its_command_exists(unit: dict[str, list[str]], root: Path) -> None:
    [command] = unit["ExecStart"]
    program, *arguments = command.split()
    scripts = tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"]
    assert Path(program).name in scripts
    assert make_parser().parse_args(arguments).command == "run"


def test_what_no_new_try_cures_is_not_tried_again(unit: dict[str, list[str]]) -> None:
    assert unit["RestartPreventExitStatus"] == [f"{os.EX_USAGE} {os.EX_CONFIG}"]


def test_a_stop_has_the_time_that_it_needs(unit: dict[str, list[str]]) -> None:
    assert int(unit["TimeoutStopSec"][0]) > 30
