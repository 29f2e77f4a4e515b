"""The house in order: what the manifest promises, what is drawn, what the README says."""

import ast
import re
import ssl
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from packaging.requirements import Requirement

from bot.arguments import make_parser
from bot.config import VARIABLES
from bot.slack.app import REDRAWING
from bot.slack.deeds import CHANGING
from bot.slack.keys.kept import Kept
from bot.slack.keys.place import Place
from bot.slack.keys.trust_view import trust_view, trusted_view
from bot.slack.keys.upload_view import Asked, upload_view
from bot.slack.keys.view import delete_view, keys_view, rename_view
from bot.slack.settings.answers import saved_view
from bot.slack.settings.form import new_form
from bot.slack.settings.password_view import given_view, link_view, typed_view
from bot.slack.settings.view import Surroundings, draw
from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.ssl_key_files import trusted_certificate
from bot.smtp.suggestion import Suggestion

NOW = datetime.now(UTC)
DER = ssl.PEM_cert_to_DER_cert(trustme.CA().cert_pem.bytes().decode())
ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("bot", "storage") for path in (ROOT / folder).rglob("*.py"))


def kept_key(*, host: str = "") -> Kept:
    key = trusted_certificate(DER, name="Ours", host=host)
    return Kept(id="k1", key=key, revision=1, changed_by="U1", changed_at=NOW, used=False)


def registered(kind: str) -> set[str]:
    """Names that `bot.slack.app` registers with `app.<kind>("name")`."""
    tree = ast.parse((ROOT / "bot/slack/app.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == kind
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def manifest() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "manifest.yml").read_text())


def test_every_command_in_the_manifest_is_answered_and_no_other() -> None:
    commands = {each["command"] for each in manifest()["features"]["slash_commands"]}
    assert commands == registered("command")


def test_every_shortcut_in_the_manifest_is_answered_and_no_other() -> None:
    shortcuts = {each["callback_id"] for each in manifest()["features"]["shortcuts"]}
    assert shortcuts == registered("shortcut")


def test_every_event_in_the_manifest_is_answered_and_no_other() -> None:
    subscriptions = manifest()["settings"].get("event_subscriptions", {})
    assert set(subscriptions.get("bot_events", ())) == registered("event")


def drawn() -> list[dict[str, Any]]:
    form = new_form("U1-x", MailSettings(), revision=0, test_address="a@example.com")
    custom = MailSettings(configuration=Configuration.CUSTOM)
    around = Surroundings(default_server="smtp.example.com:587", password_waits=True)
    suggestion = Suggestion(
        domain="a.example", host="b.example", port=465, tls_mode=TLSMode.IMPLICIT, why="Why."
    )
    typed = {"from_address": "a@a.example"}
    return [
        draw(form, around),
        draw(replace(form, values=form.values | typed, suggestion=suggestion), around),
        saved_view(form, MailSettings(), custom, first=True, unused=False),
        typed_view("U1-x"),
        link_view("https://example.com/password/x"),
        given_view(),
        keys_view([kept_key()], form="U1-x", now=NOW),
        upload_view(Place(), Asked()),
        rename_view(Place(), kept_key()),
        delete_view(Place(), kept_key(), now=NOW),
        trust_view("r1", kept_key().key.leaf, host="mail.example.com", port=587),
        trusted_view(kept_key(host="mail.example.com")),
    ]


def acting(view: dict[str, Any]) -> set[str]:
    """The ids of the elements that send an action."""
    ids = set()
    for block in view["blocks"]:
        if "accessory" in block:
            ids.add(block["accessory"]["action_id"])
        elif block["type"] == "actions":
            ids |= {each["action_id"] for each in block["elements"]}
        elif block["type"] == "input" and block.get("dispatch_action"):
            ids.add(block["element"]["action_id"])
    return ids


def test_what_is_drawn_is_answered() -> None:
    answered = registered("action") | set(REDRAWING)
    for view in drawn():
        assert acting(view) <= answered
    in_messages = {"fix_settings", "apply_fix", "test_again", "test_details", "trust_certificate"}
    in_messages |= {"arrived", "not_arrived", "copy_for_mail_team"}
    in_messages |= {"go_back", "history_older", "history_newest"}
    assert set().union(*map(acting, drawn())) | in_messages == answered


def test_what_can_be_submitted_is_answered() -> None:
    submitted = {view["callback_id"] for view in drawn() if "submit" in view}
    assert submitted == registered("view")


def test_every_variable_stands_in_the_readme_with_its_meaning() -> None:
    readme = (ROOT / "README.md").read_text()
    for variable in VARIABLES:
        assert f"| `{variable.name}` | " in readme, variable.name
        assert variable.meaning in readme, variable.name


def test_the_readme_names_no_variable_that_is_not_read() -> None:
    known = {each.name for each in VARIABLES}
    known |= {f"{each.name}_FILE" for each in VARIABLES if each.secret}
    named = set(re.findall(r"\b(?:MAILSETTINGS|SLACK)_[A-Z_]+\b", (ROOT / "README.md").read_text()))
    assert named <= known


def test_every_command_in_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    parser = make_parser()
    called = set(re.findall(r"`mailsettings ([a-z][a-z -]*)[^`]*`", readme))
    assert called
    for words in called:
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([*words.split(" -")[0].split(), "--help"])
        assert ended.value.code == 0, words


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_behind_the_threat_model_exists() -> None:
    model = (ROOT / "README.md").read_text().partition("### Threat model")[2].partition("\n## ")[0]
    lines = [each for each in model.splitlines() if each.startswith("| ")][1:]
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(lines) >= 8
    for line in lines:
        named = re.findall(r"`(test_\w+)`", line)
        assert named, line
        for each in named:
            assert f"def {each}(" in tests, each


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"]
)
def test_a_lock_file_names_no_address(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert "://" not in lock
    assert "file:" not in lock
    assert "--index" not in lock


def locked(name: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE)
    return {package.lower(): version for package, version in found}


def test_the_lock_files_are_current() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = project["project"]["optional-dependencies"]["demo"]
    needed = [Requirement(each) for each in [*project["project"]["dependencies"], *extra]]
    for requirement in needed:
        version = locked("requirements.lock")[requirement.name.lower()]
        assert requirement.specifier.contains(version), requirement
    for each in project["dependency-groups"]["dev"]:
        requirement = Requirement(each)
        version = locked("requirements-dev.lock")[requirement.name.lower()]
        assert requirement.specifier.contains(version), requirement
    for each in project["dependency-groups"]["build"]:
        requirement = Requirement(each)
        version = locked("requirements-build.lock")[requirement.name]
        assert requirement.specifier.contains(version), requirement
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_says_its_duty_and_is_short(path: Path) -> None:
    text = path.read_text()
    assert text.startswith('"""'), "its first line states its duty"
    assert text.count("\n") <= 300


def test_every_door_to_a_change_is_one_that_is_answered() -> None:
    doors = registered("action") | registered("view") | set(REDRAWING) | {"password_page"}
    assert set(CHANGING) <= doors
    reading = {"test_again", "test_details", "copy_for_mail_team", "arrived", "not_arrived"}
    reading |= {"history_older", "history_newest", "open_password_page", "mail_settings_saved"}
    assert doors - set(CHANGING) == reading


def test_only_the_keyring_and_the_recipient_touch_a_cipher() -> None:
    cipher = re.compile(
        r"cryptography\.(fernet|hazmat\.primitives\.(ciphers|kdf|hpke|asymmetric\.x))"
    )
    touching = {str(each.relative_to(ROOT)) for each in SOURCES if cipher.search(each.read_text())}
    assert touching == {"storage/keyring.py", "storage/recipient.py"}


def test_no_file_names_a_path_of_a_machine() -> None:
    for path in SOURCES:
        assert not re.search(r"(?<![\w.])/(work|farm|root)/", path.read_text()), path
