"""An SPF record, read (RFC 7208 4.5, 4.6, 5, 6 and 12). Pure."""

import ipaddress
import re
from dataclasses import dataclass, replace

from bot.smtp.domain.spf_macros import is_macro_string

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_TERM = re.compile(
    r"(?P<qualifier>[+~?-]?)(?P<name>all|include|exists|ip4|ip6|ptr|mx|a)"
    r"(?::(?P<value>[^ ]*?))?(?P<length>/[0-9]{1,3})?(?P<length6>//[0-9]{1,3})?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
_TOP_LABEL = re.compile(r"(?![0-9]+$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


class UnreadableSPF(ValueError):
    """The record breaks SPF's grammar: receivers treat it as an error (RFC 7208 4.6)."""

    def __init__(self, term: str) -> None:
        super().__init__(f"unreadable term: {term}")
        self.term = term


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """A mechanism with its qualifier: which servers it speaks of, and what it says of them."""

    text: str
    """As published. Untrusted."""
    qualifier: str
    """'+', '-', '~' or '?'."""
    mechanism: str
    domain: str = ""
    """The domain-spec, its macros not expanded; empty: the record's own domain."""
    network: IPNetwork | None = None
    """Of `ip4` and `ip6`."""
    length: int = 32
    length6: int = 128
    """Of `a` and `mx`: bits of an IPv4 and an IPv6 address that count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SPFRecord:
    """A record's directives in their order, and where to look when none of them fits."""

    directives: tuple[Directive, ...]
    redirect: str = ""
    """A domain-spec; empty where there is `all`, which leaves nothing to look for."""


def is_spf(text: str) -> bool:
    """Tell whether a TXT record is an SPF record (RFC 7208 4.5)."""
    version, _space, _terms = text.partition(" ")
    return version.lower() == "v=spf1"


def read_spf(text: str) -> SPFRecord:
    """Read a record for which `is_spf` holds. Raises UnreadableSPF."""
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in filter(None, text.split(" ")[1:]):
        if not term.isascii():
            raise UnreadableSPF(term)
        if (modifier := _MODIFIER.fullmatch(term)) is None:
            directives.append(_directive(term))
            continue
        name = modifier["name"].lower()
        if name in {"redirect", "exp"}:
            if name in modifiers or not _is_domain(modifier["value"]):
                raise UnreadableSPF(term)
            modifiers[name] = modifier["value"]
    final = any(each.mechanism == "all" for each in directives)
    redirect = "" if final else modifiers.get("redirect", "")
    return SPFRecord(directives=tuple(directives), redirect=redirect)


def _directive(term: str) -> Directive:
    match = _TERM.fullmatch(term)
    if match is None:
        raise UnreadableSPF(term)
    qualifier, mechanism, value = match["qualifier"] or "+", match["name"].lower(), match["value"]
    length, length6 = _bits(match["length"], "/"), _bits(match["length6"], "//")
    whole = length is None and length6 is None
    named = value is not None and _is_domain(value)
    read = Directive(text=term, qualifier=qualifier, mechanism=mechanism)
    match mechanism:
        case "all" if value is None and whole:
            return read
        case "ip4" | "ip6" if value and length6 is None:
            return replace(read, network=_network(term, value, length, version=mechanism))
        case "include" | "exists" if named and whole:
            return replace(read, domain=value)
        case "ptr" if (named or value is None) and whole:
            return replace(read, domain=value or "")
        case "a" | "mx" if named or value is None:
            bits, bits6 = 32 if length is None else length, 128 if length6 is None else length6
            if bits <= 32 and bits6 <= 128:
                return replace(read, domain=value or "", length=bits, length6=bits6)
    raise UnreadableSPF(term)


def _bits(text: str | None, slashes: str) -> int | None:
    return None if text is None else int(text.removeprefix(slashes))


def _network(term: str, value: str, length: int | None, *, version: str) -> IPNetwork:
    try:
        # The address by itself first: networks would take a netmask after it, which SPF has not.
        if version == "ip4":
            bits = 32 if length is None else length
            return ipaddress.IPv4Network((ipaddress.IPv4Address(value), bits), strict=False)
        if "%" in value:
            raise UnreadableSPF(term)  # a zone, which means nothing elsewhere
        bits = 128 if length is None else length
        return ipaddress.IPv6Network((ipaddress.IPv6Address(value), bits), strict=False)
    except ValueError:
        raise UnreadableSPF(term) from None


def _is_domain(text: str) -> bool:
    """Tell whether *text* is a domain-spec: it ends with a label that is no number, or a macro."""
    if not is_macro_string(text):
        return False
    _rest, dot, last = text.removesuffix(".").rpartition(".")
    return text.endswith("}") or (dot == "." and _TOP_LABEL.fullmatch(last) is not None)
