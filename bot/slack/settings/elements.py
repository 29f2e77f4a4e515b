"""The elements of the form, each with what stands in it. Pure."""

from typing import Any

from bot.slack.settings.form import Form
from bot.slack.words import Block, plain
from bot.smtp.settings import LABELS

MAXIMUM_LENGTH = 300
"""Of what can be typed into a text field: more than any right value has."""


def box(form: Form, name: str, text: str) -> Block:
    """Make a checkbox of one choice."""
    element: Block = {"type": "checkboxes", "action_id": name, "options": [choice(text, "on")]}
    if form.values[name]:
        element["initial_options"] = [choice(text, "on")]
    return field_input(form, element, optional=True, dispatch=True)


def text_input(form: Form, name: str, *, placeholder: str, optional: bool = False) -> Block:
    """Make a field for text."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "placeholder": plain(placeholder),
        "max_length": MAXIMUM_LENGTH,
    }
    if name != "host":
        return field_input(form, with_value(form, element), optional=optional)
    # Enter takes a pasted address apart at once; without it, the next choice or Save does.
    element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return field_input(form, with_value(form, element), dispatch=True)


def email_input(form: Form, name: str, *, optional: bool) -> Block:
    """Make a field for a mail address."""
    element = {
        "type": "email_text_input",
        "action_id": name,
        "placeholder": plain("name@example.com"),
    }
    return field_input(form, with_value(form, element), optional=optional)


def from_address(form: Form) -> Block:
    """Make the field for the From address."""
    block = email_input(form, "from_address", optional=False) | {"dispatch_action": True}
    # Enter asks for a server's suggestion at once; without it, the next choice does.
    block["element"]["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return block


def port_input(form: Form) -> Block:
    """Make the field for the port."""
    element: Block = {
        "type": "number_input",
        "action_id": "port",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": "65535",
    }
    port = str(form.values["port"])
    # Slack refuses a whole view for an initial value outside its limits.
    if port.isascii() and port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65535:
        element["initial_value"] = port
    return field_input(form, element)


def field_input(
    form: Form, element: Block, *, optional: bool = False, dispatch: bool = False
) -> Block:
    """Make the block of a field, under the block id that it has now."""
    name = element["action_id"]
    block: Block = {
        "type": "input",
        "block_id": form.block_id(name),
        "label": plain(LABELS[name]),
        "element": element,
        "optional": optional,
    }
    return block | {"dispatch_action": True} if dispatch else block


def with_value(form: Form, element: Block) -> Block:
    """Return *element* with the value that the form has for it."""
    value = str(form.values[element["action_id"]])[:MAXIMUM_LENGTH]
    return element | {"initial_value": value} if value else element


def with_choice(form: Form, element: Block) -> Block:
    """Return *element* with the choice that the form has for it."""
    value = form.values[element["action_id"]]
    initial: Any = next((each for each in element["options"] if each["value"] == value), None)
    return element | {"initial_option": initial} if initial else element


def choice(label: str, value: str) -> Block:
    """Make a choice."""
    return {"text": plain(label), "value": str(value)}
