"""An SSL key as it is kept, and when it must stay. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.slack.words import code
from bot.smtp.ssl_keys import SSLKey

MOST_KEYS = 50
"""Of one workspace: what a view can list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An SSL key, its id and revision, and where it is used."""

    id: str
    key: SSLKey
    revision: int
    changed_by: str
    changed_at: datetime
    used: bool
    """The workspace's mail settings have it as "SSL key"."""


def in_use(kept: Kept) -> str:
    """Say why a key can't be deleted, and what to do first, in mrkdwn."""
    return (
        f"{code(kept.key.name)} can't be deleted: the mail settings of this workspace use it as "
        "“SSL key”. Choose another one or “None” there and save; then it can be deleted."
    )
