import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.smtp.settings import MailSettings
from storage.sqlite import hold

MakeSettings = Callable[..., MailSettings]


def stop_when_ready(line: str) -> None:
    if '"event": "ready"' in line:
        os.kill(os.getpid(), signal.SIGTERM)


def test_the_first_start_makes_the_keyring_and_says_where_it_is(shell: Any, slack: Any) -> None:
    shell.environ |= {
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": "8f742231b10e8888",
        "PORT": "0",
        "LOG_FORMAT": "json",
    }
    found = shell("run", on_log=stop_when_ready)
    assert (found.status, found.out) == (os.EX_OK, "")
    assert str(shell.data / "keyring") in found.err
    assert "Back it up" in found.err
    assert "xoxb-1-2-bot" not in found.err
    assert shell.data.stat().st_mode & 0o777 == 0o700
    assert slack.called
    again = shell("run", on_log=stop_when_ready)
    assert (again.status, "Back it up" in again.err) == (os.EX_OK, False)


def test_without_an_environment_only_what_is_missing_is_told(shell: Any) -> None:
    del shell.environ["MAILSETTINGS_ALLOWED_PORTS"]
    found = shell("run")
    assert (found.status, found.out) == (os.EX_CONFIG, "")
    for variable in ("SLACK_BOT_TOKEN: ", "SLACK_APP_TOKEN: "):
        assert variable in found.err
    assert not shell.data.exists()


def test_a_token_that_slack_refuses_ends_the_start(shell: Any, slack: Any) -> None:
    slack.answers["auth.test"] = {"ok": False, "error": "invalid_auth"}
    found = shell("run")
    assert found.status == os.EX_CONFIG
    assert "invalid_auth" in found.err


def test_a_second_bot_on_the_same_database_is_refused(shell: Any, slack: Any) -> None:
    shell.vault().close()
    with hold(shell.data / "mailsettings.db"):
        found = shell("run")
    assert found.status == os.EX_TEMPFAIL
    assert "Another bot" in found.err
    assert slack.called == []


def test_a_port_in_use_is_named_before_slack_is_asked(shell: Any, slack: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shell.environ["PORT"] = str(taken.getsockname()[1])
        found = shell("run")
    assert found.status == os.EX_UNAVAILABLE
    assert f"A bot or another program already has 127.0.0.1:{shell.environ['PORT']}" in found.err
    assert "try again" in found.err
    assert slack.called == []


def test_of_two_bots_the_one_with_our_database_is_named_before_the_one_with_our_port(
    shell: Any, slack: Any
) -> None:
    shell.vault().close()
    with socket.create_server(("127.0.0.1", 0)) as taken, hold(shell.data / "mailsettings.db"):
        shell.environ["PORT"] = str(taken.getsockname()[1])
        found = shell("run")
    assert found.status == os.EX_TEMPFAIL
    assert slack.called == []


class Taking(dict[str, Any]):
    """Answers of a Slack behind whose first call another program takes a port."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self.taken: list[socket.socket] = []

    def get(self, *arguments: Any) -> Any:
        self.taken.append(socket.create_server(("127.0.0.1", self._port)))
        return super().get(*arguments)


def test_a_port_that_is_taken_meanwhile_is_named(shell: Any, slack: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    shell.environ["PORT"] = str(port)
    slack.answers = Taking(port)
    found = shell("run")
    slack.answers.taken[0].close()
    assert found.status == os.EX_UNAVAILABLE
    assert f"127.0.0.1:{port}" in found.err


def test_tokens_disk_and_network_are_told_at_once(shell: Any, tmp_path: Path) -> None:
    shell.environ |= {
        "SLACK_BOT_TOKEN": "xoxp-a-users-token",
        "MAILSETTINGS_DATA_DIR": "/proc/x",
        "MAILSETTINGS_KEYRING_FILE": str(tmp_path / "lost"),
        "HOST": "192.0.2.1",
    }
    found = shell("run")
    assert found.status == os.EX_CONFIG
    lines = found.err.splitlines()
    for variable in (
        *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MAILSETTINGS_DATA_DIR"),
        *("MAILSETTINGS_KEYRING_FILE", "HOST"),
    ):
        (line,) = (each for each in lines if each.startswith(f"{variable}: "))
        assert lines[lines.index(line) + 1].startswith("    ")


def test_with_right_tokens_disk_and_network_are_told_before_slack_is_asked(
    shell: Any, slack: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shell.environ |= {
            "DATABASE_URL": "sqlite:////proc/x/x.db",
            "PORT": str(taken.getsockname()[1]),
        }
        found = shell("run")
    assert found.status == os.EX_CONFIG
    for variable in ("DATABASE_URL: ", "MAILSETTINGS_KEYRING_FILE: ", "PORT: "):
        assert variable in found.err
    assert slack.called == []
    assert not shell.data.exists()


def test_a_lost_keyring_ends_the_start_and_names_the_key(
    shell: Any, slack: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    (shell.data / "keyring").unlink()
    found = shell("run")
    assert found.status == os.EX_CONFIG
    assert "needs the key" in found.err
    assert not (shell.data / "keyring").exists()
    assert slack.called == []
