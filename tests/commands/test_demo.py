import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = ("demo", "--port", "0", "--no-browser")


@contextmanager
def started(
    *more: str, environ: dict[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The demo as a process of its own, and its page's address; Ctrl+C at the end."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *ARGUMENTS, *more],
        env={"PATH": os.environ["PATH"], **(environ or {})},  # noqa: TID251 - as a shell has it
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line + (process.communicate()[1])
        yield found[0], process
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (os.EX_OK, "")


def fetched(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310 - loopback
        return response.status, response.read().decode()


def test_one_command_shows_the_page_and_ctrl_c_ends_it() -> None:
    with started() as (address, _):
        status, text = fetched(address)
    assert status == 200
    assert "<html" in text


def test_a_termination_ends_it_as_well() -> None:
    with started() as (_, process):
        process.terminate()
        process.wait(20)


def test_the_data_stay_where_they_were_wanted_and_nowhere_else(tmp_path: Path) -> None:
    kept, temporary = tmp_path / "kept", tmp_path / "temporary"
    temporary.mkdir()
    for _ in range(2):
        with started("--data-dir", str(kept), environ={"TMPDIR": str(temporary)}):
            assert list(temporary.iterdir()) == []
    assert {"mailsettings.db", "keyring"} <= {each.name for each in kept.iterdir()}
    with started(environ={"TMPDIR": str(temporary)}):
        assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN_FILE", "SLACK_CLIENT_SECRET"]
)
def test_the_place_of_a_real_bot_is_refused(shell: Any, variable: str) -> None:
    shell.environ[variable] = "xoxb-1-2-real"
    found = shell(*ARGUMENTS)
    assert (found.status, found.out) == (os.EX_CONFIG, "")
    assert variable.removesuffix("_FILE") in found.err
    assert "--despite-tokens" in found.err
    assert "xoxb-1-2-real" not in found.err


def test_a_real_bots_tokens_are_ignored_when_told() -> None:
    real = ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_APP_TOKEN")
    with started("--despite-tokens", environ=dict.fromkeys(real, "xoxb-1-2-real")) as (address, _):
        assert fetched(address)[0] == 200


def test_the_data_of_a_real_bot_are_not_touched(shell: Any) -> None:
    shell.vault().close()
    before = {each: each.read_bytes() for each in shell.data.iterdir()}
    found = shell(*ARGUMENTS, "--data-dir", str(shell.data))
    assert found.status == os.EX_CONFIG
    assert "perhaps a real bot's" in found.err
    assert {each: each.read_bytes() for each in shell.data.iterdir()} == before


def test_a_directory_that_cannot_be_used_is_told(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = shell(*ARGUMENTS, "--data-dir", str(tmp_path / "file"))
    assert found.status == os.EX_CONFIG
    assert "Name another one." in found.err


def test_two_demos_do_not_share_a_directory(shell: Any, tmp_path: Path) -> None:
    with started("--data-dir", str(tmp_path / "kept")):
        found = shell(*ARGUMENTS, "--data-dir", str(tmp_path / "kept"))
    assert found.status != os.EX_OK
    assert "Another bot" in found.err


def test_a_port_in_use_is_named_with_the_cure(shell: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = shell("demo", "--port", str(port), "--no-browser")
    assert found.status == os.EX_UNAVAILABLE
    assert f"The page can't use port {port}: Address already in use." in found.err
    assert "--port 0" in found.err


@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_what_is_no_port_is_wrong_usage(
    shell: Any, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        shell("demo", f"--port={port}")
    assert ended.value.code == os.EX_USAGE
    assert "a port from 1 to 65535 is needed" in capsys.readouterr().err


def test_a_missing_package_is_named_with_the_cure(
    shell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("trustme", "bot.demo.certificates", "bot.demo.program", "bot.demo.mail_servers"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Without("trustme"), *sys.meta_path])
    found = shell(*ARGUMENTS)
    assert found.status == os.EX_UNAVAILABLE
    assert "needs the package trustme" in found.err
    assert "make demo" in found.err


class Without:
    """An import system that lacks a package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, *_: object) -> None:
        if name == self._package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was opened with."""
    found: list[str] = []

    class Browser:
        def open(self, url: str, *_: object) -> bool:
            found.append(url)
            os.kill(os.getpid(), signal.SIGTERM)
            return True

    monkeypatch.setattr("webbrowser._browsers", {"test": [None, Browser()]})
    monkeypatch.setattr("webbrowser._tryorder", ["test"])
    return found


@pytest.mark.parametrize("screen", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_browser_is_opened_where_there_is_a_screen(
    shell: Any, opened: list[str], screen: str
) -> None:
    shell.environ[screen] = ":0"
    found = shell("demo", "--port", "0")
    assert found.status == os.EX_OK
    assert opened == re.findall(r"http://\S+", found.out)
