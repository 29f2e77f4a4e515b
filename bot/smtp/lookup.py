"""From a host name to addresses: the hosts file, then DNS, without a thread that waits."""

import asyncio
import ipaddress
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from dns.rdata import Rdata
from dns.rdatatype import AAAA, MX, SRV, TXT, A, RdataType
from dns.rdtypes.txtbase import TXTBase

_MOST_ADDRESSES = 16
"""A name may have hundreds; nobody waits for us to try them all."""

_MOST_RECORDS = 64
_LONGEST_RECORD = 4096

_KINDS = {"A": A, "AAAA": AAAA, "MX": MX, "SRV": SRV, "TXT": TXT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """A host's IP addresses as text, in the order to try: IPv6 and IPv4 by turns."""

    found: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """Why a name has no address that we can use."""

    cause: str
    """'dns-nxdomain', 'dns-no-address' or 'dns-timeout'."""
    text: str
    has_mx: bool = False
    """The name has no address but takes mail: somebody typed the domain, not the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What a domain publishes of one kind. Untrusted text, bounded in number and length."""

    found: tuple[str, ...] = ()
    """As in a zone file: `10 mx.example.com.`; a TXT record's strings joined, without quotes."""
    problem: str | None = None
    """'dns-nxdomain' or 'dns-timeout'; None with nothing found: the name has no such records."""
    cut: bool = False
    """There were more of them, or longer ones, than we keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Answers as the system does, but never on a thread: a look-up may hang with its server."""

    nameservers: tuple[str, ...] = ()
    """IP addresses of name servers; empty: the system's."""
    port: int = 53
    hosts_file: Path = Path("/etc/hosts")
    configuration: Path = Path("/etc/resolv.conf")

    async def addresses(self, host: str, *, seconds: float) -> Addresses | Unresolved:
        """Return the addresses of *host*, a name in A-labels or an IP address.

        An answer takes *seconds* at most; half as long again where there is no address and the
        domain's mail servers are asked for.
        """
        try:
            return Addresses(found=(str(ipaddress.ip_address(host)),))
        except ValueError:
            pass
        listed = await asyncio.to_thread(self._listed, host)
        if not listed and (host == "localhost" or host.endswith(".localhost")):
            listed = ["::1", "127.0.0.1"]  # RFC 6761 6.3: never asked of a name server
        if listed:
            return _in_turns(listed)
        return await self._asked(host, seconds=seconds)

    async def records(self, name: str, kind: str, *, seconds: float) -> Records:
        """Return what *name*, a domain in A-labels, publishes of *kind*: A, AAAA, MX, SRV or TXT.

        Always asked of a name server, and within *seconds*. CNAMEs are followed by it, not by us.
        """
        try:
            resolver = self._resolver()
        except dns.resolver.NoResolverConfiguration:
            return Records(problem="dns-timeout")
        answer = await _query(resolver, name, kind=_KINDS[kind], seconds=seconds, search=False)
        found = tuple(each[:_LONGEST_RECORD] for each in answer.found[:_MOST_RECORDS])
        return Records(found=found, problem=answer.problem, cut=found != answer.found)

    def _listed(self, host: str) -> list[str]:
        try:
            lines = self.hosts_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        entries = (line.partition("#")[0].split() for line in lines)
        return [
            entry[0]
            for entry in entries
            if host in (name.lower() for name in entry[1:]) and _is_address(entry[0])
        ]

    async def _asked(self, host: str, *, seconds: float) -> Addresses | Unresolved:
        try:
            resolver = self._resolver()
        except dns.resolver.NoResolverConfiguration:
            return Unresolved(
                cause="dns-timeout", text="This computer has no name server to ask for addresses."
            )
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(_query(resolver, host, kind=kind, seconds=seconds))
                for kind in (AAAA, A)
            ]
        answers = [each.result() for each in asked]
        if found := [each for answer in answers for each in answer.found]:
            return _in_turns(found)
        if any(each.problem == "dns-nxdomain" for each in answers):
            return Unresolved(cause="dns-nxdomain", text=f"There is no host named {host}.")
        if any(each.problem for each in answers):
            return Unresolved(
                cause="dns-timeout", text=f"The name servers gave no answer about {host}."
            )
        mail = await _query(resolver, host, kind=MX, seconds=seconds / 2)
        if any(each.split()[-1] != "." for each in mail.found):  # RFC 7505: "." takes no mail
            text = f"{host} takes mail through other servers, but has no address of its own."
            return Unresolved(cause="dns-no-address", text=text, has_mx=True)
        return Unresolved(cause="dns-no-address", text=f"{host} has no address.")

    def _resolver(self) -> dns.asyncresolver.Resolver:
        if self.nameservers:
            resolver = dns.asyncresolver.Resolver(configure=False)
            resolver.nameservers = list(self.nameservers)
        else:
            resolver = dns.asyncresolver.Resolver(str(self.configuration))
        resolver.port = self.port
        return resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    found: tuple[str, ...] = ()
    problem: str | None = None


async def _query(
    resolver: dns.asyncresolver.Resolver,
    host: str,
    *,
    kind: RdataType,
    seconds: float,
    search: bool = True,
) -> _Answer:
    try:
        answer = await resolver.resolve(host, kind, lifetime=seconds, search=search)
    except dns.resolver.NoAnswer:
        return _Answer()
    except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong):
        return _Answer(problem="dns-nxdomain")
    except dns.exception.DNSException:
        # Silence, SERVFAIL, nonsense: whatever it was, trying again later is all one can do.
        return _Answer(problem="dns-timeout")
    return _Answer(found=tuple(_written(each) for each in answer))


def _written(record: Rdata) -> str:
    if isinstance(record, TXTBase):  # one record in several strings is one text (RFC 7208 3.3)
        return b"".join(record.strings).decode("utf-8", errors="replace")
    return record.to_text()


def _in_turns(found: list[str]) -> Addresses:
    """Order by turns, IPv6 first, so that one broken family costs one attempt, not all."""
    unique = list(dict.fromkeys(found))
    ipv6, ipv4 = [e for e in unique if ":" in e], [e for e in unique if ":" not in e]
    pairs = chain.from_iterable(zip_longest(ipv6, ipv4))
    return Addresses(found=tuple([each for each in pairs if each is not None][:_MOST_ADDRESSES]))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
