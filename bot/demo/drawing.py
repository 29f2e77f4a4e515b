"""Block Kit as a person sees it: the visible text, the buttons, the links. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from bot.demo.record import Json

_LINK = re.compile(r"<([^<>|\n]+)(?:\|([^<>\n]*))?>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_STYLE = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")


def plain(text: Json) -> str:
    """Return a text object as it is read.

    A live mention shows as @name or @channel, a link as its label; formatting marks vanish.
    What the bot escaped stays to the letter, so attack and defence look different.
    """
    if text["type"] == "plain_text":
        return str(text["text"])
    pieces = []
    position = 0
    for code in _CODE.finditer(text["text"]):
        pieces.append(_styled(text["text"][position : code.start()]))
        pieces.append(_linked(code[1] or code[2]))
        position = code.end()
    pieces.append(_styled(text["text"][position:]))
    return "".join(pieces)


def _styled(text: str) -> str:
    before = None
    while before != text:
        before, text = text, _STYLE.sub(r"\2", text)
    return _linked(text)


def _linked(text: str) -> str:
    text = _LINK.sub(_label, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _label(link: re.Match[str]) -> str:
    target, label = link[1], link[2]
    if label:
        return label
    if target.startswith("!date^"):
        return target
    if target[0] in "@#!":
        return ("@" if target[0] == "!" else target[0]) + target[1:]
    return target.removeprefix("mailto:")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element with its block, in the order of the screen."""
    for block in blocks:
        match block["type"]:
            case "input":
                yield block, block["element"]
            case "section" if "accessory" in block:
                yield block, block["accessory"]
            case "actions":
                for element in block["elements"]:
                    yield block, element


def buttons(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return the buttons with their blocks."""
    return [(block, each) for block, each in elements(blocks) if each["type"] == "button"]


def options(element: Json) -> list[Json]:
    """Return the options of a select, radio or checkbox element, of all groups."""
    groups = element.get("option_groups", [{"options": element.get("options", [])}])
    return [option for group in groups for option in group["options"]]


def links(blocks: list[Json]) -> dict[str, str]:
    """Return the address behind each link button and each labelled link, by its label."""
    found = {each["text"]["text"]: each["url"] for _, each in buttons(blocks) if "url" in each}
    for text in _text_objects(blocks):
        if text.get("type") == "mrkdwn":
            for target, label in _LINK.findall(text["text"]):
                if target[0] not in "@#!":
                    found[label or target] = target.replace("&amp;", "&")
    return found


def _text_objects(body: Any) -> Iterator[Json]:  # noqa: ANN401 - any JSON
    if isinstance(body, dict):
        if isinstance(body.get("text"), str):
            yield body
        for value in body.values():
            yield from _text_objects(value)
    elif isinstance(body, list):
        for value in body:
            yield from _text_objects(value)


def visible_text(blocks: list[Json]) -> str:
    """Return all that can be read in *blocks*, a line for each piece."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Json) -> Iterator[str]:
    match block["type"]:
        case "context":
            for each in block["elements"]:
                yield each["alt_text"] if each["type"] == "image" else plain(each)
        case "image":
            yield block["alt_text"]
        case "rich_text":
            yield "\n".join(_rich(each) for each in block["elements"])
        case _:
            yield from (plain(block[key]) for key in ("text", "label") if key in block)
            yield from (plain(each) for each in block.get("fields", []))
            for _, element in elements([block]):
                yield from _element_lines(element)
            if "hint" in block:
                yield plain(block["hint"])


def _element_lines(element: Json) -> Iterator[str]:
    if element["type"] == "button":
        yield plain(element["text"])
    elif element["type"] == "image":
        yield element["alt_text"]
    elif element["type"] in ("radio_buttons", "checkboxes"):
        for option in options(element):
            yield plain(option["text"])
            if "description" in option:
                yield plain(option["description"])
    elif "placeholder" in element:
        yield plain(element["placeholder"])


def _rich(element: Json) -> str:
    if "elements" in element:
        between = "\n" if element["type"] == "rich_text_list" else ""
        return between.join(_rich(each) for each in element["elements"])
    match element["type"]:
        case "user" | "channel" | "broadcast":
            sign = "#" if element["type"] == "channel" else "@"
            return sign + "".join(element[key] for key in _MENTIONED if key in element)
        case "emoji":
            return f":{element['name']}:"
        case _:  # text, link, date
            return str(next(element[key] for key in _READ if element.get(key)))


_MENTIONED = ("user_id", "channel_id", "range")
_READ = ("text", "url", "fallback", "format")
