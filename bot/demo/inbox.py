"""The inbox: every mail that the demo's servers took, newest first."""

import email
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

from bot.demo.record import Json

_KEPT = 50
_CODE = re.compile(r"\bcode (\d{4})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it arrived."""

    id: str
    received: datetime
    server: str
    """The host that took it."""
    sender: str
    """Of the envelope, as the next one."""
    recipients: tuple[str, ...]
    content: bytes

    def as_json(self) -> Json:
        """Return what the page shows. What can't be read is shown as well as it goes."""
        message = email.message_from_bytes(self.content, policy=default)
        headers = [[name, _clean(str(value))] for name, value in message.items()]
        first = {name.lower(): value for name, value in reversed(headers)}
        code = _CODE.search(first.get("subject", ""))
        return {
            "id": self.id,
            "received": self.received.isoformat(),
            "from": first.get("from", self.sender),
            "to": first.get("to", ", ".join(self.recipients)),
            "subject": first.get("subject", ""),
            "headers": headers,
            "text": _part(message, "plain"),
            "html": _part(message, "html"),
            "source": _clean(self.content.decode("utf-8", "replace")),
            "code": code[1] if code else "",
            "server": self.server,
        }


class Inbox:
    """Takes mails and tells of them."""

    def __init__(self, *, tell: Callable[[], None]) -> None:
        self.arrived = 0
        """How many mails ever came; the oldest are not kept."""
        self._mails: list[tuple[Mail, Json]] = []
        self._tell = tell

    def take(self, content: bytes, *, server: str, sender: str, recipients: list[str]) -> Mail:
        """Put a mail on top."""
        self.arrived += 1
        mail = Mail(
            id=f"mail-{self.arrived}",
            received=datetime.now(UTC),
            server=server,
            sender=sender,
            recipients=tuple(recipients),
            content=content,
        )
        self._mails.insert(0, (mail, mail.as_json()))
        del self._mails[_KEPT:]
        self._tell()
        return mail

    def as_json(self) -> list[Json]:
        """Return all mails, newest first."""
        return [shown for _, shown in self._mails]


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body(preferencelist=(subtype,))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows, or bytes that are not in it
        payload = body.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _clean(text: str) -> str:
    """Return *text* without what JSON and UTF-8 can't carry."""
    return text.encode("utf-8", "replace").decode()
