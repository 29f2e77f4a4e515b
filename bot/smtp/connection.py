"""Tries a host's addresses one after another, and tells how each of them fared."""

import asyncio
import errno
from collections.abc import Sequence

from bot.smtp.wire import ConversationEnded, Wire

_REFUSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED})

_TELLING = ("tcp-refused", "tcp-timeout", "ipv6-or-routing")
"""What tells most about the server comes first: no route may be our own lack of IPv6."""


async def connect(
    addresses: Sequence[str], port: int, *, seconds_each: float, until: float
) -> tuple[Wire, str]:
    """Return the first connection, and a line on it and on the failures before it.

    An address has *seconds_each*, all of them have until the loop's time *until*. No two are
    tried at once, so that each has a result of its own. Raises ConversationEnded.
    """
    loop = asyncio.get_running_loop()
    causes: list[str] = []
    fared: list[str] = []
    for address in addresses:
        if causes and loop.time() >= until:
            fared.append(f"no time was left for {len(addresses) - len(causes)} more")
            break
        try:
            async with asyncio.timeout_at(min(loop.time() + seconds_each, until)):
                wire = await Wire.connect(address, port)
        except OSError as problem:
            cause, words = _meaning(problem)
            causes.append(cause)
            fared.append(f"{address} {words}")
        else:
            return wire, "; ".join([f"Connected to {address}", *fared])
    cause = min(causes, key=_TELLING.index)
    raise ConversationEnded(cause, f"No connection to port {port}: {'; '.join(fared)}.")


def _meaning(problem: OSError) -> tuple[str, str]:
    if isinstance(problem, TimeoutError):
        return "tcp-timeout", "didn't answer"
    if problem.errno in _REFUSED:
        return "tcp-refused", "refused"
    return "ipv6-or-routing", "can't be reached from here"
