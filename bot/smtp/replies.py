"""What a mail server answers, read from bytes that may be anything at all. Pure."""

import re
from dataclasses import dataclass, field

MOST_LINES = 512
MOST_BYTES = 64 * 1024
"""Of one reply. RFC 5321 4.5.3.1.5 has 512 octets for a line; EHLO and refusals have many."""

_REPLY_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_REPLY_START = re.compile(rb"[2-5][0-9]{2}[ \r\n-]")
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?= |$)")


class ReplyTooLong(ValueError):
    """More than a reply can hold."""


class ReplyMalformed(ValueError):
    """No reply of SMTP. `seen` is how it begins, for `foreign_service`."""

    def __init__(self, seen: bytes) -> None:
        super().__init__("not a reply of SMTP")
        self.seen = seen[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawReply:
    """A whole reply as it came: the code, and the lines' texts without it."""

    code: int
    lines: tuple[bytes, ...] = field(repr=False)


class ReplyBuffer:
    """Cuts a stream into replies. It never holds more than one reply may have."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._searched = 0
        self._code = b""
        self._lines: list[bytes] = []
        self._size = 0

    def __bool__(self) -> bool:
        """Tell whether bytes are here that no reply has been made of."""
        return bool(self._waiting or self._lines)

    def feed(self, data: bytes) -> None:
        """Take in what came from the server."""
        self._waiting += data

    def take(self) -> RawReply | None:
        """Return the next whole reply, or None when more bytes are needed.

        Raises ReplyTooLong or ReplyMalformed.
        """
        while (end := self._waiting.find(b"\n", self._searched)) >= 0:
            line = bytes(self._waiting[:end])
            del self._waiting[: end + 1]
            self._searched = 0
            self._size += end + 1
            if self._add(line.removesuffix(b"\r")):
                return self._finish()
        self._searched = len(self._waiting)
        self._check_size(self._size + len(self._waiting))
        if len(self._waiting) >= 4 and not _REPLY_START.match(self._waiting):
            raise ReplyMalformed(bytes(self._waiting))
        return None

    def _add(self, line: bytes) -> bool:
        self._check_size(self._size)
        match = _REPLY_LINE.fullmatch(line)
        if match is None or (self._lines and self._code != match[1]):
            # All lines must have one code (RFC 5321 4.2.1): which of two would be the answer?
            raise ReplyMalformed(line)
        self._code = match[1]
        self._lines.append(match[3] or b"")
        return match[2] != b"-"

    def _check_size(self, size: int) -> None:
        if size > MOST_BYTES or len(self._lines) >= MOST_LINES:
            raise ReplyTooLong("the server's reply has no end")

    def _finish(self) -> RawReply:
        reply = RawReply(code=int(self._code), lines=tuple(self._lines))
        self._lines, self._size = [], 0
        return reply


def decode(text: bytes) -> str:
    """Read a server's text as UTF-8, else as Latin-1; control characters become visible boxes."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    return re.sub(
        r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", "\N{REPLACEMENT CHARACTER}", decoded
    )


def split_enhanced(lines: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Return the enhanced status code (RFC 3463) that *lines* begin with, and them without it."""
    found = _ENHANCED.match(lines[0]) if lines else None
    if found is None:
        return None, lines
    code = found[1]
    return code, tuple(
        each.removeprefix(code).lstrip() if _ENHANCED.match(each) else each for each in lines
    )


def capabilities_of(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return what an EHLO reply offers (RFC 5321 4.1.1.1): its lines but the first."""
    return tuple(each.strip() for each in lines[1:] if each.strip())


def foreign_service(seen: bytes) -> tuple[str, str]:
    """Return cause and words for a beginning that is no greeting of SMTP."""
    for starts, cause, text in _FOREIGN:
        if seen.startswith(starts):
            return cause, text
    return "not-smtp", "What answers on this port isn't a mail server."


_FOREIGN = (
    ((b"* ",), "not-smtp-imap", "An IMAP server answers on this port: it is for reading mail."),
    (
        (b"+OK", b"-ERR"),
        "not-smtp-pop",
        "A POP server answers on this port: it is for reading mail.",
    ),
    ((b"SSH-",), "not-smtp-ssh", "An SSH server answers on this port, not a mail server."),
    ((b"HTTP", b"<"), "not-smtp-http", "A web server answers on this port, not a mail server."),
    (
        (b"\x15\x03", b"\x16\x03"),
        "plain-on-tls-port",
        "The server expects TLS from the start on this port.",
    ),
)

_QUEUE_IDS = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        r"queued as <?([^\s,;()<>]{1,80})",  # Postfix, SendGrid, Brevo, Mailpit
        r"\bid=([^\s,;()<>]{1,80})",  # Exim
        r"\[InternalId=([0-9]{1,30})",  # Exchange
        r"^OK +[0-9]+ (\S{1,80}) - gsmtp",  # Gmail
        r"^([0-9A-Z]{8,20}) Message accepted for delivery",  # Sendmail, OpenSMTPD
        r"^Ok (?=\S*[0-9])([0-9A-Z._@-]{8,80})$",  # Amazon SES
    )
)


def queue_id_of(text: str) -> str | None:
    """Return the name under which the server keeps the message, from its final reply's text."""
    for pattern in _QUEUE_IDS:
        if found := pattern.search(text):
            return found[1]
    return None
