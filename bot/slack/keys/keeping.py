"""SSL keys in the vault: what may be done to them, each deed with its audit event.

Called in the vault's threads. A stored password is bound to the id of the SSL key that it was given
with. So what an id stands for never changes to anything that could lead the password elsewhere:
only a client key can become another client key (DECISIONS 26).
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.slack.access import Caller, Refused
from bot.slack.deeds import (
    KEY_DELETED,
    KEY_RENAMED,
    KEY_REPLACED,
    KEY_TRUSTED,
    KEY_UPLOADED,
    about_key,
)
from bot.slack.keys.kept import MOST_KEYS, Kept, in_use
from bot.slack.words import code, mention, moment
from bot.smtp.ssl_key_files import trusted_certificate
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind, UnusableKey, parse_key_name
from bot.vault import Vault
from storage.audit import Event
from storage.errors import StaleRevision
from storage.records import Record


class KeyRefused(Refused):
    """This can't be done to an SSL key. The text, in mrkdwn, is for the admin who tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The SSL keys of workspaces. Every method raises StorageError."""

    vault: Vault
    clock: Callable[[], datetime]

    def every(self, team_id: str) -> tuple[Kept, ...]:
        """Return the workspace's SSL keys that can be opened, in the order of their names."""
        return self.listed(team_id)[0]

    def listed(self, team_id: str) -> tuple[tuple[Kept, ...], int]:
        """Return those that can be opened, and how many others there are."""
        used, found = self._used(team_id), self.vault.keys.every(team_id)
        known = [_kept(name, each, used) for name, each in found.items() if each is not None]
        known.sort(key=lambda each: (each.key.name.casefold(), each.id))
        return tuple(known), len(found) - len(known)

    def get(self, team_id: str, key_id: str) -> Kept:
        """Return one SSL key. Raises KeyRefused where it is gone."""
        kept = self._find(team_id, key_id, self._used(team_id))
        if kept is None:
            raise KeyRefused(GONE)
        return kept

    def upload(self, caller: Caller, key: SSLKey) -> Kept:
        """Keep a new SSL key. Raises UnusableKey for its name, KeyRefused for one too many."""
        others = self.every(caller.team_id)
        _check_number(others)
        _check_name(key.name, others)
        return self._put_new(caller, key, KEY_UPLOADED)

    def trust(self, caller: Caller, der: bytes, *, host: str) -> Kept:
        """Trust the certificate in *der* for the server *host*, by whose name it is called.

        One that is trusted for it already is returned as it is. Raises UnusableKey, KeyRefused.
        """
        key = trusted_certificate(der, name=host, host=host)
        others = self.every(caller.team_id)
        for each in others:
            if (each.key.host, each.key.certificates) == (host, key.certificates):
                return each
        _check_number(others)
        named = replace(key, name=_free_name(key.name, others))
        return self._put_new(caller, named, KEY_TRUSTED)

    def rename(self, caller: Caller, key_id: str, *, name: str, revision: int) -> Kept:
        """Give a key another name. Raises UnusableKey for a name that won't do, KeyRefused."""
        kept = self._unchanged(caller, key_id, revision)
        name = parse_key_name(name)
        if name == kept.key.name:
            return kept
        others = [each for each in self.every(caller.team_id) if each.id != key_id]
        _check_name(name, others)
        renamed = replace(kept.key, name=name)
        event = _event(KEY_RENAMED, caller, key_id, renamed, before=kept.key.name)
        return self._put(caller, kept, renamed, event)

    def replace(self, caller: Caller, key_id: str, key: SSLKey, *, revision: int) -> Kept:
        """Put *key* in the place of another, under that one's name. Raises KeyRefused.

        A client key that takes the place of a client key keeps its id, and the settings that use
        it. Any other gets an id of its own, so that no password goes along.
        """
        kept = self._unchanged(caller, key_id, revision)
        key = replace(key, name=kept.key.name)
        if kept.key.kind is SSLKeyKind.CLIENT and key.kind is SSLKeyKind.CLIENT:
            return self._put(caller, kept, key, _event(KEY_REPLACED, caller, key_id, key))
        if kept.used:
            raise KeyRefused(
                f"{code(key.name)} can't be replaced by this file while the mail settings use it: "
                "that would change which servers are believed. Upload the file as a new SSL key, "
                "choose that one as “SSL key” in the mail settings, give the password again and "
                "save. Then delete this one."
            )
        new = self._put_new(caller, key, KEY_REPLACED)
        self.vault.keys.delete(caller.team_id, key_id, at=self.clock())
        return new

    def delete(self, caller: Caller, key_id: str, *, revision: int) -> Kept:
        """Delete a key, and return what it was. Raises KeyRefused, also where it is in use."""
        kept = self._unchanged(caller, key_id, revision)
        if kept.used:
            raise KeyRefused(in_use(kept))
        event = _event(KEY_DELETED, caller, key_id, kept.key)
        self.vault.keys.delete(caller.team_id, key_id, at=self.clock(), event=event)
        return kept

    def _used(self, team_id: str) -> str:
        saved = self.vault.settings.get(team_id)
        return saved.value.ssl_key if saved is not None else ""

    def _find(self, team_id: str, key_id: str, used: str) -> Kept | None:
        record = self.vault.keys.get(team_id, key_id)
        return _kept(key_id, record, used) if record is not None else None

    def _unchanged(self, caller: Caller, key_id: str, revision: int) -> Kept:
        kept = self.get(caller.team_id, key_id)
        if kept.revision != revision:
            raise _overtaken(kept.changed_by, kept.changed_at)
        return kept

    def _put_new(self, caller: Caller, key: SSLKey, action: str) -> Kept:
        now, key_id = self.clock(), secrets.token_hex(8)
        new = Kept(
            id=key_id, key=key, revision=0, changed_by=caller.user_id, changed_at=now, used=False
        )
        return self._put(caller, new, key, _event(action, caller, key_id, key))

    def _put(self, caller: Caller, kept: Kept, key: SSLKey, event: Event) -> Kept:
        now = self.clock()
        try:
            record = self.vault.keys.put(
                caller.team_id,
                key,
                name=kept.id,
                revision=kept.revision,
                by=caller.user_id,
                at=now,
                event=event,
            )
        except StaleRevision as stale:
            raise _overtaken(stale.changed_by, stale.changed_at) from stale
        return replace(
            kept, key=key, revision=record.revision, changed_by=caller.user_id, changed_at=now
        )


def _kept(key_id: str, record: Record[SSLKey], used: str) -> Kept:
    return Kept(
        id=key_id,
        key=record.value,
        revision=record.revision,
        changed_by=record.changed_by,
        changed_at=record.changed_at,
        used=key_id == used,
    )


def _event(action: str, caller: Caller, key_id: str, key: SSLKey, *, before: str = "") -> Event:
    return about_key(
        action,
        caller.user_id,
        key_id=key_id,
        name=key.name,
        sha256=key.leaf.sha256,
        before=before,
    )


def _overtaken(changed_by: str | None, changed_at: datetime | None) -> KeyRefused:
    if changed_by is None or changed_at is None:
        return KeyRefused(GONE)
    return KeyRefused(
        f"{mention(changed_by)} changed this SSL key on {moment(changed_at)}, so nothing was "
        "overwritten. Go back, look at it in the list, and try again if it is still needed."
    )


def _check_number(others: Iterable[Kept]) -> None:
    if len(tuple(others)) >= MOST_KEYS:
        raise KeyRefused(
            f"This workspace has {MOST_KEYS} SSL keys, which is the most. "
            "Delete one that is no longer needed first."
        )


def _check_name(name: str, others: Iterable[Kept]) -> None:
    if name.casefold() in {each.key.name.casefold() for each in others}:
        raise UnusableKey("There is an SSL key of this name already. Choose another name.")


def _free_name(name: str, others: Iterable[Kept]) -> str:
    taken = {each.key.name.casefold() for each in others}
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name[: LONGEST_NAME - 4]} {number}"
    return free


GONE = (
    "This SSL key was deleted or replaced meanwhile, so nothing was changed. "
    "Run `/mailsettings keys` to see what there is."
)
