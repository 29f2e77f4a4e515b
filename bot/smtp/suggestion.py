"""From a From address to the server that its mail probably goes through: a suggestion, no more."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.smtp.address import InvalidAddress, parse_address
from bot.smtp.fields import parse_host
from bot.smtp.known.provider import Provider
from bot.smtp.lookup import Resolver
from bot.smtp.pasted import is_ip_address
from bot.smtp.providers import PROVIDERS, provider_of, provider_of_domain, provider_of_mx
from bot.smtp.settings import TLSMode

_SERVICES = {
    # RFC 8314 5.1 wants the first one asked first; the second is RFC 6186's.
    "_submissions._tcp": TLSMode.IMPLICIT,
    "_submission._tcp": TLSMode.STARTTLS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A server for a domain, and why. Names in it come from the DNS: foreign, but well formed."""

    domain: str
    """Of the From address, in A-labels."""
    host: str
    port: int
    tls_mode: TLSMode
    provider: str = "other"
    why: str
    """Sentences for the person."""

    @property
    def usable(self) -> bool:
        """Whether a password, of whatever kind, lets anybody send through it."""
        return PROVIDERS[self.provider].takes_passwords


def domain_of(address: str) -> str | None:
    """Return the domain of a mail address as it was typed, in A-labels; None: it is no address."""
    try:
        return parse_address(address).rpartition("@")[2].lower()
    except InvalidAddress:
        return None


async def suggest(address: str, *, resolver: Resolver, seconds: float) -> Suggestion | None:
    """Return a server for the domain of *address*, as it was typed; None: nothing is known of one.

    The name servers are asked for everything at once, and at most *seconds* long.
    """
    domain = domain_of(address)
    if domain is None:
        return None
    if (suggestion := of_domain(domain)) is not None:
        return suggestion
    async with asyncio.TaskGroup() as group:
        mx = group.create_task(resolver.records(domain, "MX", seconds=seconds))
        services = {
            service: group.create_task(
                resolver.records(f"{service}.{domain}", "SRV", seconds=seconds)
            )
            for service in _SERVICES
        }
    return of_records(
        domain,
        mx=mx.result().found,
        services={service: asked.result().found for service, asked in services.items()},
    )


def of_domain(domain: str) -> Suggestion | None:
    """Return the server of the provider whose own addresses end with *domain*."""
    known = provider_of_domain(domain)
    if known is None:
        return None
    provider, host = known
    return Suggestion(
        domain=domain,
        host=host,
        port=provider.port,
        tls_mode=provider.tls_mode,
        provider=provider.id,
        why=f"{domain} is a domain of {provider.label}.",
    )


def of_records(
    domain: str, *, mx: Sequence[str], services: dict[str, Sequence[str]]
) -> Suggestion | None:
    """Decide by what *domain* publishes, as in a zone file; what makes no sense is passed over.

    A provider that we know by the MX goes first: its server and its needs are certain.
    """
    for name in _preferred(mx):
        if (known := provider_of_mx(name)) is not None:
            provider, host = known
            return Suggestion(
                domain=domain,
                host=host,
                port=provider.port,
                tls_mode=provider.tls_mode,
                provider=provider.id,
                why=f"The mail records of {domain} say that {provider.label} handles its mail.",
            )
    for service, tls_mode in _SERVICES.items():
        if (found := _service(services.get(service, ()))) is not None:
            host, port = found
            owner = provider_of(host)
            return Suggestion(
                domain=domain,
                host=host,
                port=port,
                tls_mode=tls_mode,
                provider=owner.id if owner is not None else "other",
                why=_published(domain, host, owner),
            )
    return None


def _published(domain: str, host: str, owner: Provider | None) -> str:
    why = f"{domain} publishes this server for sending its mail."
    if host == domain or host.endswith(f".{domain}"):
        return why
    if owner is not None:
        return f"{why} It belongs to {owner.label}."
    # RFC 6186 6: whoever forges the answer could otherwise lead the password anywhere.
    return f"{why} It belongs to another domain: use it only if you know it."


def _preferred(mx: Sequence[str]) -> list[str]:
    """Return the names with the lowest preference; the others may be anybody's spare servers."""
    read: list[tuple[int, str]] = []
    for record in mx:
        preference, _, name = record.partition(" ")
        number, host = _number(preference), _host(name)
        if number is not None and host is not None:
            read.append((number, host))
    lowest = min((number for number, _ in read), default=0)
    return sorted({host for number, host in read if number == lowest})


def _service(records: Sequence[str]) -> tuple[str, int] | None:
    """Return target and port of the record with the lowest priority, then the highest weight.

    A target of "." says that the service is not offered (RFC 2782).
    """
    read: list[tuple[int, int, str, int]] = []
    for record in records:
        fields = record.split()
        if len(fields) != 4:
            continue
        priority, weight, port = (_number(each) for each in fields[:3])
        host = _host(fields[3])
        if priority is not None and weight is not None and port and host is not None:
            read.append((priority, -weight, host, port))
    if not read:
        return None
    _, _, host, port = min(read)
    return host, port


def _number(text: str) -> int | None:
    """Read a number of 16 bits."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        return None
    return int(text)


def _host(name: str) -> str | None:
    """Read a full host name as `parse_host` does; an IP address has no place here."""
    try:
        host = parse_host(name)
    except ValueError:
        return None
    return host if "." in host and not is_ip_address(host) else None
