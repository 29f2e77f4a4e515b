"""What a conversation with a mail server leaves behind: stages, replies, facts. Values only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """A part of the conversation, in the order of a session that starts in clear text."""

    SETTINGS = "settings"
    LOOKUP = "lookup"
    CONNECTION = "connection"
    GREETING = "greeting"
    EHLO = "ehlo"
    TLS = "tls"
    AUTHENTICATION = "authentication"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        """Its name on screen."""
        names = {
            Stage.LOOKUP: "Address lookup",
            Stage.EHLO: "EHLO",
            Stage.TLS: "TLS",
            Stage.ACCEPTED: "Acceptance",
        }
        return names.get(self, self.value.capitalize())


class Outcome(StrEnum):
    """How a test ended."""

    ACCEPTED = "accepted"
    """The server took the message; with `--no-send`, it took sender and recipient."""
    FAILED = "failed"
    """It ended before the server could have taken the message."""
    UNKNOWN = "unknown"
    """No clear answer came after the final dot: the server may have taken the message."""
    REFUSED = "refused"
    """We did not try: the settings or the operator's policy forbid it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A server's reply (RFC 5321 4.2): its code, enhanced status code (RFC 3463) and text."""

    code: int
    enhanced: str | None = None
    text: str
    """All lines, without codes, joined by a line feed. Untrusted, credentials removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage that was passed, or the one that failed."""

    stage: Stage
    milliseconds: float
    line: str
    """One line for people. May quote the server: untrusted text, credentials removed."""
    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a conversation ended early. A value: it is returned, never raised."""

    stage: Stage
    cause: str
    """A `kind` of cause: 'dns-nxdomain', 'tcp-timeout', 'reply' for a refusal by a reply, ..."""
    reply: Reply | None = None
    text: str = ""
    """What was seen, in words; no advice (that is diagnosis.py's) and no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Facts that a certificate states. Shown, never trusted."""

    subject: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    der: str = field(default="", repr=False)
    """The certificate itself, in base64: of a server that was not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TLSFacts:
    """What the TLS handshake showed, also when verification failed."""

    version: str | None
    cipher: str | None
    chain: tuple[Certificate, ...]
    """The leaf first, as the server sent it."""
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the conversation, credentials removed by protocol state."""

    sent: bool
    """True: we sent it. False: the server did."""
    text: str
    milliseconds: float
    """Since the start of the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All that happened in one test."""

    outcome: Outcome
    host: str
    port: int
    steps: tuple[Step, ...]
    failure: Failure | None = None
    lines: tuple[Line, ...] = ()
    tls: TLSFacts | None = None
    address: str | None = None
    """The IP address that was connected to."""
    greeting: str = ""
    capabilities: tuple[str, ...] = ()
    """EHLO keywords with their parameters, as last offered (after TLS where there was TLS)."""
    mechanism: str | None = None
    """The AUTH mechanism used, if any."""
    queue_id: str | None = None
    message_id: str | None = None
    reply: Reply | None = None
    """The final reply to the message."""
    milliseconds: float = 0
    sent: bool = True
    """False: `--no-send`, ended with RSET after the recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A transcript's meaning for a person who is no mail expert."""

    cause: str
    """A `kind` of cause, most specific first."""
    meaning: str
    advice: tuple[str, ...]
    fix: dict[str, str | int | bool] = field(default_factory=dict)
    """Settings that would cure it, by their field names; empty where there are none."""
    link: str | None = None
    temporary: bool = False
    """Trying again later may help."""


Watch = Callable[[Step], None]
"""Called as each stage ends."""
