import io
import os
import pty
import termios
import threading
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from bot.arguments import make_parser
from bot.cli import Call, dispatch
from bot.commands.console import Console
from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.ssl_key_files import read_key_file

MakeSettings = Callable[..., MailSettings]


def test_everything_but_the_password_is_shown(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings(sender_name="Team"))
    found = shell("settings", "show")
    assert (found.status, found.err) == (os.EX_OK, "")
    for line in (
        "Workspace T1, revision 1, saved by U1 on 3 May 2026",
        "  Email notifications: on",
        "  Configuration: Custom",
        "  Mail provider: Other",
        "  Server address: mail.example.com",
        "  Server port: 587",
        "  Mail protocol: SMTP with STARTTLS",
        "  Username: ana@example.com",
        "  Password: set by U1 on 3 May 2026",
        "  From address: team@example.com",
        "  Sender name: Team",
        "  Reply-to address: not set",
    ):
        assert f"{line}\n" in found.out
    assert "s3cret" not in found.out


def test_for_a_program_the_settings_are_json_without_the_password(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    found = shell("settings", "show", "--json")
    assert "s3cret" not in found.out
    assert (found.json["workspace"], found.json["revision"]) == ("T1", 1)
    assert found.json["settings"]["tls_mode"] == "starttls"
    assert found.json["settings"]["password"] == {
        "set_by": "U1",
        "set_at": "2026-05-03T12:00:00+00:00",
        "usable": True,
    }
    shell.save(make_settings(""), revision=1)
    assert shell("settings", "show", "--json").json["settings"]["password"] is None


def test_the_ssl_key_is_named(shell: Any, make_settings: MakeSettings) -> None:
    cert = trustme.CA().issue_cert("bot@example.com").private_key_and_cert_chain_pem.bytes()
    key = read_key_file(cert, passphrase="", name="Acme mail")
    shell.keep_key("00ff", key)
    shell.save(make_settings(ssl_key="00ff"))
    found = shell("settings", "show")
    until = key.leaf.not_after
    text = f"Acme mail (client key, valid until {until.day} {until:%B %Y})"
    assert f"  SSL key: {text}\n" in found.out
    assert shell("settings", "show", "--json").json["settings"]["ssl_key"] == {
        "id": "00ff",
        "name": "Acme mail",
        "kind": "client",
        "not_after": until.isoformat(),
        "sha256": key.leaf.sha256,
    }
    assert "PRIVATE" not in found.out
    shell.save(make_settings(ssl_key="11ff"), revision=1)
    assert "  SSL key: deleted, or it can't be opened" in shell("settings", "show").out
    assert shell("settings", "show", "--json").json["settings"]["ssl_key"] == {"id": "11ff"}
    shell.save(make_settings(), revision=2)
    assert "SSL key" not in shell("settings", "show").out
    assert shell("settings", "show", "--json").json["settings"]["ssl_key"] is None


def test_fields_that_do_not_apply_are_left_out(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings(anonymous=True))
    anonymous = shell("settings", "show").out
    assert "Connect anonymously: yes" in anonymous
    assert "Username" not in anonymous
    shell.save(make_settings(configuration=Configuration.DEFAULT), revision=1)
    default = shell("settings", "show").out
    assert "Configuration: Default" in default
    assert "Server address" not in default


def test_a_password_for_another_destination_is_told(
    shell: Any, make_settings: MakeSettings
) -> None:
    settings = make_settings()
    shell.save(MailSettings(host="other.example.com", username="u", password=settings.password))
    assert "for another destination: it must be given again" in shell("settings", "show").out
    shell.save(make_settings(""), revision=1)
    assert "Password: not set" in shell("settings", "show").out


def test_with_several_workspaces_one_must_be_named(shell: Any, make_settings: MakeSettings) -> None:
    shell.save(make_settings())
    shell.save(make_settings(), workspace="T2")
    found = shell("settings", "show")
    assert found.status == os.EX_CONFIG
    assert "T1, T2" in found.err
    assert "Workspace T2" in shell("settings", "show", "--workspace", "T2").out
    missing = shell("settings", "show", "--workspace", "T3")
    assert (missing.status, "T3" in missing.err) == (os.EX_CONFIG, True)


def test_without_any_settings_the_way_to_them_is_told(shell: Any) -> None:
    before_the_first_start = shell("settings", "show")
    assert before_the_first_start.status == os.EX_CONFIG
    assert "`mailsettings run`" in before_the_first_start.err
    shell.vault().close()
    for words in (("settings", "show"), ("settings", "set-password")):
        found = shell(*words)
        assert found.status == os.EX_CONFIG
        assert "/mailsettings" in found.err


def test_a_password_comes_as_the_one_line_of_the_input(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings(""))
    found = shell("settings", "set-password", typed=" spaces stay \r\n")
    assert found.status == os.EX_OK
    assert "ana@example.com at mail.example.com:587" in found.out
    assert "spaces stay" not in found.out + found.err
    settings = shell.saved()
    assert settings.usable_password == " spaces stay "
    assert settings.password.set_by == "operator"


def test_an_app_password_for_googles_host_loses_its_spaces(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings("", host="smtp.gmail.com"))
    assert shell("settings", "set-password", typed="abcd efgh ijkl mnop\n").status == os.EX_OK
    assert shell.saved().usable_password == "abcdefghijklmnop"


def test_a_new_password_is_written_down_in_the_audit_without_its_value(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    assert shell("settings", "set-password", typed="new-s3cret\n").status == os.EX_OK
    (entry,) = shell("audit", "show", "--json").json
    assert (entry["actor"], entry["action"]) == ("operator", "settings.saved")
    assert entry["detail"] == {"fields": ["password"], "revision": 2}


@pytest.mark.parametrize("typed", ["", "\n", "a\0b\n"])
def test_no_password_changes_nothing(shell: Any, make_settings: MakeSettings, typed: str) -> None:
    shell.save(make_settings())
    found = shell("settings", "set-password", typed=typed)
    assert found.status == os.EX_USAGE
    assert "Nothing was changed." in found.err
    assert shell.saved().usable_password == "s3cret"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"configuration": Configuration.DEFAULT}, "MAILSETTINGS_DEFAULT_SMTP_URL"),
        ({"anonymous": True}, "Connect anonymously"),
        ({"tls_mode": TLSMode.NONE}, "Mail protocol"),
    ],
)
def test_where_no_password_is_ever_sent_none_is_taken(
    shell: Any, make_settings: MakeSettings, changes: dict[str, Any], words: str
) -> None:
    shell.save(make_settings("", **changes))
    found = shell("settings", "set-password", typed="new-s3cret\n")
    assert found.status == os.EX_CONFIG
    assert words in found.err
    assert shell.saved().password is None


@pytest.mark.parametrize("typed", ["two\nlines\n", "two\r\nlines", "\nlate\n", "twice\n\n"])
def test_a_password_of_several_lines_is_refused(
    shell: Any, make_settings: MakeSettings, typed: str
) -> None:
    shell.save(make_settings())
    found = shell("settings", "set-password", typed=typed)
    assert found.status == os.EX_USAGE
    assert "can't contain line breaks" in found.err
    assert "othing was changed" in found.err
    assert shell.saved().usable_password == "s3cret"


class SlowTypist(io.StringIO):
    """Somebody else saves the settings before the password is typed."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__("new-s3cret\n")
        self._meanwhile = meanwhile

    def readline(self, *_arguments: Any) -> str:
        self._meanwhile()
        return super().readline()


def test_settings_changed_meanwhile_are_not_overwritten(
    shell: Any, make_settings: MakeSettings
) -> None:
    shell.save(make_settings())
    typist = SlowTypist(
        lambda: shell.save(make_settings("theirs", host="new.example.com"), revision=1)
    )
    err = io.StringIO()
    console = Console(stdin=typist, stdout=io.StringIO(), stderr=err)
    arguments = make_parser().parse_args(["settings", "set-password"])
    status = dispatch(Call(arguments=arguments, environ=shell.environ, console=console))
    assert status == os.EX_TEMPFAIL
    assert "U1 changed the settings meanwhile" in err.getvalue()
    assert shell.saved().usable_password == "theirs"


class Terminal:
    """A terminal at which somebody answers each prompt."""

    def __init__(self, *answers: str) -> None:
        self._person, screen = pty.openpty()
        self.stdin = os.fdopen(screen, encoding="utf-8")
        self.stderr = os.fdopen(os.dup(screen), "w", encoding="utf-8")
        self.seen = ""
        self._typist = threading.Thread(target=self._answer, args=answers)
        self._typist.start()

    def _answer(self, *answers: str) -> None:
        for each in answers:
            while not self.seen.endswith(("New password: ", "The same again: ")):
                self.seen += os.read(self._person, 1).decode()
            os.write(self._person, f"{each}\n".encode())
            self.seen += "|"

    def close(self) -> str:
        """Return all that was to be seen."""
        self._typist.join(10)
        self.stderr.write("the end")
        self.stderr.flush()
        while not self.seen.endswith("the end"):
            self.seen += os.read(self._person, 1).decode()
        for file in (self.stdin, self.stderr):
            file.close()
        os.close(self._person)
        return self.seen


@pytest.mark.parametrize(
    ("second", "status"), [("typed-s3cret", os.EX_OK), ("mistyped", os.EX_USAGE)]
)
def test_on_a_terminal_the_password_is_asked_twice_and_not_shown(
    shell: Any, make_settings: MakeSettings, second: str, status: int
) -> None:
    shell.save(make_settings("before"))
    terminal = Terminal("typed-s3cret", second)
    console = Console(stdin=terminal.stdin, stdout=io.StringIO(), stderr=terminal.stderr)
    arguments = make_parser().parse_args(["settings", "set-password"])
    found = dispatch(Call(arguments=arguments, environ=shell.environ, console=console))
    echo_is_on = bool(termios.tcgetattr(terminal.stdin)[3] & termios.ECHO)
    screen = terminal.close()
    assert (found, echo_is_on) == (status, True)
    assert "New password: |" in screen
    assert "The same again: |" in screen
    assert "typed" not in screen.replace("mistyped", "")
    expected = "typed-s3cret" if status == os.EX_OK else "before"
    assert shell.saved().usable_password == expected
