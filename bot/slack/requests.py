"""A request: heard out in time, its kind, and the number that all log lines of its work carry."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any

from aiohttp import web
from structlog.contextvars import bound_contextvars

_HEARD_WITHIN = 2.0
"""Seconds for a body to arrive. Who waits for us, Slack, does so for three."""


class Kind(StrEnum):
    """What Slack asks. A fixed set: it is written where strangers must not add words."""

    COMMAND = "command"
    ACTION = "action"
    SUBMISSION = "submission"
    EVENT = "event"
    SHORTCUT = "shortcut"
    OTHER = "other"


_TYPES = {
    "block_actions": Kind.ACTION,
    "view_submission": Kind.SUBMISSION,
    "event_callback": Kind.EVENT,
    "shortcut": Kind.SHORTCUT,
    "message_action": Kind.SHORTCUT,
}
"""https://docs.slack.dev/reference/interaction-payloads"""


def kind_of(body: Mapping[str, Any]) -> Kind:
    """Return the kind of a request's body, which nobody may have looked at yet."""
    if "command" in body:
        return Kind.COMMAND
    kind = body.get("type")
    return _TYPES.get(kind, Kind.OTHER) if isinstance(kind, str) else Kind.OTHER


def numbered() -> AbstractContextManager[None]:
    """Give a number to all that is logged inside, by tasks and threads begun there as well."""
    # Not from the system's own randomness: to ask for that lets the vault's threads go first.
    return bound_contextvars(request=f"{random.getrandbits(32):08x}")


async def hear_out(request: web.Request) -> None:
    """Read the whole body of *request*, for later. Raises HTTPException when there is none to have.

    Without this a body that never ends would keep its connection for ever.
    """
    try:
        async with asyncio.timeout(_HEARD_WITHIN):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(headers={"Connection": "close"}) from None
    except (web.RequestPayloadError, OSError):
        # Broken chunks, a compression that is none; or nobody is there any more.
        raise web.HTTPBadRequest(headers={"Connection": "close"}) from None
