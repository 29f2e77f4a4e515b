"""Pasted text: freed of what comes along, hosts in one written form, servers taken apart. Pure."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

import idna

from bot.smtp.settings import TLSMode

_SCHEMES = {
    "smtp": None,
    "smtps": TLSMode.IMPLICIT,
    "submissions": TLSMode.IMPLICIT,
    "submission": TLSMode.STARTTLS,
    "smtp+starttls": TLSMode.STARTTLS,
}
_MODES = {465: TLSMode.IMPLICIT, 587: TLSMode.STARTTLS}
"""What a port says of the protocol (RFC 8314 7.3). Others say nothing: no guess is "none"."""

_SCHEME = re.compile(r"(?P<name>[a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/?#\s]+)(?::(?P<port>[0-9]{1,5}))?/?")


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

    A password in it is dropped here, whatever it holds, so that it never reaches a view. What
    can't be taken apart comes back as the host, for `parse_host` to complain of.
    """
    text = trimmed(unicodedata.normalize("NFKC", text))
    if is_ip_address(text):
        return PastedServer(host=text)
    match = _SCHEME.match(text)
    scheme = match["name"].lower() if match else None
    login, at, rest = text[match.end() if match else 0 :].rpartition("@")
    user, colon, _password = login.partition(":")
    place = _PLACE.fullmatch(rest)
    port = int(place["port"]) if place and place["port"] else None
    is_port = port is None or 1 <= port <= 65535
    if place is None or not is_port or scheme not in {None, *_SCHEMES}:
        # Whatever this is, it has no password in it any more.
        kept = text if not colon else f"{match[0] if match else ''}{rest}"
        return PastedServer(host=kept, had_password=bool(colon))
    if at and not (scheme or port or colon):
        return PastedServer(host=text)  # a mail address
    mode = (_SCHEMES[scheme] if scheme else None) or (_MODES.get(port) if port else None)
    return PastedServer(
        host=place["host"].strip("[]"),
        port=port or (mode.port if mode else None),
        tls_mode=mode,
        username=unquote(user) or None,
        had_password=bool(colon),
    )


def trimmed(text: str) -> str:
    """Drop space, and what can't be seen, from both ends of *text*."""
    return text.strip(
        "".join({each for each in text if each.isspace() or unicodedata.category(each) == "Cf"})
    )


def is_ip_address(text: str) -> bool:
    """Tell whether *text* is an IP address; one with a zone is none: it means nothing elsewhere.

    A zone may hold any character at all, line breaks included.
    """
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def one_form(literal: str) -> str:
    """Write an IP address the one way. Raises ValueError.

    An IPv4 address mapped into IPv6 becomes the IPv4 one: it is the same place, and Python's own
    way to write it changed with 3.13.
    """
    address = ipaddress.ip_address(literal)
    return str(getattr(address, "ipv4_mapped", None) or address)


def a_labels(name: str) -> str:
    """Return a host name as A-labels (RFC 5890) in lower case. Raises ValueError."""
    if name.isascii():
        return name.lower()
    return idna.encode(name, uts46=True).decode()
