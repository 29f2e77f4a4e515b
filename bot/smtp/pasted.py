"""Text as it is pasted: freed of what comes along, and hosts in their one written form. Pure."""

import ipaddress
import unicodedata

import idna


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
