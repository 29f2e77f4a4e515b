"""The history on screen: readable, bounded, and nothing in it is live."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from syrupy.assertion import SnapshotAssertion

from bot.demo.block_kit import problems
from bot.demo.drawing import visible_text
from bot.slack import deeds
from bot.slack.changes import Change, changes
from bot.slack.deeds import answered, deleted, exported, refused, saved
from bot.slack.history import Happening, History
from bot.slack.settings.history_view import LISTED, history_message
from bot.smtp.settings import LABELS, Configuration, MailSettings, TLSMode
from storage.audit import Entry, Event

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
FIELDS = tuple(name for name in LABELS if name != "test_address")


@pytest.fixture
def history(desk: Any) -> History:
    return History(vault=desk.vault)


def told(history: History, *, limit: int = LISTED + 1) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = history_message(history.read("T1", limit), newest=True)
    assert problems(blocks, "message") == []
    return text, blocks


def entry(event: Event, number: int = 1) -> Entry:
    return Entry(
        number=number,
        workspace="T1",
        at=AT,
        actor=event.actor,
        action=event.action,
        detail=event.detail,
        hash="ab",
    )


def tried(outcome: str, *, stage: str | None = None) -> Event:
    return deeds.tested("UMEMBER", outcome=outcome, stage=stage, cause=None, revision=1)


def test_an_empty_history_is_told(history: History) -> None:
    text, blocks = told(history)
    assert text == visible_text(blocks) == "Nothing was changed or tested yet."
    _, blocks = history_message((), newest=False)
    assert "There is nothing older." in visible_text(blocks)
    assert problems(blocks, "message") == []


def test_the_history_tells_who_did_what(
    desk: Any, history: History, golden: SnapshotAssertion
) -> None:
    for event in (
        saved("UADMIN", fields=("host", "port", "password"), revision=1),
        saved("UOWNER", fields=("a-newer-field",), revision=3),
        tried("failed", stage="recipient"),
        replace(tried("accepted"), action="something.newer"),
        answered("UMEMBER", arrived=True, seconds=120),
        answered("UADMIN", arrived=False, seconds=7200),
        refused("UMEMBER", door="mail_settings"),
        refused("UMEMBER", door="a-newer-door"),
        exported("operator", recipient="00ff", revision=3),
        deleted("operator", revision=3),
        Event(actor="UADMIN", action="app.installed"),
        Event(actor="slack", action="workspace.erased"),
    ):
        desk.vault.audit.append("T1", event, at=AT)
    text, blocks = history_message(history.read("T1", 12)[:10], newest=True)
    assert text == "Who changed what"
    assert problems(blocks, "message") == []
    assert blocks == golden


def test_saves_are_told_from_what_to_what(
    desk: Any, history: History, filled: MailSettings, golden: SnapshotAssertion
) -> None:
    rounds: list[tuple[MailSettings, tuple[str, ...], dict[str, Any]]] = [
        (filled, ("host", "username", "from_address", "password"), {}),
        (
            replace(filled, tls_mode=TLSMode.IMPLICIT, port=465, sender_name="<!here> `*x*`"),
            ("port", "tls_mode", "sender_name"),
            {},
        ),
        (filled, ("port", "tls_mode", "sender_name"), {"back_to": 1, "exact": True}),
        (replace(filled, reply_to="a@example.com"), ("reply_to",), {"back_to": 1}),
        (replace(filled, password=None), ("password",), {"action": deeds.IMPORTED}),
    ]
    for revision, (settings, fields, more) in enumerate(rounds):
        event = saved("UOWNER", fields=fields, revision=revision + 1, **more)
        desk.vault.settings.put("T1", settings, revision=revision, by="UOWNER", at=AT, event=event)
    _, blocks = told(history)
    assert "s3cret" not in str(blocks)
    assert blocks == golden


def test_a_value_counts_only_if_the_same_save_wrote_it(
    desk: Any, history: History, filled: MailSettings
) -> None:
    desk.store(filled)
    event = saved("UADMIN", fields=("port",), revision=1)
    desk.vault.audit.append("T1", event, at=AT)  # another person's revision 1
    (happening,) = history.read("T1", 9)
    assert happening.changes == (Change(field="port"),)
    assert happening.returnable == 0


def test_what_can_not_be_opened_is_told_without_values(
    desk: Any, history: History, filled: MailSettings
) -> None:
    event = saved("UOWNER", fields=("port",), revision=1)
    desk.vault.settings.put("T1", filled, revision=0, by="UOWNER", at=AT, event=event)
    with desk.vault.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET envelope = x'00' WHERE kind != 'audit-head'")
        connection.exec_driver_sql(
            "INSERT INTO records SELECT 'key', workspace, 'k', revision, key_id, envelope, "
            "changed_by, changed_at FROM records WHERE kind = 'settings'"
        )
    (happening,) = history.read("T1", 9)
    assert happening.changes == (Change(field="port"),)
    _, blocks = told(history)
    assert "changed Server port" in visible_text(blocks)


def test_a_long_page_is_cut_to_what_a_message_holds() -> None:
    value = "&" * 300
    changed = tuple(Change(field=name, before=value, after=value) for name in FIELDS)
    event = saved("U0123456789", fields=FIELDS, revision=1)
    page = [
        Happening(entry=entry(event, number), changes=changed, returnable=1)
        for number in range(11, 0, -1)
    ]
    _, blocks = history_message(page, newest=True)
    assert problems(blocks, "message") == []
    older = blocks[-1]["elements"][0]
    assert (older["action_id"], older["value"]) == ("history_older", "11")


def test_another_workspace_is_not_told(desk: Any, history: History) -> None:
    desk.vault.audit.append("T2", tried("accepted"), at=AT)
    assert "Nothing was changed" in told(history)[0]


@given(st.data())
def test_nothing_in_it_is_live_and_no_secret_is_told(
    any_text: SearchStrategy[str], data: st.DataObject
) -> None:
    def settings() -> MailSettings:
        names = ("host", "username", "from_address", "sender_name", "provider", "ssl_key")
        return MailSettings(
            configuration=data.draw(st.sampled_from(Configuration)),
            **{name: data.draw(any_text) for name in names},
        )

    before, after, name = settings(), settings(), data.draw(any_text)
    fields = data.draw(st.lists(st.sampled_from([*FIELDS, "newer"]), min_size=1, unique=True))
    keys = {after.ssl_key: name} if after.ssl_key else {}
    found = changes(fields, before=before, after=after, keys=keys)
    assert all(each.after is None for each in found if each.field == "password")
    event = saved("U1", fields=tuple(fields), revision=2)
    happening = Happening(entry=entry(event), changes=found, returnable=2)
    _, blocks = history_message([happening], newest=True)
    assert problems(blocks, "message") == []
    texts = [each["text"]["text"] for each in blocks if each["type"] == "section"]
    for text in texts:
        assert "<!channel>" not in text
        assert "<https:" not in text
        assert text.count("<") == text.count("<!date^") + text.count("<@U1>")
        assert text.count("`") % 2 == 0
