"""The one way in which a payload goes to the bot: recorded, timed, its answer checked."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bot.demo.door import Answer, Door, Kind, Packet, Undelivered
from bot.demo.files import Files
from bot.demo.payloads import about
from bot.demo.permits import Permits
from bot.demo.record import Json, Record
from bot.demo.responses import Responses
from bot.demo.views import Views
from bot.demo.workspace import User, Workspace

_GRACE = 0.05
"""Seconds that a Web API call waits for the end of a submission that is under way."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What Slack keeps, and the door to the bot."""

    workspace: Workspace
    views: Views
    permits: Permits
    responses: Responses
    files: Files
    record: Record
    door: Door
    origin: str
    """The stand-in's own address, `http://127.0.0.1:PORT`."""
    ack_seconds: float
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no submission is under way."""

    def __post_init__(self) -> None:
        self._idle.set()

    async def interact(self, user: User, payload: Json) -> Answer:
        """Tell the bot what a person did."""
        payload = about(user, self.workspace) | payload
        answer = await self.deliver("interactive", payload, what=payload["type"])
        if payload["type"] != "view_submission" and answer.body:
            self.record.violate(f"{payload['type']} was acknowledged with a body")
        return answer

    async def deliver(self, kind: Kind, payload: Json, *, what: str, strict: bool = True) -> Answer:
        """Send a payload; unless *strict* is off, no or a bad acknowledgement is a violation."""
        packet = self.door.pack(kind, payload)
        entry = self.record.add(
            what, payload, by_bot=False, raw=packet.body, headers=packet.headers
        )
        return await self.send(packet, what=entry.what, strict=strict)

    async def send(self, packet: Packet, *, what: str, strict: bool = False) -> Answer:
        """Send a packet as it is, and write its answer down."""
        started = time.perf_counter()
        status, body, error = None, "", ""
        try:
            async with asyncio.timeout(self.ack_seconds):
                status, body = await self.door.send(packet)
        except TimeoutError:
            error = "operation_timeout"
            if strict:
                self.record.violate(f"{what} was not acknowledged within {self.ack_seconds} s")
        except Undelivered:
            error = "dispatch_failed"
        if strict and status not in (200, None):
            self.record.violate(f"{what} was answered with status {status}, not 200")
        milliseconds = (time.perf_counter() - started) * 1000
        self.record.add(f"ack of {what}", error or body, by_bot=True, raw=body, status=status)
        return Answer(status=status, body=body, milliseconds=milliseconds, error=error)

    @contextmanager
    def submission(self) -> Iterator[None]:
        """Hold the Web API back a moment: an acknowledgement comes before what follows it."""
        self._idle.clear()
        try:
            yield
        finally:
            self._idle.set()

    async def settled(self) -> None:
        """Wait until no submission is under way, for a moment at most.

        Bot and stand-in share a machine, so what the bot sent second could be served first.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._idle.wait()
