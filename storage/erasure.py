"""Erasing a workspace: everything that is kept of it but who did what when."""

from datetime import datetime

from sqlalchemy import Engine, delete, func, or_

from storage import audit
from storage.audit import Event
from storage.database import persistent, writing
from storage.keyring import Keys
from storage.tables import rate_limits, records, runs


@persistent
def erase(
    engine: Engine,
    keyring: Keys,
    workspace: str,
    *,
    limits: tuple[str, ...],
    event: Event,
    at: datetime,
) -> int:
    """Erase the records and runs of *workspace*, and its *limits*: those keys and all below them.

    Return how many records and runs there were. *event* is written down if there were any, so
    that doing it again does nothing. Raises Unavailable, and what `AuditLog.append` raises.
    """
    entry = None
    with writing(engine) as connection:
        ours = delete(records).where(records.c.workspace == workspace, records.c.kind != audit.HEAD)
        found = connection.execute(ours).rowcount
        found += connection.execute(delete(runs).where(runs.c.workspace == workspace)).rowcount
        for each in limits:
            # Not LIKE: an id may hold an underscore.
            below = func.substr(rate_limits.c.key, 1, len(each) + 1) == f"{each}:"
            connection.execute(delete(rate_limits).where(or_(rate_limits.c.key == each, below)))
        if found:
            entry = audit.append(connection, keyring, workspace=workspace, event=event, at=at)
    if entry is not None:
        audit.announce(entry)
    return found
