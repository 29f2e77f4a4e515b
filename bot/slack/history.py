"""What happened: the audit log entry by entry, with what each save changed from what to what.

The log itself has no content. Values come from the sealed revisions beside it, and one counts for
an entry only if the same person wrote both at the same moment: numbers begin anew when settings
were deleted. Called in the vault's threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.changes import Change, changes
from bot.slack.deeds import SAVES, fields_of, revision_of
from bot.smtp.settings import MailSettings
from bot.vault import Vault
from storage.audit import Entry
from storage.errors import InvalidEnvelope, UnknownKey
from storage.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An entry of the audit log, and what is known beside it."""

    entry: Entry
    changes: tuple[Change, ...] = ()
    """Of a save."""
    returnable: int = 0
    """The revision that can be gone back to; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Reads what happened. Every method raises Unavailable."""

    vault: Vault

    def read(self, team_id: str, limit: int, *, before: int | None = None) -> tuple[Happening, ...]:
        """Return at most *limit* happenings, the newest first; *before*: older than that number."""
        entries = self.vault.audit.latest(team_id, limit, before=before)
        return tuple(self._told(team_id, entries))

    def revision(self, team_id: str, number: int) -> Record[MailSettings] | None:
        """Return a former revision; None: it isn't kept, or can't be opened."""
        try:
            return self.vault.revisions.get(team_id, str(number))
        except (InvalidEnvelope, UnknownKey):
            return None

    def _told(self, team_id: str, entries: tuple[Entry, ...]) -> Iterator[Happening]:
        if not any(each.action in SAVES for each in entries):
            yield from (Happening(entry=each) for each in entries)
            return
        keys, newest = self._key_names(team_id), self._newest(team_id)
        for each in entries:
            if each.action not in SAVES:
                yield Happening(entry=each)
                continue
            number = revision_of(each)
            saved = self.revision(team_id, number)
            if saved and (saved.changed_at, saved.changed_by) != (each.at, each.actor):
                saved = None
            former = self.revision(team_id, number - 1) if saved else None
            yield Happening(
                entry=each,
                changes=changes(
                    fields_of(each),
                    before=former.value if former else None,
                    after=saved.value if saved else None,
                    keys=keys,
                ),
                returnable=number if saved and number != newest else 0,
            )

    def _key_names(self, team_id: str) -> dict[str, str]:
        return {key_id: key.name for key_id, key in self.vault.usable_ssl_keys(team_id).items()}

    def _newest(self, team_id: str) -> int:
        try:
            saved = self.vault.settings.get(team_id)
        except (InvalidEnvelope, UnknownKey):
            return 0
        return saved.revision if saved is not None else 0
