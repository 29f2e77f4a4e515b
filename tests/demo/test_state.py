from typing import Any

import pytest

from bot.demo.state import REQUIRED, Form, labels


def values(form: Form) -> Any:
    return form.state()["values"]


def test_initial_values_of_a_new_view_are_reported(kit: Any) -> None:
    form = Form([kit.text(initial_value="Bob"), kit.text("Other", "other")])
    assert values(form) == {
        "name": {"name": {"type": "plain_text_input", "value": "Bob"}},
        "other": {"other": {"type": "plain_text_input", "value": None}},
    }


def test_each_kind_of_element_reports_in_its_own_shape(kit: Any) -> None:
    one = kit.option("One")
    blocks = [
        kit.input("S", kit.choice("static_select", "One", initial_option=one), block_id="s"),
        kit.input("C", kit.choice("checkboxes", "One"), block_id="c"),
        kit.input("U", {"type": "users_select", "action_id": "u"}, block_id="u"),
        kit.section("words", accessory=kit.choice("radio_buttons", "One"), block_id="r"),
    ]
    form = Form(blocks)
    form.touch(("u", "u"), "UADMIN")
    assert values(form) == {
        "s": {"choice": {"type": "static_select", "selected_option": one}},
        "c": {"choice": {"type": "checkboxes", "selected_options": []}},
        "u": {"u": {"type": "users_select", "selected_user": "UADMIN"}},
        "r": {"choice": {"type": "radio_buttons", "selected_option": None}},
    }


def test_after_an_update_untouched_values_are_absent(kit: Any) -> None:
    form = Form([kit.text(initial_value="Bob")])
    form.redraw([kit.text(initial_value="Bob"), kit.text("New", "new", initial_value="x")])
    assert values(form) == {}
    assert form.fields["name", "name"].value == "Bob"
    assert form.fields["new", "new"].value == "x"


def test_after_an_update_typed_values_stay_and_are_reported(kit: Any) -> None:
    form = Form([kit.text()])
    form.touch(("name", "name"), "typed")
    assert form.redraw([kit.text()]) == []
    assert values(form)["name"]["name"]["value"] == "typed"


def test_a_new_initial_value_under_old_ids_is_not_shown_and_is_noted(kit: Any) -> None:
    form = Form([kit.text(initial_value="Bob")])
    notes = form.redraw([kit.text(initial_value="Eve")])
    assert form.fields["name", "name"].value == "Bob"
    assert ["new block_id" in each for each in notes] == [True]


def test_the_typed_value_drawn_as_the_initial_one_is_no_reason_for_a_note(kit: Any) -> None:
    form = Form([kit.text()])
    form.touch(("name", "name"), "typed")
    assert form.redraw([kit.text(initial_value="typed")]) == []


def test_a_new_block_id_is_a_new_field(kit: Any) -> None:
    form = Form([kit.text(initial_value="Bob")])
    form.redraw([kit.text(block_id="name.1", initial_value="Eve")])
    assert [each.value for each in form.fields.values()] == ["Eve"]


def test_an_element_of_another_kind_is_a_new_field(kit: Any) -> None:
    form = Form([kit.text()])
    form.touch(("name", "name"), "5")
    number = {"type": "number_input", "is_decimal_allowed": False, "action_id": "name"}
    form.redraw([kit.input("Name", number, block_id="name")])
    assert form.fields["name", "name"].value == ""


def test_a_choice_that_is_offered_no_more_is_lost(kit: Any) -> None:
    def draw(*texts: str) -> list[Any]:
        return [kit.input("C", kit.choice("static_select", *texts), block_id="c")]

    form = Form(draw("One", "Two"))
    form.touch(("c", "choice"), kit.option("Two"))
    form.redraw(draw("Two", "Three"))
    assert form.fields["c", "choice"].value == kit.option("Two")
    form.redraw(draw("Three"))
    assert form.fields["c", "choice"].value is None


@pytest.mark.parametrize(
    ("element", "typed", "complaint"),
    [
        ({"type": "plain_text_input"}, "", REQUIRED),
        ({"type": "plain_text_input", "max_length": 2}, "abc", "This entry is too long."),
        ({"type": "plain_text_input", "min_length": 2}, "a", "This entry is too short."),
        ({"type": "plain_text_input"}, "abc", None),
        ({"type": "email_text_input"}, "nobody", "Please enter a valid email address."),
        ({"type": "email_text_input"}, "a@b", None),
        ({"type": "url_text_input"}, "nowhere", "Please enter a valid URL."),
        ({"type": "url_text_input"}, "https://a.example", None),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a number."),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        (
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
            "0",
            "Please enter a number of at least 1.",
        ),
        (
            {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"},
            "10",
            "Please enter a number of at most 9.",
        ),
    ],
)
def test_the_client_complains_before_anything_is_sent(
    kit: Any, element: dict[str, Any], typed: str, complaint: str | None
) -> None:
    form = Form([kit.input("Label", {"action_id": "a", **element}, block_id="b")])
    form.touch(("b", "a"), typed)
    assert form.complaints().get("b") == complaint


def test_an_optional_field_and_a_choice_outside_inputs_can_stay_empty(kit: Any) -> None:
    form = Form(
        [
            kit.text() | {"optional": True},
            kit.actions(kit.choice("radio_buttons", "One")),
            kit.input(
                "Two",
                kit.choice("static_select", "One", initial_option=kit.option("One")),
                block_id="two",
            ),
        ]
    )
    assert form.complaints() == {}


def test_labels_are_what_a_person_would_call_the_fields(kit: Any) -> None:
    blocks = [
        kit.actions(kit.choice("static_select", "One", placeholder=kit.plain("Pick"))),
        kit.text("Name"),
        {"type": "divider"},
        kit.section("*Password*\nset by somebody"),
        kit.section("Colour", accessory=kit.choice("radio_buttons", "Red")),
        kit.section("Just words"),
    ]
    assert [each for each, _, _ in labels(blocks)] == ["Pick", "Name", "Password", "Colour"]
