from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.views import View

from bot.demo.block_kit import problems, too_large

Json = dict[str, Any]


def text(value: str, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": value}


def option(value: str) -> Json:
    return {"text": text(value), "value": value}


def select(kind: str = "static_select", count: int = 2, **more: Any) -> Json:
    return {"type": kind, "options": [option(f"o{each}") for each in range(count)], **more}


def input_block(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": text("Label"), "element": element, **more}


def field(**more: Any) -> Json:
    return {"type": "plain_text_input", **more}


def number(**more: Any) -> Json:
    return {"type": "number_input", "is_decimal_allowed": False, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": text("Press"), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": text("T"), "submit": text("S"), "blocks": list(blocks)}
    return {key: each for key, each in (view | more).items() if each is not None}


def section(value: str = "words", **more: Any) -> Json:
    return {"type": "section", "text": text(value, "mrkdwn"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


CONFIRM = {
    "title": text("Sure?"),
    "text": text("Really?", "mrkdwn"),
    "confirm": text("Yes"),
    "deny": text("No"),
}

RIGHT = [
    modal(
        {"type": "header", "text": text("Head")},
        {"type": "divider"},
        section(accessory=button(value="v", style="danger", confirm=CONFIRM)),
        {"type": "section", "fields": [text("a"), text("b", "mrkdwn")]},
        {
            "type": "context",
            "elements": [text("c"), {"type": "image", "image_url": "https://x", "alt_text": "x"}],
        },
        {"type": "image", "image_url": "https://x", "alt_text": "x", "title": text("Title")},
        actions(
            button(action_id="a"),
            {"type": "overflow", "action_id": "b", "options": [option("1"), option("2")]},
        ),
        rich(
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "a", "style": {"bold": True}},
                    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "then"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": []}],
            },
        ),
        private_metadata="x" * 3000,
        callback_id="c" * 255,
    ),
    modal(
        input_block(field(min_length=1, max_length=3000, initial_value="x", multiline=True)),
        input_block(number(min_value="1", max_value="65535", initial_value="587")),
        input_block({"type": "email_text_input", "focus_on_load": True}),
        input_block({"type": "url_text_input"}, dispatch_action=True, hint=text("Hint")),
        input_block(select(initial_option=option("o1"))),
        input_block(select("radio_buttons", 10, initial_option=option("o9"))),
        input_block(select("checkboxes", 10, initial_options=[option("o0")]), optional=True),
        input_block({"type": "file_input", "filetypes": ["pem"], "max_files": 1}),
        input_block({"type": "users_select", "placeholder": text("Who")}),
        input_block(
            {
                "type": "static_select",
                "option_groups": [{"label": text("G"), "options": [option("a")]}],
                "initial_option": option("a"),
            }
        ),
    ),
    modal(section(), submit=None),
]


@pytest.mark.parametrize("view", RIGHT)
def test_a_right_view_has_no_problems(view: Json) -> None:
    assert problems(view, "modal") == []


WRONG: dict[str, Json] = {
    "a title that is no text": modal(section(), title={"type": "plain_text", "text": 5}),
    "a confirm that is no object": modal(actions(button(confirm="sure"))),
    "a title of 25": modal(section(), title=text("t" * 25)),
    "no title": modal(section(), title=None),
    "a mrkdwn title": modal(section(), title=text("t", "mrkdwn")),
    "a submit of 25": modal(section(), submit=text("t" * 25)),
    "a close of 25": modal(section(), close=text("t" * 25)),
    "metadata of 3001": modal(section(), private_metadata="x" * 3001),
    "a callback id of 256": modal(section(), callback_id="x" * 256),
    "an external id of 256": modal(section(), external_id="x" * 256),
    "no blocks": modal(),
    "101 blocks": modal(*[section()] * 101),
    "blocks that are no list": modal(blocks={}),
    "an unknown key of the view": modal(section(), colour="red"),
    "notify_on_close as text": modal(section(), notify_on_close="yes"),
    "no submit with an input": modal(input_block(field()), submit=None),
    "a view of another type": modal(section(), type="dialog"),
    "an unknown block": modal({"type": "marquee"}),
    "a block that is no object": modal("words"),
    "an unknown key of a block": modal(section(colour="red")),
    "a block id twice": modal(section(block_id="a"), section(block_id="a")),
    "a block id of 256": modal(section(block_id="a" * 256)),
    "a section without text": modal({"type": "section"}),
    "a section of 3001": modal(section("x" * 3001)),
    "a section of nothing": modal(section("")),
    "11 fields": modal({"type": "section", "fields": [text("a")] * 11}),
    "a field of 2001": modal({"type": "section", "fields": [text("a" * 2001)]}),
    "a header of 151": modal({"type": "header", "text": text("x" * 151)}),
    "a mrkdwn header": modal({"type": "header", "text": text("x", "mrkdwn")}),
    "11 context elements": modal({"type": "context", "elements": [text("a")] * 11}),
    "a button in a context": modal({"type": "context", "elements": [button()]}),
    "26 actions": modal(actions(*[button() for _ in range(26)])),
    "no actions": modal(actions()),
    "an action id twice": modal(actions(button(action_id="a"), button(action_id="a"))),
    "an action id of 256": modal(actions(button(action_id="a" * 256))),
    "an unknown element": modal(actions({"type": "slider"})),
    "an element that is no object": modal(section(accessory="button")),
    "a text field in actions": modal(actions(field())),
    "a button in an input": modal(input_block(button())),
    "a file input as accessory": modal(section(accessory={"type": "file_input"})),
    "a label of 2001": modal(input_block(field(), label=text("x" * 2001))),
    "a mrkdwn label": modal(input_block(field(), label=text("x", "mrkdwn"))),
    "an input without a label": modal({"type": "input", "element": field()}),
    "a hint of 2001": modal(input_block(field(), hint=text("x" * 2001))),
    "a file input that dispatches": modal(
        input_block({"type": "file_input"}, dispatch_action=True)
    ),
    "a button text of 76": modal(actions(button(text=text("x" * 76)))),
    "a button value of 2001": modal(actions(button(value="x" * 2001))),
    "an accessibility label of 76": modal(actions(button(accessibility_label="x" * 76))),
    "an unknown button style": modal(actions(button(style="warning"))),
    "a placeholder of 151": modal(input_block(field(placeholder=text("x" * 151)))),
    "max_length of 3001": modal(input_block(field(max_length=3001))),
    "max_length of 0": modal(input_block(field(max_length=0))),
    "max_length as text": modal(input_block(field(max_length="5"))),
    "max_length as truth": modal(input_block(field(max_length=True))),
    "min_length above max_length": modal(input_block(field(min_length=5, max_length=4))),
    "a trigger that is none": modal(
        input_block(field(dispatch_action_config={"trigger_actions_on": ["on_blur"]}))
    ),
    "a number without is_decimal_allowed": modal(input_block({"type": "number_input"})),
    "a number as a number": modal(input_block(number(initial_value=5))),
    "a number that is none": modal(input_block(number(min_value="one"))),
    "min_value above max_value": modal(input_block(number(min_value="5", max_value="4"))),
    "an initial value out of bounds": modal(input_block(number(min_value="5", initial_value="4"))),
    "101 options": modal(input_block(select(count=101))),
    "no options": modal(input_block(select(count=0))),
    "options that are no list": modal(input_block(select(options={}))),
    "neither options nor groups": modal(input_block({"type": "static_select"})),
    "11 radio buttons": modal(input_block(select("radio_buttons", 11))),
    "11 checkboxes": modal(input_block(select("checkboxes", 11))),
    "an option text of 76": modal(input_block(select(options=[option("x" * 76)]))),
    "an option value of 151": modal(
        input_block(select(options=[{"text": text("x"), "value": "x" * 151}]))
    ),
    "a mrkdwn option in a select": modal(
        input_block(select(options=[{"text": text("x", "mrkdwn"), "value": "x"}]))
    ),
    "an option value twice": modal(input_block(select(options=[option("x"), option("x")]))),
    "an initial option not offered": modal(input_block(select(initial_option=option("x")))),
    "initial options not offered": modal(
        input_block(select("checkboxes", initial_options=[option("x")]))
    ),
    "no initial options": modal(input_block(select("checkboxes", initial_options=[]))),
    "an overflow of one": modal(actions({"type": "overflow", "options": [option("1")]})),
    "an overflow of six": modal(
        actions({"type": "overflow", "options": [option(str(each)) for each in range(6)]})
    ),
    "11 files": modal(input_block({"type": "file_input", "max_files": 11})),
    "focus on two": modal(
        input_block(field(focus_on_load=True)), input_block(field(focus_on_load=True))
    ),
    "a confirm title of 101": modal(actions(button(confirm={**CONFIRM, "title": text("x" * 101)}))),
    "a confirm text of 301": modal(actions(button(confirm={**CONFIRM, "text": text("x" * 301)}))),
    "a confirm button of 31": modal(
        actions(button(confirm={**CONFIRM, "confirm": text("x" * 31)}))
    ),
    "an image without alt_text": modal({"type": "image", "image_url": "https://x"}),
    "unknown rich text": modal(rich({"type": "rich_text_poem", "elements": []})),
    "unknown rich text within": modal(
        rich({"type": "rich_text_section", "elements": [{"type": "mrkdwn", "text": "x"}]})
    ),
    "rich text of nothing": modal(
        rich({"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]})
    ),
    "an unknown style in rich text": modal(
        rich(
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "x", "style": {"huge": True}}],
            }
        )
    ),
    "an unknown list style": modal(
        rich(
            {
                "type": "rich_text_list",
                "style": "roman",
                "elements": [{"type": "rich_text_section", "elements": []}],
            }
        )
    ),
}


@pytest.mark.parametrize("view", WRONG.values(), ids=WRONG.keys())
def test_a_view_that_breaks_a_rule_has_a_problem(view: Json) -> None:
    assert len(problems(view, "modal")) == 1


@pytest.mark.parametrize("view", WRONG.values(), ids=WRONG.keys())
def test_what_slack_sdk_refuses_we_refuse(view: Json) -> None:
    try:
        View(**view).validate_json()
    except SlackObjectFormationError:
        assert problems(view, "modal")
    except (AttributeError, TypeError, KeyError):
        return  # slack_sdk trips over it: no verdict


@pytest.mark.parametrize("view", RIGHT)
def test_what_we_accept_slack_sdk_accepts(view: Json) -> None:
    View(**view).validate_json()


def test_all_problems_are_told_at_once() -> None:
    found = problems(modal(section("x" * 3001), {"type": "header"}), "modal")
    assert [each.split(":")[0] for each in found] == ["blocks[0].text.text", "blocks[1]"]


def test_a_message_holds_fifty_blocks_and_no_file_input() -> None:
    assert problems([section()] * 50, "message") == []
    assert problems([section()] * 51, "message")
    assert problems([input_block({"type": "file_input"})], "message")


def test_a_home_view_has_no_title() -> None:
    assert problems({"type": "home", "blocks": [section()]}, "home") == []
    assert problems({"type": "home", "title": text("T"), "blocks": [section()]}, "home")


def test_a_view_above_250_kb_is_too_large() -> None:
    assert not too_large(modal(section()))
    assert too_large(modal(*[section("x" * 3000)] * 84))
