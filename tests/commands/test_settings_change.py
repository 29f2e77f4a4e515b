"""An operator changes and deletes settings, by the rules of the form."""

import io
import os
import pty
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.arguments import make_parser
from bot.cli import Call, dispatch
from bot.commands.console import Console
from bot.smtp.settings import MailSettings

MakeSettings = Callable[..., MailSettings]


def test_fields_are_set_and_written_down_with_their_values(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    found = shell("settings", "set", "sender_name=Ann = Bob", "notifications=off")
    assert (found.status, found.err) == (os.EX_OK, "")
    assert "Sender name: empty → Ann = Bob" in found.out
    assert (shell.saved().sender_name, shell.saved().notifications) == ("Ann = Bob", False)
    assert shell.saved().usable_password == "s3cret"
    (entry,) = shell("audit", "show", "--json").json
    assert (entry["actor"], entry["action"]) == ("operator", "settings.saved")
    assert {"field": "sender_name", "before": "empty", "after": "Ann = Bob"} in entry["changes"]
    told = shell("audit", "show").out
    assert "Email notifications: on → off" in told


def test_a_changed_server_keeps_no_password(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    found = shell("settings", "set", "host=other.example.com")
    assert found.status == os.EX_OK
    assert "set-password" in found.out
    assert shell.saved().usable_password is None


def test_settings_can_be_begun(shell: Any) -> None:
    shell.vault().close()
    assert "--workspace" in shell("settings", "set", "host=a.example.com").err
    found = shell(
        *("settings", "set", "--workspace", "T1", "host=a.example.com", "anonymous=yes"),
        "from_address=team@example.com",
    )
    assert (found.status, found.err) == (os.EX_OK, "")
    assert shell.saved().host == "a.example.com"


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("password=x", "doesn't belong on a command line"),
        ("host", "FIELD=VALUE"),
        ("test_address=a@b.example", "FIELD=VALUE"),
        ("anonymous=perhaps", "on or off"),
        ("port=70000", "port: Type a whole number"),
        ("tls_mode=none", "never sent without encryption"),
        ("configuration=default", "no default mail service"),
    ],
)
def test_what_can_not_be_is_refused(
    shell: Any, make_settings: MakeSettings, pair: str, told: str
) -> None:
    shell.save(make_settings())
    refused = shell("settings", "set", pair)
    assert refused.status == os.EX_USAGE
    assert told in refused.err
    assert shell.saved() == make_settings()


def test_what_is_saved_already_makes_no_revision(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    assert "Nothing was changed" in shell("settings", "set", "port=587").out
    assert shell("audit", "show", "--json").json == []


def test_settings_are_deleted_with_what_was_saved_earlier(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    shell("settings", "set", "sender_name=Second")
    refused = shell("settings", "delete", typed="y\n")
    assert (refused.status, "--yes" in refused.err) == (os.EX_USAGE, True)
    found = shell("settings", "delete", "--yes")
    assert found.status == os.EX_OK
    vault = shell.vault()
    assert vault.settings.get("T1") is None
    assert vault.revisions.names("T1") == ()
    assert vault.audit.latest("T1", 1)[0].action == "settings.deleted"
    vault.close()
    # A new revision 1 is no answer to what an older revision 1 was.
    shell("settings", "set", "--workspace", "T1", "host=a.example.com", "anonymous=on",
          "from_address=a@example.com")  # fmt: skip
    shown = shell("audit", "show", "--json").json
    assert [bool(each["changes"] and each["changes"][0]["after"]) for each in shown] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_is_asked_first(
    shell: Any, make_settings: MakeSettings, answer: str, gone: bool
) -> None:
    shell.save(make_settings())
    ours, theirs = pty.openpty()
    out, err = io.StringIO(), io.StringIO()
    with os.fdopen(theirs) as terminal:
        typing = threading.Thread(target=os.write, args=(ours, f"{answer}\n".encode()))
        typing.start()
        console = Console(stdin=terminal, stdout=out, stderr=err)
        arguments = make_parser().parse_args(["settings", "delete"])
        status = dispatch(Call(arguments=arguments, environ=shell.environ, console=console))
        typing.join(10)
    os.close(ours)
    assert "Delete the settings of workspace T1, revision 1" in err.getvalue()
    assert (status == os.EX_OK) is gone
    vault = shell.vault()
    assert (vault.settings.get("T1") is None) is gone
    vault.close()
