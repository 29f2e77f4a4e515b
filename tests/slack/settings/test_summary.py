"""The private answers of `/mailsettings`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.config import Config
from bot.demo.block_kit import problems
from bot.demo.drawing import visible_text
from bot.slack import deeds
from bot.slack.access import Role
from bot.slack.deeds import saved
from bot.slack.settings.summary import HELP, Summaries
from bot.smtp.settings import Configuration, MailSettings

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)


@pytest.fixture
def summaries(desk: Any) -> Summaries:
    return Summaries(vault=desk.vault, config=desk.config)


def tried(outcome: str, *, stage: str | None = None) -> Any:
    return deeds.tested("UMEMBER", outcome=outcome, stage=stage, cause=None, revision=1)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.GUEST])
def test_everyone_is_told_what_is_set_up_and_no_more(
    desk: Any,
    summaries: Summaries,
    filled: MailSettings,
    role: Role,
    golden: SnapshotAssertion,
) -> None:
    desk.store(replace(filled, username="secret-user", notifications=False))
    desk.vault.audit.append("T1", tried("failed", stage="lookup"), at=AT)
    text, blocks = summaries.summary("T1", role)
    assert text
    assert problems(blocks, "message") == []
    assert "secret-user" not in str(blocks)
    assert "s3cret" not in str(blocks)
    assert blocks == golden


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER])
def test_nothing_set_up_is_told_with_the_way_to_change_it(summaries: Summaries, role: Role) -> None:
    text, blocks = summaries.summary("T1", role)
    assert "isn't set up" in text
    assert "`/mailsettings`" in str(blocks)
    assert ("owners and admins" in str(blocks)) is (role is Role.MEMBER)


def test_the_operators_service_is_told_without_its_login(
    desk: Any, make_config: Callable[..., Config]
) -> None:
    config = make_config(
        MAILSETTINGS_DEFAULT_SMTP_URL="smtps://login:operator-secret@smtp.operator.example:465",
        MAILSETTINGS_DEFAULT_FROM="bot@operator.example",
    )
    _, blocks = Summaries(vault=desk.vault, config=config).summary("T1", Role.MEMBER)
    shown = visible_text(blocks)
    assert "Server: smtp.operator.example:465, by the operator" in shown
    assert "From address: bot@operator.example" in shown
    assert "Last changed" not in shown
    assert "login" not in shown
    assert "operator-secret" not in shown


def test_a_service_that_was_withdrawn_is_told(desk: Any, summaries: Summaries) -> None:
    desk.store(MailSettings(configuration=Configuration.DEFAULT))
    shown = visible_text(summaries.summary("T1", Role.ADMIN)[1])
    assert "Server: none any more" in shown


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (tried("accepted"), "accepted"),
        (tried("failed", stage="ehlo"), "failed at stage EHLO"),
        (tried("failed", stage="from-a-newer-version"), "failed"),
        (tried("unknown", stage="message"), "unknown"),
    ],
)
def test_the_last_test_is_told(
    desk: Any, summaries: Summaries, filled: MailSettings, event: Any, told: str
) -> None:
    desk.store(filled)
    desk.vault.audit.append("T1", tried("refused"), at=AT)
    desk.vault.audit.append("T1", event, at=AT)
    desk.vault.audit.append("T1", saved("UADMIN", fields=("port",), revision=2), at=AT)
    assert f"Last test: {told} on " in visible_text(summaries.summary("T1", Role.ADMIN)[1])


def test_help_names_every_word() -> None:
    for word in ("show", "history", "help"):
        assert f"/mailsettings {word}`" in HELP
    assert (
        problems([{"type": "section", "text": {"type": "mrkdwn", "text": HELP}}], "message") == []
    )
