"""`mailsettings doctor` where many workspaces install the app."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.installed import Installation
from bot.slack.deeds import installed

TOKEN, REFRESH, SECRET = "xoxe.xoxb-1-installed", "xoxe-1-refresh", "8f742231b10e9999"
NOBODYS = {"oauth.v2.access": {"ok": False, "error": "invalid_code"}}


@pytest.fixture
def many(shell: Any, slack: Any) -> Any:
    """An environment for many workspaces, of which one has installed the app."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        del shell.environ[name]
    shell.environ |= {
        "SLACK_CLIENT_ID": "123.456",
        "SLACK_CLIENT_SECRET": SECRET,
        "SLACK_SIGNING_SECRET": "8f742231b10e8888",
        "MAILSETTINGS_PUBLIC_URL": "https://mail-bot.example.com",
    }
    slack.answers |= NOBODYS
    return shell


def install(shell: Any) -> None:
    vault = shell.vault()
    vault.installs.keep(
        Installation(team_id="T1", name="Acme", bot_token=TOKEN, refresh_token=REFRESH),
        event=installed("U1"),
        at=datetime.now(UTC),
    )
    vault.close()


def checks(found: Any) -> dict[str, Any]:
    for secret in (TOKEN, REFRESH, SECRET):
        assert secret not in found.out + found.err
    return {each["check"]: each for each in found.json["checks"]}


def test_before_the_first_start_the_apps_credentials_are_tried(many: Any, slack: Any) -> None:
    found = many("doctor", "--json")
    told = checks(found)
    assert found.status == os.EX_OK
    assert told["client id and secret"]["text"] == "Slack takes them."
    assert "https://mail-bot.example.com/slack/oauth_redirect" in told["installing"]["text"]
    assert "installations" not in told
    assert [method for method, _ in slack.called] == ["oauth.v2.access"]


def test_installations_are_counted_and_no_token_is_tried_unasked(many: Any, slack: Any) -> None:
    many.vault().close()
    assert checks(many("doctor", "--json"))["installations"]["text"] == "0."
    install(many)
    told = checks(many("doctor", "--json"))
    assert told["installations"]["text"] == "1. Name one with --workspace to try its token."
    assert {method for method, _ in slack.called} == {"oauth.v2.access"}


def test_the_token_of_a_workspace_is_tried_when_it_is_named(many: Any, slack: Any) -> None:
    install(many)
    told = checks(many("doctor", "--json", "--workspace", "T1"))
    assert told["installations"]["text"] == "1. T1 is served by T1."
    assert told["bot token"]["ok"]
    assert ("auth.test", TOKEN) in slack.called
    slack.answers["auth.test"] = {"ok": False, "error": "token_revoked"}
    found = many("doctor", "--json", "--workspace", "T1")
    assert found.status == os.EX_CONFIG
    told = checks(found)["bot token"]
    assert told["text"] == "Slack does not take the token of T1 (token_revoked)."
    assert "https://mail-bot.example.com/slack/install" in told["cure"]


def test_a_workspace_that_has_not_installed_it_is_a_fault(many: Any) -> None:
    install(many)
    found = many("doctor", "--json", "--workspace", "T2")
    assert found.status == os.EX_CONFIG
    assert checks(found)["installations"]["text"] == "The workspace T2 has not installed the app."


def test_a_wrong_client_secret_is_a_fault(many: Any, slack: Any) -> None:
    slack.answers["oauth.v2.access"] = {"ok": False, "error": "bad_client_secret"}
    found = many("doctor", "--json")
    assert found.status == os.EX_CONFIG
    assert "bad_client_secret" in checks(found)["client id and secret"]["text"]


def test_slack_out_of_reach_and_a_wrong_clock_are_told(many: Any, slack: Any) -> None:
    slack.skew = timedelta(minutes=10)
    assert "behind" in checks(many("doctor", "--json"))["clock"]["text"]
    slack.answers["oauth.v2.access"] = None
    found = many("doctor", "--json")
    assert found.status == os.EX_UNAVAILABLE
    assert "can't be reached" in checks(found)["Slack"]["text"]


def test_in_socket_mode_the_app_token_is_tried_too(many: Any, slack: Any) -> None:
    many.environ |= {"SLACK_APP_TOKEN": "xapp-1-A-2-app", "SLACK_SIGNING_SECRET": ""}
    assert checks(many("doctor", "--json"))["app token"]["ok"]
    assert ("apps.connections.open", "xapp-1-A-2-app") in slack.called
