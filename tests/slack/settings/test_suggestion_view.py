"""The suggested server in the form: shown while it fits, and filled in as it was seen."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.drawing import visible_text
from bot.slack.settings.form import Form, dump_form, load_form, new_form
from bot.slack.settings.suggestion_view import suggestion_blocks, wanted_for, with_suggestion
from bot.smtp.settings import Configuration, MailSettings, TLSMode
from bot.smtp.suggestion import Suggestion

OWN = Suggestion(
    domain="own.example",
    host="smtps.own.example",
    port=4650,
    tls_mode=TLSMode.IMPLICIT,
    why="own.example publishes this server for sending its mail.",
)
PERSONAL = replace(OWN, host="smtp-mail.outlook.com", provider="outlook")


def form(suggestion: Suggestion | None = OWN, **values: str) -> Form:
    made = new_form("UADMIN-x", MailSettings(), revision=0, test_address="")
    typed = {"from_address": "team@own.example"} | values
    return replace(made, values=made.values | typed, suggestion=suggestion)


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]


def test_it_says_which_server_and_why_with_a_button() -> None:
    blocks = suggestion_blocks(form())
    assert visible_text(blocks) == (
        "For own.example: smtps.own.example, port 4650, SMTPS (TLS from the start)\n"
        "own.example publishes this server for sending its mail.\n"
        "Use this server"
    )


def test_a_form_without_a_suggestion_shows_none() -> None:
    assert suggestion_blocks(form(None)) == []


@pytest.mark.parametrize(
    "values",
    [
        {"host": "mail.example.com"},
        {"from_address": "team@else.example"},
        {"from_address": "team"},
        {"from_address": ""},
        {"configuration": Configuration.DEFAULT},
    ],
)
def test_what_no_longer_fits_is_not_shown(values: dict[str, str]) -> None:
    assert suggestion_blocks(form(**values)) == []


def test_a_domain_is_compared_as_it_was_asked_for() -> None:
    assert wanted_for(form(from_address=" Team@OWN.example ")) == "own.example"
    assert suggestion_blocks(form(from_address=" Team@OWN.example ")) != []


def test_a_provider_that_takes_no_password_is_told_without_a_button() -> None:
    blocks = suggestion_blocks(form(PERSONAL))
    assert buttons(blocks) == []
    assert "can't send through Outlook.com" in visible_text(blocks)
    assert "smtp-mail.outlook.com" not in visible_text(blocks)


def test_using_it_fills_four_fields_under_new_ids_and_nothing_else() -> None:
    before = form(username="ana", port="2525")
    [button] = buttons(suggestion_blocks(before))
    after = with_suggestion(before, button["value"])
    assert after.values == before.values | {
        "provider": "other",
        "host": "smtps.own.example",
        "port": "4650",
        "tls_mode": "implicit",
    }
    assert {name: after.block_id(name) for name in ("host", "port", "tls_mode", "provider")} == {
        "host": "host.1",
        "port": "port.1",
        "tls_mode": "tls_mode.1",
        "provider": "provider",
    }
    assert visible_text(suggestion_blocks(after)) == (
        "Filled in above: smtps.own.example, port 4650, SMTPS (TLS from the start)."
    )
    assert suggestion_blocks(after.change(port="465")) == []
    assert suggestion_blocks(after.change(configuration=Configuration.DEFAULT)) == []


def test_what_was_seen_counts_not_what_came_since() -> None:
    [button] = buttons(suggestion_blocks(form()))
    later = form(replace(OWN, host="other.own.example"))
    assert with_suggestion(later, button["value"]).values["host"] == "smtps.own.example"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "[]",
        "5",
        "{}",
        "[" * 5000,
        '{"provider": "nobody", "host": "a.example", "port": "465", "tls_mode": "implicit"}',
        '{"provider": "other", "host": "<a>", "port": "465", "tls_mode": "implicit"}',
        '{"provider": "other", "host": 5, "port": "465", "tls_mode": "implicit"}',
        '{"provider": "other", "host": "a.example", "port": "0", "tls_mode": "implicit"}',
        '{"provider": "other", "host": "a.example", "port": 465, "tls_mode": "implicit"}',
        '{"provider": "other", "host": "a.example", "port": "465", "tls_mode": "some"}',
        '{"provider": [], "host": "a.example", "port": "465", "tls_mode": "implicit"}',
    ],
)
def test_a_forged_value_changes_nothing(value: str) -> None:
    assert with_suggestion(form(), value) == form()


@given(st.text())
def test_any_value_leaves_a_form(value: str) -> None:
    assert with_suggestion(form(), value).values["from_address"] == "team@own.example"


@pytest.mark.parametrize("suggestion", [OWN, PERSONAL, None])
def test_a_draft_keeps_it(suggestion: Suggestion | None) -> None:
    assert load_form(dump_form(form(suggestion))) == form(suggestion)


def test_a_draft_of_an_older_version_has_none() -> None:
    document = dump_form(form(None))
    del document["suggestion"]
    assert load_form(document) == form(None)
