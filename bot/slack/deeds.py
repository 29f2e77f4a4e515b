"""The deeds that the audit log keeps, and how each is written and read. Pure."""

from datetime import timedelta

from bot.slack.words import code
from storage.audit import Entry, Event

SAVED = "settings.saved"
TESTED = "test.ended"
INSTALLED = "app.installed"
ERASED = "workspace.erased"
CONFIRMED = "test.confirmed"
MISSED = "test.missed"
KEY_UPLOADED = "key.uploaded"
KEY_RENAMED = "key.renamed"
KEY_REPLACED = "key.replaced"
KEY_DELETED = "key.deleted"
KEY_TRUSTED = "key.trusted"

_KEY_DEEDS = {
    KEY_UPLOADED: "uploaded the SSL key {name}",
    KEY_RENAMED: "renamed the SSL key {before} to {name}",
    KEY_REPLACED: "replaced the SSL key {name}",
    KEY_DELETED: "deleted the SSL key {name}",
    KEY_TRUSTED: "trusted the certificate of {name}",
}


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


def installed(user_id: str) -> Event:
    """Say that the app was installed."""
    return Event(actor=user_id, action=INSTALLED, detail={})


def erased() -> Event:
    """Say that everything was erased because Slack said that the app was removed."""
    return Event(actor="slack", action=ERASED, detail={})


def answered(user_id: str, *, arrived: bool, seconds: int) -> Event:
    """Say that somebody told whether a test message arrived, and how long after its acceptance."""
    action = CONFIRMED if arrived else MISSED
    return Event(actor=user_id, action=action, detail={"seconds": seconds})


def about_key(
    action: str, user_id: str, *, key_id: str, name: str, sha256: str, before: str = ""
) -> Event:
    """Say what was done to an SSL key: its name and fingerprint, never what is in it.

    *before*: its name until then, where it was renamed.
    """
    detail = {"id": key_id, "name": name, "sha256": sha256} | ({"before": before} if before else {})
    return Event(actor=user_id, action=action, detail=detail)


def key_sentence(entry: Entry) -> str | None:
    """Word what was done to an SSL key, in mrkdwn; None: the entry is about something else."""
    words = _KEY_DEEDS.get(entry.action)
    if words is None:
        return None
    known = {each: code(str(entry.detail.get(each) or "")) for each in ("name", "before")}
    return f"{words.format(**known)} (SHA-256 {code(str(entry.detail.get('sha256') or ''))})"


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
