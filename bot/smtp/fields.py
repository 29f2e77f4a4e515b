"""What people type into the form's fields: each field's parser, and the form read whole. Pure."""

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import idna

from bot.smtp.address import InvalidAddress, has_control_characters, parse_address
from bot.smtp.settings import Configuration, InvalidSettings, MailSettings, TestPolicy, TLSMode

_SERVER_URL = re.compile(
    r"(?:(?P<scheme>smtps?|smtp\+starttls|submissions?)://)?"
    r"(?:(?P<user>[^@/\s]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/@\s]+)"
    r"(?::(?P<port>[0-9]{1,5}))?/?",
    re.IGNORECASE,
)
_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedServer:
    """A server address that came with more than a name, taken apart."""

    host: str
    port: int | None = None
    tls_mode: TLSMode | None = None
    username: str | None = None
    had_password: bool = False
    """A password stood in what was pasted; it is not kept, the person is told."""


def split_server(text: str) -> PastedServer:
    """Take apart a pasted `smtp://user@host:587`; a plain host name comes back as it is.

    A password in it is dropped here, so that it never reaches a view.
    """
    text = text.strip()
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        pass
    else:
        return PastedServer(host=text)
    match = _SERVER_URL.fullmatch(text)
    if match is None:
        return PastedServer(host=text)
    modes = {
        "smtps": TLSMode.IMPLICIT,
        "submissions": TLSMode.IMPLICIT,
        "submission": TLSMode.STARTTLS,
        "smtp+starttls": TLSMode.STARTTLS,
    }
    port = int(match["port"]) if match["port"] else None
    by_port = {each.port: each for each in TLSMode}
    mode = modes.get((match["scheme"] or "").lower()) or (by_port.get(port) if port else None)
    user, colon, _password = (match["user"] or "").partition(":")
    return PastedServer(
        host=match["host"].strip("[]"),
        port=port,
        tls_mode=mode,
        username=user or None,
        had_password=bool(colon),
    )


def parse_host(text: str) -> str:
    """Return a host name as A-labels in lower case, or an IP address in its one written form.

    Raises ValueError with a sentence for the person who typed it.
    """
    text = text.strip().rstrip(".")
    if not text:
        raise ValueError("Type the server's name, like smtp.example.com.")
    if "://" in text or "/" in text:
        raise ValueError("Type only the server's name, like smtp.example.com.")
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    if "@" in text:
        raise ValueError(
            "This looks like a mail address. Type the server's name, like smtp.example.com."
        )
    if text.isascii():
        name = text.lower()
    else:
        try:
            name = idna.encode(text, uts46=True).decode()
        except idna.IDNAError:
            raise ValueError("This isn't a server name. Type one like smtp.example.com.") from None
    if len(name) > 253 or not all(_HOST_LABEL.fullmatch(each) for each in name.split(".")):
        raise ValueError("This isn't a server name. Type one like smtp.example.com.")
    return name


def parse_port(text: str) -> int:
    """Return a port from 1 to 65535. Raises ValueError with a sentence for the person."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueError("Type a whole number from 1 to 65535, usually 587, 465 or 25.")
    return int(text)


def parse_helo_name(text: str) -> str:
    """Return the name that we greet the server with (RFC 5321 4.1.1.1); empty stays empty."""
    text = text.strip()
    if not text:
        return ""
    try:
        name = parse_host(text)
    except ValueError:
        raise ValueError("Type a host name, like mail.example.com, or leave it empty.") from None
    if "." not in name or ":" in name or name.replace(".", "").isdigit():
        raise ValueError("Type a full host name, like mail.example.com, or leave it empty.")
    return name


def parse_sender_name(text: str) -> str:
    """Return a display name for From. Raises ValueError: it refuses, and never strips or cuts."""
    text = text.strip()
    if has_control_characters(text):
        raise ValueError("A name can't contain line breaks or control characters.")
    if "=?" in text:
        # Python writes such a word into the header as it stands (CVE-2024-6923).
        raise ValueError("A name can't contain “=?”.")
    if len(text) > 100:
        raise ValueError("A name can't be longer than 100 characters.")
    return text


def parse_username(text: str) -> str:
    """Return a user name for AUTH; surrounding space is dropped. Raises ValueError."""
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise ValueError("Type the user name for this server, or choose “Connect anonymously”.")
    if has_control_characters(text):
        raise ValueError("A user name can't contain line breaks or control characters.")
    if len(text.encode()) > 255:
        raise ValueError("A user name can't be longer than 255 characters.")
    return text


def parse_password(text: str, *, provider: str = "other") -> str:
    """Return a password to the letter. Raises ValueError.

    Google shows an app password as four groups of four letters: those spaces are dropped.
    """
    if not text:
        raise ValueError("Type the password.")
    if any(each in text for each in "\r\n\0"):
        raise ValueError("A password can't contain line breaks.")
    if len(text.encode()) > 1024:
        raise ValueError("A password can't be longer than 1024 characters.")
    compact = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if provider == "gmail" and re.fullmatch(r"[a-z]{16}", compact):
        return compact
    return text


def _from_address(text: str) -> str:
    if not text.strip():
        raise InvalidAddress("Type the address that mail comes from, like team@example.com.")
    return parse_address(text)


def _optional_address(text: str) -> str:
    return parse_address(text) if text.strip() else ""


_PARSERS = {
    "host": parse_host,
    "port": parse_port,
    "username": parse_username,
    "from_address": _from_address,
    "sender_name": parse_sender_name,
    "reply_to": _optional_address,
    "helo_name": parse_helo_name,
}
_CUSTOM_ONLY = {"host", "port", "username", "from_address", "helo_name"}


def read_form(
    form: Mapping[str, Any], *, before: MailSettings, default_offered: bool
) -> MailSettings:
    """Return the settings that a filled form means, without a password decision.

    *form* has the fields of `MailSettings` as text, choices as their values, boxes as booleans.
    Fields that do not apply keep what *before* has. Raises InvalidSettings with all complaints.
    """
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    configuration = Configuration(form["configuration"])
    if configuration is Configuration.DEFAULT and not default_offered:
        errors["configuration"] = (
            "The operator of this bot provides no default mail service. Choose Custom."
        )
    custom = configuration is Configuration.CUSTOM
    anonymous = bool(form["anonymous"]) if custom else before.anonymous
    for name, parse in _PARSERS.items():
        if name in _CUSTOM_ONLY and not custom:
            continue
        if name == "username" and anonymous:
            continue
        try:
            values[name] = parse(str(form[name] or ""))
        except ValueError as problem:
            errors[name] = str(problem)
    if errors:
        raise InvalidSettings(errors)
    if custom:
        values |= {
            "provider": str(form["provider"]),
            "tls_mode": TLSMode(form["tls_mode"]),
            "anonymous": anonymous,
        }
    return replace(
        before,
        notifications=bool(form["notifications"]),
        configuration=configuration,
        test_policy=TestPolicy(form["test_policy"]),
        **values,
    )
