"""What the modal says after Save."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.demo.drawing import visible_text
from bot.slack.settings.answers import conflict_notice, saved_view, shown_value, unchanged_view
from bot.slack.settings.form import Form, new_form
from bot.slack.settings.view import Surroundings, draw
from bot.smtp.settings import (
    LABELS,
    Configuration,
    MailSettings,
    Password,
    TestPolicy,
    TLSMode,
    changed_fields,
)
from storage.records import Record

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
BLANK = MailSettings()
BEFORE = MailSettings(
    host="mail.example.com", username="team@example.com", from_address="team@example.com"
)
PASSWORD = Password(value="s3cret", destination=BEFORE.destination, set_by="UADMIN", set_at=AT)
CHANGED = replace(
    BEFORE,
    provider="gmail",
    host="smtp.gmail.com",
    port=465,
    tls_mode=TLSMode.IMPLICIT,
    sender_name="Ann & <Bob>",
    test_policy=TestPolicy.ADMINS,
    notifications=False,
)
LONGEST = "&" * 255
WORST = replace(
    BEFORE,
    host=f"{'a.' * 126}b",
    username=LONGEST,
    from_address=f"{'&' * 64}@example.com",
    sender_name="<" * 100,
    reply_to=f"{'&' * 64}@example.com",
    helo_name=f"{'a.' * 126}b",
)

CheckView = Callable[[dict[str, Any]], None]


def form_of(settings: MailSettings, **values: Any) -> Form:
    form = new_form("UADMIN-x", settings, revision=2, test_address="ana@example.com")
    return replace(form, values=form.values | values)


SAVED = {
    "first": (BLANK, replace(BEFORE, password=PASSWORD)),
    "changed": (replace(BEFORE, password=PASSWORD), CHANGED),
    "password-missing": (BLANK, BEFORE),
    "default": (BEFORE, replace(BEFORE, configuration=Configuration.DEFAULT)),
    "anonymous": (BEFORE, replace(BEFORE, anonymous=True, reply_to="a@example.com")),
}


@pytest.mark.parametrize("name", SAVED)
def test_what_was_saved_is_told_so(
    name: str, golden: SnapshotAssertion, assert_view: CheckView
) -> None:
    before, after = SAVED[name]
    view = saved_view(form_of(after), before, after, first=before is BLANK, unused=False)
    assert_view(view)
    assert "s3cret" not in str(view)
    assert view == golden


def test_nothing_to_save_is_told_so(golden: SnapshotAssertion, assert_view: CheckView) -> None:
    view = unchanged_view(form_of(BEFORE))
    assert_view(view)
    assert view == golden


def test_without_an_address_the_test_field_is_empty(assert_view: CheckView) -> None:
    view = unchanged_view(form_of(BEFORE, test_address=""))
    assert_view(view)
    [field] = [each for each in view["blocks"] if each["type"] == "input"]
    assert "initial_value" not in field["element"]


def test_the_longest_settings_can_be_told(assert_view: CheckView) -> None:
    view = saved_view(
        form_of(WORST), replace(WORST, username="<" * 255), WORST, first=False, unused=False
    )
    assert_view(view)
    text = visible_text(view["blocks"])
    assert text.count(LONGEST) == 1
    assert "<" * 255 in text
    view = saved_view(form_of(WORST), BLANK, WORST, first=False, unused=False)
    assert_view(view)
    for name in changed_fields(BLANK, WORST):
        assert f"{LABELS[name]}: " in visible_text(view["blocks"])


def record(value: MailSettings) -> Record[MailSettings]:
    return Record(value=value, revision=3, changed_by="UOWNER", changed_at=AT)


CONFLICTS = {
    "changed": (record(CHANGED), {"host", "port", "sender_name", "password", "notifications"}),
    "deleted": (None, {"host"}),
    "nothing": (record(BEFORE), set()),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_who_was_quicker_is_told_so(
    name: str, golden: SnapshotAssertion, assert_view: CheckView
) -> None:
    saved, fields = CONFLICTS[name]
    form = form_of(BEFORE, sender_name="Mine <!here>")
    notice = conflict_notice(form, saved, fields)
    assert_view(draw(replace(form, notice=notice), Surroundings(default_server="")))
    assert notice.split("\n") == golden


def test_the_longest_conflict_can_be_told(assert_view: CheckView) -> None:
    names = ("host", "username", "from_address", "sender_name", "reply_to", "helo_name")
    form = form_of(WORST, **dict.fromkeys(names, "&" * 3000))
    notice = conflict_notice(form, record(WORST), set(LABELS) - {"test_address"})
    view = draw(replace(form, notice=notice), Surroundings(default_server=""))
    assert_view(view)
    assert "Username: saved now" in visible_text(view["blocks"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("password", "not set"),
        ("notifications", "on"),
        ("anonymous", "off"),
        ("tls_mode", "SMTP with STARTTLS"),
        ("test_policy", "Members, to their own address"),
        ("configuration", "Custom"),
        ("provider", "Other"),
        ("port", "587"),
        ("reply_to", "empty"),
    ],
)
def test_a_value_is_shown_in_words(name: str, shown: str) -> None:
    assert shown_value(BEFORE, name) == shown


def test_of_a_password_only_its_presence_is_shown() -> None:
    assert shown_value(replace(BEFORE, password=PASSWORD), "password") == "set"


def test_a_provider_that_we_no_longer_know_is_shown_by_its_id() -> None:
    assert shown_value(replace(BEFORE, provider="acme"), "provider") == "acme"
