"""Refusals worth remembering: who was no admin and tried to change something.

The guard that refuses doesn't know the door, so the door of each request is noted when it comes in.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.slack.access import Caller
from bot.slack.deeds import CHANGING, refused
from bot.slack.work import Threads, Work
from bot.vault import Vault

_EVERY = timedelta(minutes=1)
"""At most so often a person's refusals at one door are written down."""
_door: ContextVar[str] = ContextVar("door", default="")


def door_of(body: Mapping[str, Any]) -> str:
    """Name the door by which a request comes in; empty where none of ours has a name."""
    match body:
        case {"type": "view_submission", "view": {"callback_id": str(name)}}:
            return name
        case {"type": "block_actions", "actions": [{"action_id": str(name)}, *_]}:
            return name
        case _:
            return ""


def note_door(name: str) -> None:
    """Note by which door the request comes in that is under way."""
    _door.set(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Writes refusals into the audit log."""

    vault: Vault
    threads: Threads
    work: Work
    clock: Callable[[], datetime]

    def note(self, caller: Caller) -> None:
        """Have it written down, beside the answer, that *caller* was refused."""
        door = _door.get()
        if door in CHANGING:
            self.work.start(self.threads(self._write, caller, door), name="note refusal")

    def _write(self, caller: Caller, door: str) -> None:
        key, now = f"refused:{caller.team_id}:{caller.user_id}:{door}", self.clock()
        if self.vault.deliveries.once(key, now=now, keep=_EVERY):
            self.vault.audit.append(caller.team_id, refused(caller.user_id, door=door), at=now)
