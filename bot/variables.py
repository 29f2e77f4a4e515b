"""How the text of each environment variable is read: text in, value or `Unusable` out. Pure."""

import ipaddress
import re
import shlex
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.smtp.address import InvalidAddress, has_control_characters, parse_address
from bot.smtp.fields import parse_host
from bot.smtp.policy import AddressPolicy
from bot.smtp.settings import MailServer, TLSMode

POLICY_PARTS = {
    "allowed_hosts": "List host names, addresses or networks, such as 10.0.0.0/8, with commas.",
    "allowed_ports": "List port numbers with commas, or set * for any port.",
    "allow_plaintext_auth": "List host names or addresses with commas.",
}
"""The parts of the address policy, each with the cure for its variable."""

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1")

_SERVICE_MODES = {
    "smtp": TLSMode.NONE,
    "smtps": TLSMode.IMPLICIT,
    "smtp+starttls": TLSMode.STARTTLS,
}
_SERVICE_FORM = "Write it as smtp+starttls://user:password@smtp.example.com:587, or with smtps://"
_DATABASES = (
    "Write postgresql://user:password@host/name, or sqlite:////absolute/path/mailsettings.db; left "
    "out, it is a SQLite database in the data directory."
)
_ENCODE = (
    "In the user name and the password, write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, "
    "and % as %25."
)


class Unusable(ValueError):
    """A variable's text that can't be used: what is wrong and the cure, never the text itself."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure


def api_url(text: str) -> str:
    """Return the address of Slack's Web API, ending with a slash. Raises Unusable."""
    return _web_address(text, example="https://slack.com/api/") + "/"


def public_url(text: str) -> str:
    """Return the address at which people reach the HTTP listener, without a slash at its end.

    Raises Unusable for plain http, which would show a password that is typed there, except on
    this machine.
    """
    return _web_address(text, example="https://mail-bot.example.com")


def port(text: str) -> int:
    """Return a port to listen on; 0 is any free one. Raises Unusable."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise Unusable("It is not a port.", "Set a whole number from 1 to 65535, such as 3000.")
    return int(text)


def admins(text: str) -> frozenset[str]:
    """Return Slack user ids from a list with commas. Raises Unusable."""
    ids = [each.strip() for each in text.split(",") if each.strip()]
    if wrong := [each for each in ids if not _USER_ID.fullmatch(each)]:
        raise Unusable(
            f"It has something that is not a Slack user id: {_shown(wrong[0])}.",
            "List user ids like U012AB3CD with commas between them. A person's id is in their "
            "profile in Slack, under the three dots, “Copy member ID”.",
        )
    return frozenset(ids)


def database_url(text: str) -> str:
    """Return the URL of a SQLite database in a file, or of a PostgreSQL database.

    Raises Unusable, which never quotes *text*: it may hold a password.
    """
    scheme, separator, path = text.partition(":///")
    if text.partition("://")[0] in {"postgres", "postgresql", "postgresql+psycopg"}:
        return _postgresql_url(text)
    if scheme not in {"sqlite", "sqlite+pysqlite"} or not separator:
        raise Unusable("It is not the address of a database that this program uses.", _DATABASES)
    if not path or path.startswith((":memory:", "file:")):
        raise Unusable(
            "It names no file, so all settings would be lost at each stop.",
            "Write sqlite:////absolute/path/mailsettings.db, or leave DATABASE_URL out.",
        )
    return text


def _postgresql_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Unusable(
            "It is not the address of a PostgreSQL database.", f"{_DATABASES} {_ENCODE}"
        ) from None
    if not url.database:
        raise Unusable("It names no database on the server.", _DATABASES)
    return text


def command(text: str) -> tuple[str, ...]:
    """Return the words of a command, which no shell reads. Raises Unusable."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise Unusable(
            "A quotation mark in it is not closed.", "Close it, or write \\\" or \\'."
        ) from None


def one_of(text: str, choices: tuple[str, ...]) -> str:
    """Return the one of *choices* that *text* names, in whatever case. Raises Unusable."""
    if text.lower() not in choices:
        raise Unusable(
            f"{_shown(text)} is not one of its values.", f"Set one of: {', '.join(choices)}."
        )
    return text.lower()


def path(text: str, *, home: str) -> Path:
    """Return a path, with *home* in place of a leading `~`. Raises Unusable."""
    if text == "~" or text.startswith("~/"):
        if not home:
            raise Unusable(
                "It begins with ~, the home directory, but HOME is not set.",
                "Set it to an absolute path, such as /var/lib/mailsettings.",
            )
        return Path(home) / text[2:]
    return Path(text)


def policy_part(text: str, *, part: str) -> str:
    """Return *text* if it is a right *part* of the address policy. Raises Unusable."""
    try:
        AddressPolicy.parse(**{part: text})
    except ValueError as problem:
        raise Unusable(str(problem), POLICY_PARTS[part]) from None
    return text


def mail_address(text: str) -> str:
    """Return one mail address. Raises Unusable."""
    try:
        return parse_address(text)
    except InvalidAddress as problem:
        raise Unusable(
            f"It is not a mail address. {problem}", "Set one address, like team@example.com."
        ) from None


def mail_service(text: str, *, policy: AddressPolicy) -> MailServer:
    """Return the operator's mail server from `smtp+starttls://user:password@host:port`.

    User name and password are percent-decoded (RFC 3986 3.2.1). A password without TLS is
    refused unless *policy* lets it go to that host. Raises Unusable, which never quotes *text*.
    """
    try:
        parts, number = _split(text)
        host = parse_host(parts.hostname or "")
        username, password = _credentials(parts)
    except ValueError:
        raise Unusable(
            "It is not the address of a mail server.", f"{_SERVICE_FORM}. {_ENCODE}"
        ) from None
    mode = _SERVICE_MODES.get(parts.scheme)
    if mode is None:
        raise Unusable(
            "It does not begin with smtp://, smtps:// or smtp+starttls://.", f"{_SERVICE_FORM}."
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise Unusable("It goes on after the server and its port.", f"{_SERVICE_FORM}. {_ENCODE}")
    if (username is None) != (password is None):
        raise Unusable(
            "It has a user name without a password, or a password without a user name.",
            f"{_SERVICE_FORM}, or leave out both for a server that asks for neither.",
        )
    if password is not None and not policy.may_send_password(host, mode):
        raise Unusable(
            "It would send a password without encryption.",
            "Write smtp+starttls:// or smtps:// in place of smtp://. If that server has no TLS "
            "and you accept that others can read the password on its way, add the host to "
            "MAILSETTINGS_ALLOW_PLAINTEXT_AUTH.",
        )
    server = MailServer(
        host=host, port=number or mode.port, tls_mode=mode, username=username, password=password
    )
    # A name is looked up, and its addresses judged, only when it is connected to.
    addresses = [host] if _is_address(host) else []
    if refusal := policy.refusal(host, server.port, addresses):
        raise Unusable(refusal, "Add it to that variable, or name another mail service.")
    return server


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    """Return user name and password, decoded. Raises ValueError for what SMTP can't carry."""
    username, password = (
        None if each is None else unquote(each, errors="strict")
        for each in (parts.username, parts.password)
    )
    if has_control_characters((username or "") + (password or "")):
        raise ValueError("control characters")
    return username or None, password or None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _split(text: str) -> tuple[SplitResult, int | None]:
    """Return the parts of a URL and its port. Raises ValueError without a host or a real port."""
    # urlsplit drops tabs and line feeds in silence, so they are looked for before.
    if has_control_characters(text) or " " in text:
        raise ValueError("spaces or control characters")
    parts = urlsplit(text)
    if not parts.hostname or parts.port == 0:
        raise ValueError("no host, or port 0")
    return parts, parts.port


def _web_address(text: str, *, example: str) -> str:
    """Return an https address (http on this machine alone) without a slash at its end."""
    cure = f"Set an address like {example}, or http:// on this machine alone (localhost)."
    try:
        parts, _port = _split(text)
    except ValueError:
        raise Unusable("It is not a web address.", cure) from None
    local = _LOOPBACK.fullmatch(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Unusable("It does not begin with https://.", cure)
    if parts.query or parts.fragment or parts.username is not None:
        raise Unusable("It has more than a host, a port and a path.", cure)
    return text.rstrip("/")


def _shown(text: str) -> str:
    """Return what was typed, for a variable that is no secret, cut short."""
    return f"“{text[:40]}”" if text.isprintable() else "text that can't be printed"
