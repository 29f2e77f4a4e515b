"""What Slack hands out for a short while: trigger ids and response URLs, and their limits."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.record import Record
from bot.demo.views import Stack
from bot.demo.workspace import Message, Refused

TRIGGER_SECONDS = 3
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


@dataclass(slots=True, kw_only=True)
class Trigger:
    """The right to open one view, for one person, once, within three seconds."""

    user: str
    issued: float
    stack: Stack | None
    """The modal in which the person acted, if any: a view can be pushed on it."""
    used: bool = False


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """The right to answer one command or action: five times within thirty minutes."""

    user: str
    channel: str
    issued: float
    source: Message | None
    """The message that was acted on; None for a command."""
    command: str = ""
    """What was typed; shown with the first answer that is `in_channel`."""
    uses: int = 0


@dataclass(slots=True, kw_only=True)
class Permits:
    """All that was handed out."""

    record: Record
    clock: Callable[[], float]
    triggers: dict[str, Trigger] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def trigger(self, user: str, *, stack: Stack | None = None) -> str:
        """Hand out a trigger id."""
        trigger_id = f"{len(self.triggers)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user=user, issued=self.clock(), stack=stack)
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Use a trigger id up. Raises Refused: expired_, exchanged_ or invalid_trigger_id."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            self.record.violate(f"The trigger id {trigger_id!r} is not one of Slack's")
            raise Refused("invalid_trigger_id")
        if trigger.used:
            self.record.violate("A trigger id was used twice (exchanged_trigger_id)")
            raise Refused("exchanged_trigger_id")
        if self.clock() - trigger.issued > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(
        self, user: str, channel: str, *, source: Message | None = None, command: str = ""
    ) -> str:
        """Hand out the path of a response URL."""
        path = f"/response/{secrets.token_hex(12)}"
        self.urls[path] = ResponseUrl(
            user=user, channel=channel, issued=self.clock(), source=source, command=command
        )
        return path

    def spend(self, path: str) -> ResponseUrl:
        """Use a response URL. Raises Refused('expired_url')."""
        url = self.urls.get(path)
        if url is None or self.clock() - url.issued > RESPONSE_SECONDS:
            raise Refused("expired_url")
        if url.uses >= RESPONSE_USES:
            self.record.violate("A response URL was used more than five times")
            raise Refused("expired_url")
        url.uses += 1
        return url
