"""What the acknowledgement of a view submission leads to (docs.slack.dev/surfaces/modals)."""

from typing import Literal

from bot.demo.door import Answer
from bot.demo.record import Json, Record, parsed
from bot.demo.views import View, Views
from bot.demo.workspace import Refused

Outcome = Literal["errors", "closed", "updated", "pushed", "cleared", "failed"]
"""`failed`: not acknowledged, or with a body that Slack can't use."""

_KEYS = {
    "errors": {"response_action", "errors"},
    "update": {"response_action", "view"},
    "push": {"response_action", "view"},
    "clear": {"response_action"},
}


def settle(answer: Answer, *, view: View, views: Views, record: Record) -> Outcome:
    """Do what an acknowledgement says: nothing in it closes the view, `response_action` tells."""
    if not answer.ok:
        return "failed"
    if not answer.body:
        views.close(view)
        return "closed"
    body = parsed(answer.body) or {}
    if set(body) != _KEYS.get(str(body.get("response_action"))):
        record.violate(f"A submission can't be answered so: {answer.body[:300]}")
        return "failed"
    try:
        return _done(body, view=view, views=views, record=record)
    except Refused as refusal:
        record.violate(f"The answer to a submission was refused: {refusal.code}")
        return "failed"


def _done(body: Json, *, view: View, views: Views, record: Record) -> Outcome:
    match body["response_action"]:
        case "clear":
            views.close(view, all_of_them=True)
            return "cleared"
        case "update":
            views.update(body["view"], view=view)
            return "updated"
        case "push":
            views.push(body["view"], stack=view.stack)
            return "pushed"
    if not _are_errors(body["errors"], view):
        record.violate(
            f"errors need the block_ids of input blocks and a sentence each: {body['errors']!r}"
        )
        return "failed"
    view.errors = body["errors"]
    return "errors"


def _are_errors(errors: object, view: View) -> bool:
    inputs = {each["block_id"] for each in view.definition["blocks"] if each["type"] == "input"}
    return (
        isinstance(errors, dict)
        and bool(errors)
        and set(errors) <= inputs
        and all(isinstance(each, str) and each for each in errors.values())
    )
