"""Which servers we may connect to, and where a password may go without TLS. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from bot.smtp.fields import parse_host, parse_port
from bot.smtp.settings import TLSMode

DEFAULT_PORTS = frozenset({25, 465, 587, 2525})
"""The ports of mail submission; a bot that connects to any port is a port scanner."""

_FORBIDDEN_V4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Written out, from the IANA special-purpose registry: `is_private` and `is_global` differ between
# Python's versions and miss multicast, NAT64 and shared address space.

_GLOBAL_V6 = IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """The operator's limits. Without any, only public addresses and the ports of mail."""

    allowed_hosts: tuple[str, ...] = ()
    """Host names, addresses and networks allowed although they are not public."""
    allowed_ports: frozenset[int] | None = DEFAULT_PORTS
    """None: any port."""
    allow_plaintext_auth: tuple[str, ...] = ()
    """Hosts, as they stand in the settings, to which a password may go without TLS."""

    @classmethod
    def parse(
        cls, *, allowed_hosts: str = "", allowed_ports: str = "", allow_plaintext_auth: str = ""
    ) -> "AddressPolicy":
        """Read the texts of the variables: lists with commas, `*` for any port.

        Raises ValueError with a sentence that names the faulty item.
        """
        return cls(
            allowed_hosts=tuple(_host_or_network(each) for each in _items(allowed_hosts)),
            allowed_ports=_ports(allowed_ports),
            allow_plaintext_auth=tuple(_host(each) for each in _items(allow_plaintext_auth)),
        )

    def port_refusal(self, port: int) -> str | None:
        """Say why we don't connect to *port*, or None. Asked before any packet is sent."""
        if self.allowed_ports is None or port in self.allowed_ports:
            return None
        allowed = ", ".join(str(each) for each in sorted(self.allowed_ports))
        return (
            f"This bot doesn't connect to port {port}, only to {allowed}. "
            "Its operator can allow more with MAILSETTINGS_ALLOWED_PORTS."
        )

    def refusal(self, host: str, port: int, addresses: Iterable[str]) -> str | None:
        """Say why we don't connect to *host*, which resolved to *addresses*, or None.

        One forbidden address refuses all, and the text is the same for every kind of them, so
        that nobody learns from it what a private network looks like.
        """
        if (refusal := self.port_refusal(port)) is not None:
            return refusal
        if host in self.allowed_hosts or all(self._allows(each) for each in addresses):
            return None
        return (
            f"This bot doesn't connect to {host}, because it isn't a server on the public "
            "internet. Its operator can allow it with MAILSETTINGS_ALLOWED_HOSTS."
        )

    def may_send_password(self, host: str, tls_mode: TLSMode) -> bool:
        """Tell whether a password may go to *host* over a connection of that kind."""
        return tls_mode is not TLSMode.NONE or host in self.allow_plaintext_auth

    def _allows(self, text: str) -> bool:
        address = ipaddress.ip_address(text)
        return self._names(address) or all(
            _is_public(each) or self._names(each) for each in _reached_by(address)
        )

    def _names(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for each in self.allowed_hosts if (network := _network(each)))


def _reached_by(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """Return the addresses that a packet to *address* may end at."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return (address,)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in each for each in _FORBIDDEN_V4)
    return address in _GLOBAL_V6 and not any(address in each for each in _FORBIDDEN_V6)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _items(text: str) -> list[str]:
    return [each for each in text.replace(",", " ").split() if each]


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except ValueError:
        raise ValueError(f"“{text}” is neither a host name nor an IP address.") from None


def _host_or_network(text: str) -> str:
    if "/" not in text:
        return _host(text)
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(f"“{text}” isn't a network. Write one like 10.0.0.0/8.") from None


def _ports(text: str) -> frozenset[int] | None:
    items = _items(text)
    if items == ["*"]:
        return None
    ports = set()
    for each in items:
        try:
            ports.add(parse_port(each))
        except ValueError:
            raise ValueError(f"“{each}” isn't a port. Write numbers from 1 to 65535.") from None
    return frozenset(ports) or DEFAULT_PORTS
