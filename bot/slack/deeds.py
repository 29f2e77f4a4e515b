"""The deeds that the audit log keeps, and how each is written and read. Pure."""

from datetime import timedelta

from storage.audit import Entry, Event

SAVED = "settings.saved"
TESTED = "test.ended"
CONFIRMED = "test.confirmed"
MISSED = "test.missed"


def saved(user_id: str, *, fields: tuple[str, ...], revision: int) -> Event:
    """Say that settings were saved: which fields changed, never to what."""
    return Event(actor=user_id, action=SAVED, detail={"fields": list(fields), "revision": revision})


def tested(
    user_id: str, *, outcome: str, stage: str | None, cause: str | None, revision: int
) -> Event:
    """Say how a test ended."""
    return Event(
        actor=user_id,
        action=TESTED,
        detail={"outcome": outcome, "stage": stage, "cause": cause, "revision": revision},
    )


def answered(user_id: str, *, arrived: bool, seconds: int) -> Event:
    """Say that somebody told whether a test message arrived, and how long after its acceptance."""
    action = CONFIRMED if arrived else MISSED
    return Event(actor=user_id, action=action, detail={"seconds": seconds})


def fields_of(entry: Entry) -> tuple[str, ...]:
    """Name the fields that a save changed."""
    fields = entry.detail.get("fields")
    return tuple(map(str, fields)) if isinstance(fields, list | tuple) else ()


def revision_of(entry: Entry) -> int:
    """Return the revision that a save made."""
    revision = entry.detail.get("revision")
    return revision if isinstance(revision, int) else 0


def wait_of(entry: Entry) -> timedelta:
    """Return how long after its acceptance a message was spoken of."""
    seconds = entry.detail.get("seconds")
    return timedelta(seconds=seconds if isinstance(seconds, int) else 0)
