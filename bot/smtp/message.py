"""The test message: multipart text and HTML, checked again as it will go over the wire."""

import email
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, compat32
from email.utils import format_datetime
from html import escape

from bot.smtp.address import InvalidAddress, has_control_characters, parse_address

_LONGEST_NAME = 80
_LONGEST_LINE = 998
"""Octets without the line's end (RFC 5322 2.1.1)."""


class UnsafeMessage(ValueError):
    """A message that doesn't have exactly our headers, or lines that aren't lines. Never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A message as it goes over the wire, dots not yet doubled."""

    content: bytes = field(repr=False)
    message_id: str
    smtputf8: bool = False
    """An address in it has a local part that only SMTPUTF8 can carry (RFC 6531)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestMessage:
    """What a test message says. Names come from Slack, where anybody gives himself any name."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    workspace: str
    code: str
    """What the reader looks for in the channel: '4821'."""
    asked_by: str
    channel: str | None
    """None: asked from a direct message or the command line."""
    server: str
    """'smtp.example.com:587'."""
    from_address: str
    sender_name: str = ""
    reply_to: str = ""
    to: str
    date: datetime
    """Aware of its time zone."""
    in_slack: bool = True
    """False: asked for at a command line, to which nobody can confirm anything."""

    def build(self) -> Built:
        """Write the message. Raises UnsafeMessage."""
        if has_control_characters(self.sender_name) or "=?" in self.sender_name:
            # Python writes an encoded word into the header as it stands (CVE-2024-6923).
            raise UnsafeMessage("the sender name can't stand in a header")
        addresses = (self.from_address, self.reply_to, self.to)
        smtputf8 = not all(each.isascii() for each in addresses)
        message_id = f"<{secrets.token_hex(16)}@{_domain(self.from_address)}>"
        headers = {
            "From": _mailbox(self.from_address, name=self.sender_name),
            "Reply-To": _mailbox(self.reply_to) if self.reply_to else None,
            "To": _mailbox(self.to),
            "Subject": f"Test message from {_safe(self.workspace)}: code {_safe(self.code)}",
            "Date": format_datetime(self.date),
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",
        }
        message = EmailMessage(policy=SMTPUTF8 if smtputf8 else SMTP)
        for name, value in headers.items():
            if value is not None:
                message[name] = value
        text = self._paragraphs()
        message.set_content("\n\n".join(text) + "\n", cte="quoted-printable")
        message.add_alternative(_html(text), subtype="html", cte="quoted-printable")
        content = message.as_bytes()
        names = [name for name, value in headers.items() if value is not None]
        _check(content, names=[*names, "MIME-Version", "Content-Type"], smtputf8=smtputf8)
        return Built(content=content, message_id=message_id, smtputf8=smtputf8)

    def _paragraphs(self) -> list[str]:
        workspace, server = _safe(self.workspace), _safe(self.server)
        place = f"in the channel {_safe(self.channel)} of" if self.channel else "from"
        asked = f"{_safe(self.asked_by)} asked for it {place} the Slack workspace {workspace}"
        code = _safe(self.code)
        answer = "the same code stands where you asked"
        if self.in_slack:
            answer = (
                "say so in Slack. Press “It arrived” under the message that shows the same code, "
                f"or type /mailtest confirm {code}"
            )
        return [
            f"This is a test message. {asked}, to see whether its mail settings work.",
            f"It was sent from {self.from_address} through the mail server {server}.",
            f"Code: {code}",
            f"You have read it here, so mail arrives. If you asked for it: {answer}.",
            "If you didn't expect it: nothing is wanted from you, and you can delete it.",
        ]


def _html(paragraphs: list[str]) -> str:
    body = "\n".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>Test message</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _safe(name: str) -> str:
    """Make of a stranger's *name* one short line that starts no header and no encoded word."""
    kept = "".join(
        " " if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else each
        for each in name
    ).replace("=?", "= ?")
    line = " ".join(kept.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def _mailbox(address: str, *, name: str = "") -> Address:
    try:
        local, _at, domain = parse_address(address).rpartition("@")
    except InvalidAddress:
        raise UnsafeMessage("an address can't stand in a header") from None
    return Address(display_name=name, username=local, domain=domain)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _check(content: bytes, *, names: list[str], smtputf8: bool) -> None:
    """Read *content* as a server will. Raises UnsafeMessage unless it is just what we meant."""
    found = email.message_from_bytes(content, policy=compat32).keys()
    if [each.lower() for each in found] != [each.lower() for each in names]:
        raise UnsafeMessage("the message has other headers than ours")
    if re.search(rb"(?<!\r)\n|\r(?!\n)|\0", content):
        raise UnsafeMessage("the message has a line break that isn't one")
    if not content.endswith(b"\r\n") or max(map(len, content.split(b"\r\n"))) > _LONGEST_LINE:
        raise UnsafeMessage("the message has lines that no server takes")
    if not smtputf8 and not content.isascii():
        raise UnsafeMessage("the message has characters that not every server takes")
