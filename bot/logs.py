"""Logs, set up once: structlog over logging, as JSON or text, with a last step that redacts."""

import json
import logging
import re
from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_OURS = ("bot", "storage")
_QUIET = (
    "slack_sdk",
    # Slack's clients ask a logger for its own level, not for the one it inherits, and without one
    # write every call out in full before they throw it away: as much work as the call itself.
    "slack_sdk.web.async_base_client",
    "slack_sdk.webhook.async_client",
    "slack_bolt",
    "aiohttp.access",
)
"""At DEBUG these print tokens, whole payloads and parameters (facts: measured)."""

_SILENT = ("alembic", "asyncio", "sqlalchemy")
"""At INFO these tell every look at the schema, every slow callback and every statement."""

_MUTE = "aiohttp.server"
"""It tells of each malformed request, with its bytes, as an error with a trace. What fails in a
handler is told by `doors`."""

_SHORTEST = 4
"""Characters of the shortest value worth replacing: shorter ones would hide half the log."""

_PRIVATE_KEY = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"
    r"(?:.*?-----END [A-Z0-9 ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s\\:,.-]*)"
)
_PATTERNS = tuple(
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (_PRIVATE_KEY, "***"),
        (r"\b(?:xox[a-z]|xoxe\.xox[a-z]|xapp|xwfp)-[A-Za-z0-9._-]+", "***"),
        (r"\bmskr1_[A-Za-z0-9_-]+", "***"),
        (r"https?://hooks\.slack(?:-gov)?\.com/[^\s\"'<>\\]*", "***"),
        (r"https?://[^\s\"'<>\\]+?/(?:commands|actions)/[^\s\"'<>\\]+", "***"),
        (r"(/password/)[A-Za-z0-9._~-]+", r"\1***"),
        (r"([?&]ticket=)[^\s\"'&\\]+", r"\1***"),
        (r"(://)[^\s\"'/@\\]+@", r"\1***@"),
        # What an outsider's text could do to the reader's terminal.
        (r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "?"),
    )
)
"""What no log may hold, whoever wrote it: tokens, private keys, our keys, single-use addresses."""


def configure(stream: TextIO, *, level: str, log_format: str, secrets: Iterable[str] = ()) -> None:
    """Send all logs to *stream*, as `json` or `text`, from *level* on.

    Whatever *level* says, other people's loggers stay at INFO or above. Called again, it replaces
    what it set up before.
    """
    redact = Redactor(secrets)
    handler = _Handler(stream)
    handler.setFormatter(_formatter(log_format, redact))
    root = logging.getLogger()
    for each in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(each)
    root.addHandler(handler)
    wanted = logging.getLevelNamesMapping()[level.upper()]
    # Bolt gives its loggers, some named after a file of ours, the level that the root has.
    root.setLevel(max(wanted, logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(wanted)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(wanted, logging.INFO))
    for name in _SILENT:
        logging.getLogger(name).setLevel(max(wanted, logging.WARNING))
    logging.getLogger(_MUTE).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_described(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class Redactor:
    """Replaces in a text what no log may hold: known patterns, and the *secrets* in use."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = [each for each in secrets if len(each) >= _SHORTEST]
        written = {form for each in known for form in _forms(each)}
        longest_first = sorted(written, key=len, reverse=True)
        self._live = re.compile("|".join(map(re.escape, longest_first))) if written else None

    def __call__(self, text: str) -> str:
        """Return *text* without secrets."""
        if self._live:
            text = self._live.sub("***", text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def values(self, value: Any) -> Any:  # noqa: ANN401  # a log event holds values of any type
        """Return *value* with every text in it redacted, however deep."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self.values(key): self.values(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.values(each) for each in value]
        return value


class _Handler(logging.StreamHandler[TextIO]):
    """Our own handler, known among others by its type."""


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders an event, then redacts the line as it will be read."""

    def __init__(self, redact: Redactor, **arguments: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(**arguments)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def _formatter(log_format: str, redact: Redactor) -> logging.Formatter:
    def redact_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        # Before rendering too: an escaped line feed would split a key or a value in two.
        return {key: redact.values(value) for key, value in event.items()}

    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=False,
            pad_event_to=0,
            # Exceptions come here as text. The other formatters would print local variables.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    return _Formatter(
        redact,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact_values,
            renderer,
        ],
        foreign_pre_chain=_described(),
    )


def _described() -> list[Processor]:
    """Return what says of each event when it was, who tells it, and for which request."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _forms(secret: str) -> set[str]:
    """Return the ways in which a secret may be written inside other text."""
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return escaped | {secret, repr(secret)[1:-1], quote(secret, safe="")}
