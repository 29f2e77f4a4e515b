"""For which installation we act. Set by a request's authorisation and by work of our own.

It goes with the context (PEP 567) to all work that a request begins, so that no call can forget it,
and a call outside of any request has no token at all.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from bot.installed import Installation

_ACTING: ContextVar[Installation | None] = ContextVar("installation", default=None)


Act = Callable[[str], Awaitable[None]]
"""Begin to act for a workspace, by its id. Raises NotInstalled, StorageError."""


class NotInstalled(LookupError):
    """The app isn't installed there, or not any more."""


def acting() -> Installation:
    """Return the installation that we act for. Raises NotInstalled outside of any."""
    found = _ACTING.get()
    if found is None:
        raise NotInstalled("no request is being answered")
    return found


def act_for(installation: Installation | None) -> None:
    """Act for *installation* from here on, in this task and in those that it begins."""
    _ACTING.set(installation)
