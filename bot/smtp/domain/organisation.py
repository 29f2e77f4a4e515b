"""The organisational domain of a domain, by the public suffix list (RFC 7489 3.2)."""

import asyncio
from functools import cache

from publicsuffixlist import PublicSuffixList


async def registered_domain(domain: str) -> str | None:
    """Return the domain that somebody registered, of which *domain* is a part or the whole.

    None: *domain* is a public suffix, which is nobody's.
    """
    # Reading the list takes some 40 ms, too long for the event loop.
    suffixes = await asyncio.to_thread(_list)
    return suffixes.privatesuffix(domain)


async def organisational_domain(domain: str) -> str:
    """Return the registered domain, and a public suffix as it is."""
    return await registered_domain(domain) or domain


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
