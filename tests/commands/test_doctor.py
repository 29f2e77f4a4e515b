import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.smtp.settings import MailSettings
from storage.audit import Event
from storage.keyring import generate_key

MakeSettings = Callable[..., MailSettings]


def checks(found: Any) -> dict[str, Any]:
    return {each["check"]: each for each in found.json["checks"]}


def test_where_all_is_well_every_line_says_ok(
    shell: Any, slack: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    found = shell("doctor")
    assert (found.status, found.err) == (os.EX_OK, "")
    assert all(line.startswith("ok ") for line in found.out.splitlines())
    for check in ("environment", "data directory", "database", "keyring", "audit log", "listener"):
        assert f"ok     {check}: " in found.out
    for check in ("bot token", "scopes", "clock", "app token", "giving passwords"):
        assert f"ok     {check}: " in found.out
    assert slack.called == [
        ("auth.test", "xoxb-1-2-bot"),
        ("apps.connections.open", "xapp-1-A-2-app"),
    ]
    assert shell("doctor", "--json").json["ok"] is True


def test_an_empty_environment_is_told_as_a_whole(shell: Any) -> None:
    shell.environ.clear()
    shell.environ["PORT"] = "0"
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert checks(found).keys() == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MAILSETTINGS_DATA_DIR"}
    assert all(each["cure"] for each in checks(found).values())
    assert "       " in shell("doctor").out


def test_without_tokens_the_rest_is_looked_at(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    found = checks(shell("doctor", "--json"))
    assert not found["SLACK_BOT_TOKEN"]["ok"]
    assert found["database"]["ok"]
    assert "bot token" not in found


@pytest.mark.usefixtures("slack")
def test_before_the_first_start_nothing_is_made_by_looking(shell: Any) -> None:
    found = shell("doctor", "--json")
    assert found.status == os.EX_OK
    assert "is made at the first start" in checks(found)["database"]["text"]
    assert not shell.data.exists()
    shell("keyring", "new")
    assert "is made at the first start" in checks(found)["keyring"]["text"]
    assert "can be read" in checks(shell("doctor", "--json"))["keyring"]["text"]


@pytest.mark.usefixtures("slack")
def test_a_directory_that_others_see_is_a_fault(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    shell.data.chmod(0o755)
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert checks(found)["data directory"]["cure"] == f"Run: chmod 700 {shell.data}"


@pytest.mark.usefixtures("slack")
def test_a_data_directory_that_is_none_is_a_fault(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    shell.environ["MAILSETTINGS_DATA_DIR"] = str(tmp_path / "file" / "data")
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert not checks(found)["data directory"]["ok"]


@pytest.mark.usefixtures("slack")
def test_where_run_refuses_the_doctor_finds_a_fault_and_names_the_cure(
    shell: Any, tmp_path: Path
) -> None:
    for check, variables in (
        ("data directory", {"MAILSETTINGS_DATA_DIR": "/proc/x"}),
        ("database", {"DATABASE_URL": "sqlite:////proc/x/x.db"}),
        ("keyring", {"MAILSETTINGS_KEYRING_FILE": str(tmp_path / "lost")}),
        ("listener", {"HOST": "192.0.2.1"}),
    ):
        before = dict(shell.environ)
        shell.environ |= variables
        found = shell("doctor", "--json")
        assert found.status == os.EX_CONFIG
        assert not checks(found)[check]["ok"]
        assert checks(found)[check]["cure"]
        told = shell("run")
        assert told.status == os.EX_CONFIG
        assert f"{checks(found)[check]['text']}\n    {checks(found)[check]['cure']}\n" in told.err
        shell.environ = before


def test_with_other_faults_in_the_environment_the_machine_is_looked_at_too(shell: Any) -> None:
    shell.environ |= {"LOG_LEVEL": "loud", "MAILSETTINGS_DATA_DIR": "/proc/x"}
    found = checks(shell("doctor", "--json"))
    assert not found["LOG_LEVEL"]["ok"]
    assert not found["data directory"]["ok"]


@contextmanager
def answering(port_of: Callable[[int], None], answer: bytes) -> Iterator[None]:
    """Have another program on a port that answers every connection with *answer*."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port_of(server.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as connection:
                        connection.recv(1000)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@pytest.mark.usefixtures("slack")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"status": "alive"}', os.EX_OK),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", os.EX_UNAVAILABLE),
        (b"220 mail.example.com ESMTP\r\n", os.EX_UNAVAILABLE),
        (b"", os.EX_UNAVAILABLE),
    ],
)
def test_a_port_that_is_taken_is_a_fault_unless_a_bot_has_it(
    shell: Any, answer: bytes, status: int
) -> None:
    with answering(lambda port: shell.environ.update(PORT=str(port)), answer):
        found = shell("doctor", "--json")
    assert found.status == status
    listener = checks(found)["listener"]
    assert listener["ok"] is (status == os.EX_OK)
    assert f"127.0.0.1:{shell.environ['PORT']}" in listener["text"]


@pytest.mark.usefixtures("slack")
def test_a_keyring_that_others_can_read_is_a_fault(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    (shell.data / "keyring").chmod(0o644)
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    (fault,) = (each for each in found.json["checks"] if not each["ok"])
    assert fault["text"].startswith("Others can read the keyring file")
    assert "chmod 600" in fault["cure"]


@pytest.mark.usefixtures("slack")
def test_the_keyring_of_another_database_is_a_fault(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    (shell.data / "keyring").unlink()
    shell.environ["MAILSETTINGS_KEYRING"] = f"primary {generate_key()}"
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert "needs the key" in checks(found)["keyring and database"]["text"]
    assert "Put back the keyring" in checks(found)["keyring and database"]["cure"]


@pytest.mark.usefixtures("slack")
def test_a_damaged_database_is_a_fault(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    database = shell.data / "mailsettings.db"
    database.write_bytes(b"no database" * 1000)
    found = shell("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert not checks(found)["database"]["ok"]
    assert checks(found)["database"]["cure"]


@pytest.mark.usefixtures("slack")
def test_a_damaged_index_is_found(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        database.commit()
    found = shell("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert "damaged" in checks(found)["database"]["text"]


@pytest.mark.usefixtures("slack")
def test_an_altered_audit_log_is_a_fault(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    vault = shell.vault()
    vault.audit.append("T1", Event(actor="U1", action="x"), at=datetime.now(UTC))
    vault.close()
    with closing(sqlite3.connect(shell.data / "mailsettings.db")) as database:
        database.execute("DELETE FROM audit_entries")
        database.commit()
    found = shell("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert "altered" in checks(found)["audit log"]["text"]
    assert "backup" in checks(found)["audit log"]["cure"]


def test_the_way_of_giving_passwords_is_told(shell: Any, slack: Any) -> None:
    shell.environ["MAILSETTINGS_PASSWORD_IN_SLACK"] = "never"
    assert "set-password" in checks(shell("doctor", "--json"))["giving passwords"]["text"]
    shell.environ["MAILSETTINGS_PUBLIC_URL"] = "https://bot.example.com"
    found = checks(shell("doctor", "--json"))
    assert "https://bot.example.com" in found["giving passwords"]["text"]
    assert slack.called


def test_a_refused_bot_token_is_a_fault(shell: Any, slack: Any) -> None:
    slack.answers["auth.test"] = {"ok": False, "error": "token_revoked"}
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert "token_revoked" in checks(found)["bot token"]["text"]
    assert "app token" not in checks(found)
    assert "xoxb-1-2-bot" not in found.out


def test_a_refused_app_token_is_a_fault(shell: Any, slack: Any) -> None:
    slack.answers["apps.connections.open"] = {"ok": False, "error": "not_allowed_token_type"}
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert "not_allowed_token_type" in checks(found)["app token"]["text"]


def test_in_http_mode_no_app_token_is_missed(shell: Any, slack: Any) -> None:
    shell.environ |= {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "8f742231b10e8888"}
    found = shell("doctor", "--json")
    assert found.status == os.EX_OK
    assert "HTTP on 127.0.0.1:0" in checks(found)["environment"]["text"]
    assert [method for method, _ in slack.called] == ["auth.test"]


def test_missing_scopes_are_named(shell: Any, slack: Any) -> None:
    slack.scopes = "chat:write,users:read"
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert checks(found)["scopes"]["text"] == "The bot token lacks commands, users:read.email."
    slack.scopes = "commands,chat:write,users:read,users:read.email"
    found = shell("doctor", "--json")
    assert found.status == os.EX_OK
    assert "chat:write.public" in checks(found)["scopes"]["text"]


@pytest.mark.parametrize(("minutes", "words"), [(-10, "ahead of"), (10, "behind")])
def test_a_wrong_clock_is_a_fault(shell: Any, slack: Any, minutes: int, words: str) -> None:
    slack.skew = timedelta(minutes=minutes)
    found = shell("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert words in checks(found)["clock"]["text"]


def test_a_clock_that_nobody_tells_is_no_fault(shell: Any, slack: Any) -> None:
    slack.dated = False
    assert checks(shell("doctor", "--json"))["clock"]["ok"]


def test_when_slack_cannot_be_reached_trying_again_may_help(shell: Any, slack: Any) -> None:
    slack.answers["apps.connections.open"] = None
    found = shell("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert checks(found)["bot token"]["ok"]
    assert "can't be reached" in checks(found)["app token"]["text"]
    slack.answers["auth.test"] = None
    found = shell("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert "HTTPS_PROXY" in checks(found)["Slack"]["cure"]
    assert "xoxb-1-2-bot" not in found.out


def test_what_keeps_slack_away_is_told_once_and_in_the_findings_alone(
    shell: Any, slack: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    shell.environ |= {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/", "LOG_LEVEL": "debug"}
    found = shell("doctor")
    assert found.status == os.EX_UNAVAILABLE
    assert found.err == ""
    assert f"can't be reached at http://127.0.0.1:{port}/api/: Connection refused." in found.out
    assert slack.called == []
