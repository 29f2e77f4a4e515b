"""Slack's rules for views and messages: what is wrong with some Block Kit. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from bot.demo.block_elements import ELEMENTS, element_of
from bot.demo.block_rules import (
    Rule,
    Shape,
    boolean,
    by_type,
    integer,
    list_of,
    one_of,
    string,
    text,
)
from bot.demo.drawing import elements

Surface = Literal["modal", "home", "message"]

VIEW_BYTES = 250_000
"""A larger view is `view_too_large` (docs.slack.dev/reference/methods/views.update)."""

_BLOCK: dict[str, Rule] = {"type": string(30)}
_ID: dict[str, Rule] = {"block_id": string(255)}


def _context_element(value: object, path: str) -> Iterable[str]:
    if isinstance(value, dict) and value.get("type") == "image":
        return ELEMENTS["image"](value, path)
    return text(3000)(value, path)


def _section(block: dict[str, Any], path: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{path}: needs 'text' or 'fields'"


def _input(block: dict[str, Any], path: str) -> Iterator[str]:
    if block.get("dispatch_action") and block["element"]["type"] == "file_input":
        yield f"{path}: file_input can't have dispatch_action"


def _actions(block: dict[str, Any], path: str) -> Iterator[str]:
    ids = [each["action_id"] for each in block["elements"] if "action_id" in each]
    for each in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"{path}: the action_id {each!r} is used twice"


_STYLE = {
    "style": Shape(
        optional={"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean}
    )
}
_RICH_LEAF = by_type(
    {
        "text": Shape(required=_BLOCK | {"text": string(3000)}, optional=_STYLE),
        "link": Shape(
            required=_BLOCK | {"url": string(3000)}, optional=_STYLE | {"text": string(3000)}
        ),
        "user": Shape(required=_BLOCK | {"user_id": string(255)}, optional=_STYLE),
        "channel": Shape(required=_BLOCK | {"channel_id": string(255)}, optional=_STYLE),
        "emoji": Shape(required=_BLOCK | {"name": string(255)}),
        "broadcast": Shape(required=_BLOCK | {"range": one_of("here", "channel", "everyone")}),
        "date": Shape(
            required=_BLOCK | {"timestamp": integer(0, 2**40), "format": string(255)},
            optional={"fallback": string(255), "url": string(3000)},
        ),
    },
    what="rich text element",
)
_RICH_PARTS = _BLOCK | {"elements": list_of(_RICH_LEAF, minimum=0, maximum=1000)}
_RICH_SECTION = Shape(required=_RICH_PARTS)
_RICH = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_preformatted": Shape(
            required=_RICH_PARTS, optional={"border": integer(0, 1), "language": string(20)}
        ),
        "rich_text_quote": Shape(required=_RICH_PARTS, optional={"border": integer(0, 1)}),
        "rich_text_list": Shape(
            required={
                "type": string(30),
                "style": one_of("bullet", "ordered"),
                "elements": list_of(
                    by_type({"rich_text_section": _RICH_SECTION}, what="list item"), maximum=1000
                ),
            },
            optional={key: integer(0, 8) for key in ("indent", "offset", "border")},
        ),
    },
    what="rich text element",
)


BLOCKS: dict[str, Shape] = {
    "section": Shape(
        required=_BLOCK,
        optional=_ID
        | {
            "text": text(3000),
            "fields": list_of(text(2000), maximum=10),
            "accessory": element_of("section"),
            "expand": boolean,
        },
        also=_section,
    ),
    "divider": Shape(required=_BLOCK, optional=_ID),
    "header": Shape(required=_BLOCK | {"text": text(150, plain=True)}, optional=_ID),
    "context": Shape(
        required=_BLOCK | {"elements": list_of(_context_element, maximum=10)}, optional=_ID
    ),
    "actions": Shape(
        required=_BLOCK | {"elements": list_of(element_of("actions"), maximum=25)},
        optional=_ID,
        also=_actions,
    ),
    "input": Shape(
        required=_BLOCK | {"label": text(2000, plain=True), "element": element_of("input")},
        optional=_ID
        | {"hint": text(2000, plain=True), "optional": boolean, "dispatch_action": boolean},
        also=_input,
    ),
    "image": Shape(
        required=_BLOCK | {"alt_text": string(2000), "image_url": string(3000)},
        optional=_ID | {"title": text(2000, plain=True)},
    ),
    "rich_text": Shape(required=_BLOCK | {"elements": list_of(_RICH, maximum=100)}, optional=_ID),
}


_BLOCK_RULE = by_type(BLOCKS, what="block")


def _later(_value: object, _path: str) -> Iterable[str]:
    """Leave the blocks of a view to `problems`, which knows their number and surface."""
    return ()


_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255),
    "external_id": string(255, 0),
    "blocks": _later,
}
_VIEWS = {
    "modal": Shape(
        required={"type": string(10), "title": text(24, plain=True)},
        optional=_VIEW
        | {
            "submit": text(24, plain=True),
            "close": text(24, plain=True),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
    ),
    "home": Shape(required={"type": string(10)}, optional=_VIEW),
}


def problems(view_or_blocks: object, surface: Surface) -> list[str]:
    """Return a sentence for each rule that a view, or a message's blocks, break; [] is right."""
    if surface == "message":
        return _problems_of_blocks(view_or_blocks, surface)
    view = view_or_blocks
    if not isinstance(view, dict) or view.get("type") != surface:
        return [f"view: must be an object of type {surface!r}"]
    found = list(_VIEWS[surface](view, "view"))
    blocks = view.get("blocks")
    found += _problems_of_blocks(blocks, surface)
    if (
        surface == "modal"
        and "submit" not in view
        and isinstance(blocks, list)
        and any(isinstance(each, dict) and each.get("type") == "input" for each in blocks)
    ):
        found.append("view: 'submit' is needed where there is an input block")
    return found


def _problems_of_blocks(blocks: object, surface: Surface) -> list[str]:
    limit = 50 if surface == "message" else 100
    found = list(list_of(_BLOCK_RULE, maximum=limit)(blocks, "blocks"))
    if found or not isinstance(blocks, list):
        return found  # the rules below need blocks that are right one by one
    ids = [each["block_id"] for each in blocks if "block_id" in each]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    found += [f"blocks: the block_id {each!r} is used twice" for each in twice]
    if sum(bool(each.get("focus_on_load")) for _, each in elements(blocks)) > 1:
        found.append("blocks: focus_on_load is set on more than one element")
    if surface != "modal" and any(each["type"] == "file_input" for _, each in elements(blocks)):
        found.append("blocks: file_input is for modals only")
    return found


def too_large(view: object) -> bool:
    """Whether a view is above Slack's limit for a view."""
    return len(json.dumps(view, ensure_ascii=False).encode(errors="surrogatepass")) > VIEW_BYTES
