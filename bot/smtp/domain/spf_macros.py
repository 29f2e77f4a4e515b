"""Macros in an SPF record: read, and expanded for one mail (RFC 7208 7). Pure."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_MACRO = re.compile(
    r"%(?:(?P<literal>[%_-])|\{(?P<letter>[slodiphv])(?P<digits>[1-9][0-9]{0,2})?"
    r"(?P<reverse>r?)(?P<delimiters>[.+,/_=-]*)\})",
    re.IGNORECASE,
)
_LITERALS = {"%": "%", "_": " ", "-": "%20"}
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What macros speak of: one mail, from one address."""

    sender: str
    address: IPAddress
    """Of the server that hands the mail over."""
    helo: str


def is_macro_string(text: str) -> bool:
    """Tell whether *text* is made of what may be seen and of whole macros (RFC 7208 7.1).

    Macros that are allowed in explanations alone (c, r, t) are no macros here.
    """
    return all("!" <= each <= "~" and each != "%" for each in _MACRO.sub("", text))


def has_macros(text: str) -> bool:
    """Tell whether what *text* comes to depends on the mail."""
    return "%{" in text


def expand(text: str, mail: Mail, *, domain: str) -> str:
    """Return the name that *text*, a macro string, comes to for *mail* within *domain*'s record.

    A name that is too long loses labels on its left (RFC 7208 7.3).
    """
    local, _at, sender_domain = mail.sender.rpartition("@")
    values = {
        "s": mail.sender,
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": _dotted(mail.address),
        "p": "unknown",  # RFC 7208 7.3 lets it be so, and advises against asking for it
        "h": mail.helo,
        "v": "in-addr" if mail.address.version == 4 else "ip6",
    }

    def value(match: re.Match[str]) -> str:
        if match["literal"]:
            return _LITERALS[match["literal"]]
        found = _transformed(values[match["letter"].lower()], match)
        return quote(found, safe="-._~") if match["letter"].isupper() else found

    name = _MACRO.sub(value, text).removesuffix(".")
    while len(name) > _LONGEST_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def _transformed(value: str, match: re.Match[str]) -> str:
    parts = re.split(f"[{re.escape(match['delimiters'] or '.')}]", value)
    if match["reverse"]:
        parts.reverse()
    if match["digits"]:
        parts = parts[-int(match["digits"]) :]
    return ".".join(parts)


def _dotted(address: IPAddress) -> str:
    if address.version == 4:
        return str(address)
    return ".".join(address.exploded.replace(":", ""))
