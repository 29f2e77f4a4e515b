"""How a payload reaches the bot: a signed HTTP POST. Socket Mode is in socket_mode.py."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.demo.record import Json

Kind = Literal["command", "interactive", "event"]
Signature = Literal["good", "wrong", "stale", "early", "garbled", "missing", "tampered"]

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


class Undelivered(Exception):
    """Nobody is there to take a payload, or the connection broke before the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A payload as it goes over the wire."""

    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot answered, and how fast."""

    status: int | None
    """HTTP status; None: no answer within three seconds, or nobody there."""
    body: str = ""
    milliseconds: float = 0
    error: str = ""
    """What the person sees instead: operation_timeout, dispatch_failed, or empty."""

    @property
    def ok(self) -> bool:
        """Whether it was acknowledged."""
        return self.status == 200


class Door(Protocol):
    """A way to the bot."""

    def pack(self, kind: Kind, payload: Json) -> Packet:
        """Return the payload as it will be sent."""
        ...

    async def send(self, packet: Packet) -> tuple[int, str]:
        """Return the status and body of the answer. Raises Undelivered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDoor:
    """The Request URL of an app without Socket Mode."""

    url: str
    signing_secret: str = field(repr=False)
    session: aiohttp.ClientSession

    def pack(self, kind: Kind, payload: Json, *, sign: Signature = "good") -> Packet:
        """Return the request; *sign* other than good is an attack."""
        content_type = "application/x-www-form-urlencoded"
        if kind == "command":
            body = urlencode(payload)
        elif kind == "interactive":
            body = urlencode({"payload": json.dumps(payload)})
        else:
            body, content_type = json.dumps(payload), "application/json"
        headers = {"Content-Type": content_type, "User-Agent": USER_AGENT}
        headers |= signed(body, self.signing_secret, sign=sign, now=time.time())
        return Packet(body=body + "&more=1" if sign == "tampered" else body, headers=headers)

    async def send(self, packet: Packet) -> tuple[int, str]:
        """POST it."""
        try:
            async with self.session.post(
                self.url, data=packet.body.encode(), headers=packet.headers
            ) as response:
                return response.status, await response.text()
        except aiohttp.ClientError as problem:
            raise Undelivered(str(problem)) from problem


def signed(body: str, secret: str, *, sign: Signature, now: float) -> dict[str, str]:
    """Return the headers of docs.slack.dev/authentication/verifying-requests-from-slack.

    *stale* and *early* are signed rightly, six minutes ago or ahead.
    """
    if sign == "missing":
        return {}
    stamp = str(int(now + {"stale": -360, "early": 360}.get(sign, 0)))
    if sign == "garbled":
        stamp = "yesterday"
    key = "not the secret" if sign == "wrong" else secret
    digest = hmac.new(key.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
