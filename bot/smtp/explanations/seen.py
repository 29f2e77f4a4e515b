"""What the tables look at: a failure, with a server's words made even. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from bot.smtp.transcript import Stage

LONGEST_TEXT = 1200
"""Characters of a reply that are looked at: a server may send 64 KiB of anything."""

_EVEN = (
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("n't", " not"),
    ("authoriz", "authoris"),
    ("recogniz", "recognis"),
    ("e-mail", "email"),
    ("log-in", "login"),
    ("sign-in", "signin"),
)
_ADDRESS = re.compile(
    r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w])|\[[0-9a-f]{1,4}:[0-9a-f:]{1,35}\]"
)
_STATUS = re.compile(r"(?<![\w.])[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![\w.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the tables look at."""

    cause: str
    """`reply`, or the cause that the conversation named by itself."""
    stage: Stage
    code: int = 0
    enhanced: str = ""
    text: str = ""
    """The reply as `even` returns it."""
    provider: str = "other"
    port: int
    anonymous: bool
    username: str | None = None
    encrypted: bool = True
    """By the settings: the reply came, or would have come, over TLS."""
    offers: frozenset[str] = frozenset()
    """The EHLO keywords that were offered last, in capitals."""
    plain_sender: bool = True
    """The sender's address has no letter outside ASCII."""


def even(text: str) -> str:
    """Return *text* in one line and one spelling: small letters, no accents, "not" written out.

    Mail addresses become `@`, for somebody may be called relay.denied@example.com, and IP
    addresses `ip4`.
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST_TEXT]).lower()
    words = ("@" if "@" in word else word for word in plain.split())
    even = "".join(each for each in " ".join(words) if not unicodedata.combining(each))
    for written, same in _EVEN:
        even = even.replace(written, same)
    return _ADDRESS.sub("ip4", even)[:LONGEST_TEXT]


def inner_status(text: str, code: int) -> str:
    """Return the status (RFC 3463) that stands inside *text* where its class is that of *code*.

    Some gateways put a word of their own before it (`550 cuda_nsu 5.1.1 ...`).
    """
    found = _STATUS.search(text)
    return found[0] if found and found[0].startswith(f"{code // 100}.") else ""
