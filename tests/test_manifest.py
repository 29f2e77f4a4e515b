"""The manifest against facts of Slack's published schema and against our own rules.

The facts are those of slackapi/manifest-schema, version 2.0.0: which keys there are, and how long
and of what form their values may be.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.commands.slack_checks import OPTIONAL_SCOPES, REQUIRED_SCOPES
from bot.slack.install import OPTIONAL_SCOPES as SCOPES_WE_WISH_FOR
from bot.slack.install import RETURN
from bot.slack.install import SCOPES as SCOPES_WE_NEED

MANIFEST = Path(__file__).parents[1] / "manifest.yml"

Rule = dict[str, Any]


def text(least: int, most: int, pattern: str = "") -> Rule:
    return {"text": (least, most), "pattern": pattern}


def group(required: str = "", **keys: Rule) -> Rule:
    return {"keys": keys, "required": set(required.split())}


def items(rule: Rule, least: int, most: int) -> Rule:
    return {"items": rule, "count": (least, most)}


URL = text(1, 3000, r"https?://.+")
FLAG: Rule = {"flag": True}
SCOPES = items(text(1, 50), 0, 255)

SCHEMA = group(
    "display_information",
    display_information=group(
        "name",
        name=text(1, 35),
        description=text(1, 140),
        background_color=text(4, 7, r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?"),
        long_description=text(175, 4000),
    ),
    features=group(
        app_home=group(
            "",
            home_tab_enabled=FLAG,
            messages_tab_enabled=FLAG,
            messages_tab_read_only_enabled=FLAG,
        ),
        bot_user=group("display_name", display_name=text(1, 80), always_online=FLAG),
        shortcuts=items(
            group(
                "name type callback_id description",
                name=text(1, 24),
                type=text(1, 7, "global|message"),
                callback_id=text(1, 255),
                description=text(1, 150),
            ),
            1,
            10,
        ),
        slash_commands=items(
            group(
                "command description",
                command=text(2, 32, "/.+"),
                url=URL,
                description=text(1, 2000),
                usage_hint=text(1, 1000),
                should_escape=FLAG,
            ),
            1,
            50,
        ),
    ),
    oauth_config=group(
        redirect_urls=items(URL, 0, 1000), scopes=group(bot=SCOPES, bot_optional=SCOPES)
    ),
    settings=group(
        interactivity=group("is_enabled", is_enabled=FLAG, request_url=URL),
        event_subscriptions=group("", request_url=URL, bot_events=items(text(1, 100), 0, 100)),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)


def problems(value: Any, rule: Rule, where: str = "manifest") -> list[str]:
    if "flag" in rule:
        return [] if isinstance(value, bool) else [f"{where} is no boolean"]
    if "text" in rule:
        least, most = rule["text"]
        if not isinstance(value, str) or not least <= len(value) <= most:
            return [f"{where} is no text of {least} to {most} characters"]
        if rule["pattern"] and not re.fullmatch(rule["pattern"], value):
            return [f"{where} has the wrong form"]
        return []
    if "items" in rule:
        least, most = rule["count"]
        found = [] if least <= len(value) <= most else [f"{where} has {len(value)} items"]
        for number, each in enumerate(value):
            found += problems(each, rule["items"], f"{where}[{number}]")
        return found
    found = [f"{where}.{key} is unknown" for key in value.keys() - rule["keys"].keys()]
    found += [f"{where}.{key} is missing" for key in rule["required"] - value.keys()]
    for key in value.keys() & rule["keys"].keys():
        found += problems(value[key], rule["keys"][key], f"{where}.{key}")
    return found


def as_http() -> dict[str, Any]:
    """Do to the manifest what its own comment says."""
    content = MANIFEST.read_text(encoding="utf-8")
    content = content.replace("# HTTP: ", "").replace(
        "socket_mode_enabled: true", "socket_mode_enabled: false"
    )
    return dict(yaml.safe_load(content))


@pytest.fixture
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))


def test_the_manifest_keeps_to_the_published_schema(manifest: dict[str, Any]) -> None:
    assert problems(manifest, SCHEMA) == []


def test_the_table_finds_what_the_schema_forbids(manifest: dict[str, Any]) -> None:
    manifest["display_information"]["name"] = "n" * 36
    manifest["features"]["slash_commands"][0]["command"] = "mailsettings"
    manifest["features"]["shortcuts"] = []
    manifest["settings"]["socket_mode"] = True
    del manifest["settings"]["interactivity"]["is_enabled"]
    manifest["settings"]["org_deploy_enabled"] = "no"
    assert sorted(problems(manifest, SCHEMA)) == [
        "manifest.display_information.name is no text of 1 to 35 characters",
        "manifest.features.shortcuts has 0 items",
        "manifest.features.slash_commands[0].command has the wrong form",
        "manifest.settings.interactivity.is_enabled is missing",
        "manifest.settings.org_deploy_enabled is no boolean",
        "manifest.settings.socket_mode is unknown",
    ]


def test_socket_mode_is_on_and_needs_no_address(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(manifest)


def test_with_the_http_lines_every_request_url_is_there_and_https() -> None:
    manifest = as_http()
    assert problems(manifest, SCHEMA) == []
    assert manifest["settings"]["socket_mode_enabled"] is False
    addresses = [each["url"] for each in manifest["features"]["slash_commands"]]
    addresses += [
        manifest["settings"][each]["request_url"]
        for each in ("interactivity", "event_subscriptions")
    ]
    assert all(re.fullmatch(r"https://[^/]+/slack/events", each) for each in addresses)


def test_apart_from_addresses_the_http_variant_is_the_same_app(manifest: dict[str, Any]) -> None:
    variant = as_http()
    for each in variant["features"]["slash_commands"]:
        del each["url"]
    for name in ("interactivity", "event_subscriptions"):
        del variant["settings"][name]["request_url"]
    variant["settings"]["socket_mode_enabled"] = True
    assert variant == manifest


def test_slack_escapes_what_is_typed_after_a_command(manifest: dict[str, Any]) -> None:
    """The bot takes it so, and the stand-in for Slack sends it so."""
    assert all(each["should_escape"] for each in manifest["features"]["slash_commands"])


def test_every_scope_has_its_reason_beside_it() -> None:
    lines = MANIFEST.read_text(encoding="utf-8").partition("scopes:")[2]
    lines = lines.partition("\nsettings:")[0].splitlines()
    scopes = [line for line in lines if line.strip().startswith("- ")]
    assert scopes
    assert all(re.search(r"- \S+ # \w", line) for line in scopes)


def test_the_doctor_asks_for_the_scopes_of_the_manifest(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == REQUIRED_SCOPES
    assert set(scopes["bot_optional"]) == OPTIONAL_SCOPES


def test_with_the_oauth_lines_slack_may_send_people_back_to_us() -> None:
    content = MANIFEST.read_text(encoding="utf-8").replace("# OAuth: ", "")
    manifest = dict(yaml.safe_load(content))
    assert problems(manifest, SCHEMA) == []
    [address] = manifest["oauth_config"]["redirect_urls"]
    assert address == f"https://mail-bot.example.com{RETURN}"


def test_the_page_to_install_asks_for_the_scopes_of_the_manifest(
    manifest: dict[str, Any],
) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == SCOPES_WE_NEED.keys()
    assert set(scopes["bot_optional"]) == SCOPES_WE_WISH_FOR.keys()


def test_what_cannot_be_undone_is_left_to_the_operator(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["token_rotation_enabled"] is False
    assert manifest["settings"]["org_deploy_enabled"] is False
