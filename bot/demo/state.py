"""A view's fields as the user's client holds them: what was typed, what Slack reports. Pure.

Slack's behaviour on views.update (slackapi/bolt-js#290, #1073, #1258, bolt-python#572, #1064):
a field with the same block_id and action_id keeps what it has, its new initial value is not
shown, and until it is touched again a payload does not contain it.
"""

import re
from dataclasses import dataclass
from typing import Any

from bot.demo.block_elements import CHOICES, INPUTS, TYPED
from bot.demo.drawing import elements, options, plain
from bot.demo.record import Json

Key = tuple[str, str]

_KEYS = {
    "static_select": ("initial_option", "selected_option"),
    "radio_buttons": ("initial_option", "selected_option"),
    "checkboxes": ("initial_options", "selected_options"),
    "users_select": ("initial_user", "selected_user"),
    "conversations_select": ("initial_conversation", "selected_conversation"),
    "file_input": ("", "files"),
}
_TEXT_KEYS = ("initial_value", "value")

REQUIRED = "Please complete this required field."


@dataclass(slots=True, kw_only=True)
class Field:
    """One element that holds a value."""

    block: Json
    element: Json
    value: Any
    reported: bool
    """Whether payloads contain it. After an update: once it was touched."""
    touched: bool = False

    @property
    def key(self) -> Key:
        """Its block id and action id: by them it is the same after an update."""
        return self.block["block_id"], self.element["action_id"]

    @property
    def holds_files(self) -> bool:
        """Whether its value is a list of files."""
        return bool(self.element["type"] == "file_input")

    @property
    def read(self) -> str | list[str] | None:
        """What a person reads in it: text, the text of a choice, or the names of files."""
        if self.holds_files:
            return [str(each.get("name", each["id"])) for each in self.value]
        if isinstance(self.value, list):
            return [plain(each["text"]) for each in self.value]
        return plain(self.value["text"]) if isinstance(self.value, dict) else self.value

    @property
    def shown(self) -> str | list[str]:
        """What the client shows: text, the value of the chosen option, or a list of such.

        Of files, their ids.
        """
        if isinstance(self.value, list):
            return [str(each["id" if self.holds_files else "value"]) for each in self.value]
        return str(self.value["value"] if isinstance(self.value, dict) else self.value or "")

    def meant(self, shown: str | list[str]) -> str | Json | list[Json] | None:
        """Return the value that is shown so. Raises LookupError for an option that isn't there."""
        kind = self.element["type"]
        wanted = [shown] if isinstance(shown, str) else shown
        if self.holds_files:
            return [each for each in self.value if each["id"] in wanted]
        if kind not in CHOICES:
            return shown if isinstance(shown, str) else ""
        offered = {each["value"]: each for each in options(self.element)}
        if unknown := [each for each in wanted if each and each not in offered]:
            raise LookupError(f"{self.key[1]} offers no {unknown[0]!r}, but {list(offered)}.")
        chosen = [offered[each] for each in wanted if each]
        if kind == "checkboxes":
            return chosen
        return chosen[0] if chosen else None

    @property
    def payload(self) -> Json:
        """Its entry in `view.state.values`."""
        kind = self.element["type"]
        value = (self.value or None) if kind in TYPED else self.value
        return {"type": kind, _KEYS.get(kind, _TEXT_KEYS)[1]: value}

    def complaint(self) -> str | None:
        """Return what the client says at submit, before anything is sent."""
        if self.block["type"] != "input":
            return None
        if not self.value:
            return None if self.block.get("optional") else REQUIRED
        if self.element["type"] in TYPED:
            return _complaint(self.element, self.value)
        return None


def _complaint(element: Json, value: str) -> str | None:
    match element["type"]:
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            return "Please enter a valid email address."
        case "url_text_input" if not re.match(r"https?://\S+$", value):
            return "Please enter a valid URL."
        case "number_input":
            return _number_complaint(element, value)
    if len(value) > element.get("max_length", 3000):
        return "This entry is too long."
    if len(value) < element.get("min_length", 0):
        return "This entry is too short."
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    number = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(number, value):
        return "Please enter a number."
    if float(value) < float(element.get("min_value", "-inf")):
        return f"Please enter a number of at least {element['min_value']}."
    if float(value) > float(element.get("max_value", "inf")):
        return f"Please enter a number of at most {element['max_value']}."
    return None


def initial(element: Json) -> object:
    """Return what an element shows at first."""
    empty: object = None
    if element["type"] in ("checkboxes", "file_input"):
        empty = []
    elif element["type"] in TYPED:
        empty = ""
    return element.get(_KEYS.get(element["type"], _TEXT_KEYS)[0], empty)


class Form:
    """All fields of one view."""

    def __init__(self, blocks: list[Json]) -> None:
        self.fields = {each.key: each for each in _fields(blocks, reported=True)}

    def redraw(self, blocks: list[Json]) -> list[str]:
        """Take the blocks of an update; return a note on each initial value that is not shown."""
        notes = []
        before, self.fields = self.fields, {}
        for field in _fields(blocks, reported=False):
            self.fields[field.key] = field
            old = before.get(field.key)
            if old is None or not _still_possible(old, field.element):
                continue
            if field.value != initial(old.element) and field.value != old.value:
                notes.append(
                    f"The new initial value of {field.key} is not shown: the ids are those of a "
                    "field that the client has already. It needs a new block_id."
                )
            field.value, field.touched, field.reported = old.value, old.touched, old.touched
        return notes

    def touch(self, key: Key, value: object) -> Field:
        """Take what a person entered."""
        field = self.fields[key]
        field.value, field.touched, field.reported = value, True, True
        return field

    def state(self) -> Json:
        """Return `view.state` as Slack reports it."""
        values: dict[str, Json] = {}
        for (block_id, action_id), field in self.fields.items():
            if field.reported:
                values.setdefault(block_id, {})[action_id] = field.payload
        return {"values": values}

    def complaints(self) -> dict[str, str]:
        """Return what the client itself complains of at submit, by block id."""
        found = {each.key[0]: each.complaint() for each in self.fields.values()}
        return {block_id: text for block_id, text in found.items() if text}


def _fields(blocks: list[Json], *, reported: bool) -> list[Field]:
    return [
        Field(block=block, element=element, value=initial(element), reported=reported)
        for block, element in elements(blocks)
        if element["type"] in INPUTS
    ]


def _still_possible(old: Field, element: Json) -> bool:
    if old.element["type"] != element["type"]:
        return False
    if element["type"] not in CHOICES:
        return True
    chosen = old.value if isinstance(old.value, list) else [old.value]
    return all(each is None or each in options(element) for each in chosen)


def labels(blocks: list[Json]) -> list[tuple[str, Json, Json | None]]:
    """Return the labelled parts of a view in order: label, block, element that holds a value.

    An input is called by its label. Other blocks are called by the bold line that they begin
    with, or else by the text before them, as a person reads the screen.
    """
    found: list[tuple[str, Json, Json | None]] = []
    heading = ""
    for block in blocks:
        if block["type"] == "input":
            found.append((plain(block["label"]), block, block["element"]))
            continue
        text = block.get("text")
        bold = text and re.match(r"\*([^*\n]+)\*(?:\n|$)", text["text"])
        if text:
            heading = plain(text).split("\n")[0]
        values = [each for _, each in elements([block]) if each["type"] in INPUTS]
        found += [(_name(element, heading), block, element) for element in values]
        if bold and not values:
            found.append((heading, block, None))
    return found


def _name(element: Json, heading: str) -> str:
    return heading or plain(element.get("placeholder", {"type": "plain_text", "text": "?"}))
