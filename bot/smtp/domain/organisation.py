"""The organisational domain of a domain, by the public suffix list (RFC 7489 3.2)."""

import asyncio
from functools import cache

from publicsuffixlist import PublicSuffixList


async def organisational_domain(domain: str) -> str:
    """Return the domain that somebody registered, of which *domain* is a part or the whole.

    A public suffix is nobody's, and comes back as it is.
    """
    # Reading the list takes some 40 ms, too long for the event loop.
    suffixes = await asyncio.to_thread(_list)
    return suffixes.privatesuffix(domain) or domain


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
