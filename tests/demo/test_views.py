import json
from typing import Any

import pytest

from bot.demo.record import Record
from bot.demo.views import Views
from bot.demo.workspace import Refused


@pytest.fixture
def record() -> Record:
    return Record(clock=lambda: 0.0)


@pytest.fixture
def views(record: Record) -> Views:
    return Views(record)


def test_a_view_gets_the_ids_that_it_lacks(views: Views, kit: Any) -> None:
    image = {"type": "image", "image_url": "https://x", "alt_text": "x"}
    drawn = kit.modal(
        kit.section("words", accessory=image),
        kit.input("Name", {"type": "plain_text_input"}),
    )
    view = views.open(drawn, user="UADMIN")
    first, second = view.definition["blocks"]
    assert first["block_id"] != second["block_id"]
    assert second["element"]["action_id"]
    assert "action_id" not in first["accessory"]
    assert "block_id" not in drawn["blocks"][0]


def test_a_view_may_come_as_json(views: Views, kit: Any) -> None:
    view = views.open(json.dumps(kit.modal(kit.section("words"))), user="UADMIN")
    assert view.as_json()["title"]["text"] == "A form"


@pytest.mark.parametrize("definition", ["{", "[]", None, {"type": "modal"}])
def test_a_view_that_breaks_a_rule_is_refused(
    views: Views, record: Record, definition: object
) -> None:
    with pytest.raises(Refused, match="invalid_arguments") as caught:
        views.open(definition, user="UADMIN")
    assert caught.value.details["response_metadata"]
    assert record.violations


def test_a_view_that_is_too_large_is_refused(views: Views, record: Record, kit: Any) -> None:
    with pytest.raises(Refused, match="view_too_large"):
        views.open(kit.modal(*[kit.section("x" * 3000)] * 90), user="UADMIN")
    assert "250 kB" in record.violations[0]


def test_a_stale_hash_is_a_conflict_and_a_fresh_one_is_not(
    views: Views, record: Record, kit: Any
) -> None:
    view = views.open(kit.modal(kit.section("one")), user="UADMIN")
    first = view.hash
    views.update(kit.modal(kit.section("two")), view=view, stale_hash=first)
    with pytest.raises(Refused, match="hash_conflict"):
        views.update(kit.modal(kit.section("three")), view=view, stale_hash=first)
    views.update(kit.modal(kit.section("four")), view=view)
    assert view.definition["blocks"][0]["text"]["text"] == "four"
    assert record.violations == []  # a newer action was rendered: no fault of the bot


def test_an_initial_value_that_is_not_shown_is_noted(
    views: Views, record: Record, kit: Any
) -> None:
    view = views.open(kit.modal(kit.text(initial_value="a")), user="UADMIN")
    views.update(kit.modal(kit.text(initial_value="b")), view=view)
    assert [each.what for each in record.entries] == ["note"]


def test_a_view_is_found_by_id_or_external_id_while_it_is_open(views: Views, kit: Any) -> None:
    view = views.open(kit.modal(kit.section("words"), external_id="e1"), user="UADMIN")
    views.open(kit.modal(kit.section("other")), user="UADMIN")
    assert views.find(view_id=view.id, external_id=None) is view
    assert views.find(view_id=None, external_id="e1") is view
    views.close(view)
    views.close(view)
    for names in (
        {"view_id": view.id, "external_id": None},
        {"view_id": None, "external_id": "e1"},
    ):
        with pytest.raises(Refused, match="not_found"):
            views.find(**names)


def test_an_external_id_is_unique(views: Views, kit: Any) -> None:
    drawn = kit.modal(kit.section("words"), external_id="e1")
    view = views.open(drawn, user="UADMIN")
    views.update(drawn, view=view)
    with pytest.raises(Refused, match="duplicate_external_id"):
        views.open(drawn, user="UMEMBER")


def test_a_push_needs_a_modal_that_is_open(views: Views, record: Record, kit: Any) -> None:
    drawn = kit.modal(kit.section("words"))
    with pytest.raises(Refused, match="invalid_trigger_id"):
        views.push(drawn, stack=None)
    assert "from inside a modal" in record.violations[0]
    view = views.open(drawn, user="UADMIN")
    views.close(view)
    with pytest.raises(Refused, match="not_found"):
        views.push(drawn, stack=view.stack)
