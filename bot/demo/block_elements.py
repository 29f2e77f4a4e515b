"""The rules of each interactive element of Block Kit. Pure."""

from collections.abc import Iterator
from typing import Any

from bot.demo.block_rules import (
    CONFIRM,
    Rule,
    Shape,
    boolean,
    by_type,
    different_values,
    integer,
    list_of,
    number_string,
    one_of,
    option,
    string,
    text,
)
from bot.demo.drawing import options

_KIND = {"type": string(40)}
_ACTION: dict[str, Rule] = {"action_id": string(255)}
_INPUT: dict[str, Rule] = _ACTION | {"focus_on_load": boolean}
_TYPED: dict[str, Rule] = _INPUT | {
    "placeholder": text(150, plain=True),
    "dispatch_action_config": Shape(
        required={
            "trigger_actions_on": list_of(
                one_of("on_enter_pressed", "on_character_entered"), maximum=2
            )
        }
    ),
}
_CHOICE: dict[str, Rule] = _INPUT | {"confirm": CONFIRM}
_SELECT: dict[str, Rule] = _CHOICE | {"placeholder": text(150, plain=True)}
_GROUP = Shape(
    required={"label": text(75, plain=True), "options": list_of(option(plain=True), maximum=100)}
)


def _choices(value: dict[str, Any], path: str) -> Iterator[str]:
    """Require that what is chosen at first is among the options, to the letter."""
    if ("options" in value) == ("option_groups" in value):
        yield f"{path}: needs either 'options' or 'option_groups'"
        return
    offered = options(value)
    yield from different_values(offered, path)
    chosen = value.get("initial_options") or [value.get("initial_option")]
    for each in chosen:
        if each is not None and each not in offered:
            yield f"{path}: the initial option {each['value']!r} is not among the options"


def _length(value: dict[str, Any], path: str) -> Iterator[str]:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield f"{path}: min_length is above max_length"


def _bounds(value: dict[str, Any], path: str) -> Iterator[str]:
    numbers = {
        key: float(value[key])
        for key in ("min_value", "max_value", "initial_value")
        if key in value
    }
    lowest = numbers.get("min_value", float("-inf"))
    highest = numbers.get("max_value", float("inf"))
    if lowest > highest:
        yield f"{path}: min_value is above max_value"
    elif not lowest <= numbers.get("initial_value", lowest) <= highest:
        yield f"{path}: initial_value is not within min_value and max_value"


def _chosen_one(*, maximum: int, plain: bool) -> dict[str, Rule]:
    return {
        "options": list_of(option(plain=plain), maximum=maximum),
        "initial_option": option(plain=plain),
    }


ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        required=_KIND | {"text": text(75, plain=True)},
        optional=_ACTION
        | {
            "url": string(3000),
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "overflow": Shape(
        required=_KIND
        | {"options": list_of(option(plain=True, with_url=True), minimum=2, maximum=5)},
        optional=_ACTION | {"confirm": CONFIRM},
    ),
    "checkboxes": Shape(
        required=_KIND | {"options": list_of(option(plain=False), maximum=10)},
        optional=_CHOICE | {"initial_options": list_of(option(plain=False), maximum=10)},
        also=_choices,
    ),
    "radio_buttons": Shape(
        required=_KIND,
        optional=_CHOICE | _chosen_one(maximum=10, plain=False),
        also=_choices,
    ),
    "static_select": Shape(
        required=_KIND,
        optional=_SELECT
        | _chosen_one(maximum=100, plain=True)
        | {"option_groups": list_of(_GROUP, maximum=100)},
        also=_choices,
    ),
    "users_select": Shape(required=_KIND, optional=_SELECT | {"initial_user": string(255)}),
    "conversations_select": Shape(
        required=_KIND, optional=_SELECT | {"initial_conversation": string(255)}
    ),
    "plain_text_input": Shape(
        required=_KIND,
        optional=_TYPED
        | {
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        also=_length,
    ),
    "email_text_input": Shape(required=_KIND, optional=_TYPED | {"initial_value": string(3000, 0)}),
    "url_text_input": Shape(required=_KIND, optional=_TYPED | {"initial_value": string(3000, 0)}),
    "number_input": Shape(
        required=_KIND | {"is_decimal_allowed": boolean},
        optional=_TYPED
        | {"initial_value": number_string, "min_value": number_string, "max_value": number_string},
        also=_bounds,
    ),
    "file_input": Shape(
        required=_KIND,
        optional=_ACTION
        | {"filetypes": list_of(string(20), maximum=100), "max_files": integer(1, 10)},
    ),
    "image": Shape(
        required=_KIND | {"alt_text": string(2000), "image_url": string(3000)},
    ),
}
"""Every element that the stand-in can play. Slack has more; those are refused as unknown."""

TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
SELECTS = frozenset({"static_select", "users_select", "conversations_select"})
CHOICES = frozenset({"static_select", "radio_buttons", "checkboxes"})
INPUTS = TYPED | SELECTS | CHOICES | {"file_input"}
"""The elements that hold a value, and so are in `view.state.values`."""

WITHIN: dict[str, frozenset[str]] = {
    "input": INPUTS,
    "section": SELECTS | {"button", "overflow", "checkboxes", "radio_buttons", "image"},
    "actions": SELECTS | {"button", "overflow", "checkboxes", "radio_buttons"},
}
"""Which elements a kind of block can hold."""


def element_of(block_type: str) -> Rule:
    """Make the rule for an element within a block of *block_type*."""
    right_place = {kind: ELEMENTS[kind] for kind in WITHIN[block_type]}
    return by_type(right_place, what=f"element for a block of type {block_type}:")
