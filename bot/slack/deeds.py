"""The deeds that the audit log keeps, and how each is written and read. Pure."""

from datetime import timedelta

from bot.slack.words import code
from storage.audit import Entry, Event

SAVED = "settings.saved"
IMPORTED = "settings.imported"
SAVES = frozenset({SAVED, IMPORTED})
"""What makes a revision of the settings."""
DELETED = "settings.deleted"
EXPORTED = "settings.exported"
REFUSED = "access.refused"
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

_FORM, _KEYS = "work in the form of mail settings", "change SSL keys"
CHANGING = (
    {"mail_settings": "save mail settings", "go_back": "go back to earlier mail settings"}
    | dict.fromkeys(("password", "password_page"), "give a password")
    | dict.fromkeys(("change_password", "remove_password"), "change the password")
    | dict.fromkeys(("fix_settings", "apply_fix"), "fix mail settings")
    | dict.fromkeys(("trust_certificate", "key_trust"), "trust a certificate")
    | dict.fromkeys(("choose_key", "manage_keys", "upload_key", "key_menu"), _KEYS)
    | dict.fromkeys(("key_upload", "key_rename", "key_delete"), _KEYS)
    | dict.fromkeys(("configuration", "provider", "tls_mode", "anonymous", "notifications"), _FORM)
    | dict.fromkeys(("host", "from_address", "more", "use_suggestion", "send_test"), _FORM)
)
"""The doors to changes, by the ids under which Slack names them, and what is tried there."""

_KEY_DEEDS = {
    KEY_UPLOADED: "uploaded the SSL key {name}",
    KEY_RENAMED: "renamed the SSL key {before} to {name}",
    KEY_REPLACED: "replaced the SSL key {name}",
    KEY_DELETED: "deleted the SSL key {name}",
    KEY_TRUSTED: "trusted the certificate of {name}",
}

_ABOUT_THE_APP = {
    INSTALLED: "installed the app",
    ERASED: "said that the app was removed, and everything was erased",
}


def saved(
    user_id: str,
    *,
    fields: tuple[str, ...],
    revision: int,
    back_to: int = 0,
    exact: bool = False,
    action: str = SAVED,
) -> Event:
    """Say that settings were saved: which fields changed, never to what.

    *back_to*: the earlier revision that stood in the form, saved as it was if *exact*.
    """
    detail: dict[str, list[str] | int | bool] = {"fields": list(fields), "revision": revision}
    if back_to:
        detail |= {"back_to": back_to, "exact": exact}
    return Event(actor=user_id, action=action, detail=detail)


def deleted(user_id: str, *, revision: int) -> Event:
    """Say that the settings were deleted."""
    return Event(actor=user_id, action=DELETED, detail={"revision": revision})


def exported(user_id: str, *, recipient: str, revision: int) -> Event:
    """Say that the settings were sealed for another installation, and for which."""
    return Event(
        actor=user_id, action=EXPORTED, detail={"recipient": recipient, "revision": revision}
    )


def refused(user_id: str, *, door: str) -> Event:
    """Say that somebody who is no admin tried to change something."""
    return Event(actor=user_id, action=REFUSED, detail={"door": door})


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


def other_sentence(entry: Entry) -> str:
    """Word in mrkdwn what has no values; empty: this isn't known here."""
    detail = entry.detail
    match entry.action:
        case action if action == REFUSED:
            tried = CHANGING.get(str(detail.get("door")), "change something")
            return f"was refused: only admins {tried}"
        case action if action == IMPORTED:
            return "imported the settings"
        case action if action == EXPORTED:
            return f"exported the settings for the recipient {code(str(detail.get('recipient')))}"
        case action if action == DELETED:
            return "deleted the settings"
        case _:
            return _ABOUT_THE_APP.get(entry.action, "")


def return_of(entry: Entry) -> tuple[int, bool]:
    """Return the revision that a save went back to, 0 for none, and whether just as it was."""
    former = entry.detail.get("back_to")
    return (former if isinstance(former, int) else 0), entry.detail.get("exact") is True


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
