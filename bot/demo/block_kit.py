"""Slack's rules for views and messages: what is wrong with some Block Kit. Pure."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from bot.demo.block_elements import ELEMENTS, element_of
from bot.demo.block_rules import Rule, Shape, boolean, list_of, one_of, string, text
from bot.demo.drawing import elements

Surface = Literal["modal", "home", "message"]

VIEW_BYTES = 250_000
"""A larger view is `view_too_large` (docs.slack.dev/reference/methods/views.update)."""

_BLOCK: dict[str, Rule] = {"type": string(20)}
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


_RICH_LEAF: dict[str, set[str]] = {
    "text": {"text"},
    "link": {"url"},
    "user": {"user_id"},
    "channel": {"channel_id"},
    "emoji": {"name"},
    "broadcast": {"range"},
    "date": {"timestamp", "format"},
}
_RICH_PARENT = {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}


def _rich(value: object, path: str) -> Iterator[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in _RICH_PARENT | {"rich_text_list"}:
        yield f"{path}: unknown rich text element {kind!r}"
        return
    if kind == "rich_text_list":
        yield from one_of("bullet", "ordered")(value.get("style"), f"{path}.style")
    children = value.get("elements")
    if not isinstance(children, list):
        yield f"{path}: 'elements' is missing"
        return
    for index, each in enumerate(children):
        where = f"{path}.elements[{index}]"
        yield from _rich(each, where) if kind == "rich_text_list" else _rich_leaf(each, where)


def _rich_leaf(value: object, path: str) -> Iterator[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in _RICH_LEAF:
        yield f"{path}: unknown rich text element {kind!r}"
        return
    for key in sorted(_RICH_LEAF[kind] - set(value)):
        yield f"{path}: {key!r} is missing"
    if kind == "text":
        yield from string(3000)(value.get("text", " "), f"{path}.text")


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
    "rich_text": Shape(required=_BLOCK | {"elements": list_of(_rich, maximum=100)}, optional=_ID),
}


def _block(value: object, path: str) -> Iterable[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in BLOCKS:
        return [f"{path}: unknown block {kind!r}"]
    return BLOCKS[kind](value, path)


def _any_blocks(value: object, path: str) -> Iterator[str]:
    """Leave the blocks of a view to `problems`, which knows their number and surface."""
    if not isinstance(value, list):
        yield f"{path}: must be a list"


_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255),
    "external_id": string(255, 0),
}
_VIEWS = {
    "modal": Shape(
        required={"type": string(10), "title": text(24, plain=True), "blocks": _any_blocks},
        optional=_VIEW
        | {
            "submit": text(24, plain=True),
            "close": text(24, plain=True),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
    ),
    "home": Shape(required={"type": string(10), "blocks": _any_blocks}, optional=_VIEW),
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
    found = list(list_of(_block, maximum=limit)(blocks, "blocks"))
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
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES
