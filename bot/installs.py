"""Where the app is installed, as the vault keeps it, and the erasure at an installation's end."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from bot.installed import Installation, dump_installation, load_installation
from bot.smtp.settings import MailSettings
from storage.audit import Event
from storage.erasure import erase
from storage.errors import InvalidEnvelope, StaleRevision
from storage.keyring import Keys
from storage.records import Record, SealedStore

_SKEW = timedelta(minutes=5)
"""How far our clock may be from Slack's: with more, no request of Slack's gets in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installs:
    """The installations of all workspaces. Every method raises StorageError."""

    engine: Engine
    keyring: Keys
    records: SealedStore[Installation]
    """By the id of the workspace or organisation."""
    memberships: SealedStore[str]
    """By workspaces that have come through an organisation's installation: whose."""
    settings: SealedStore[MailSettings]

    def find(
        self, team_id: str, enterprise_id: str, *, at: datetime
    ) -> Record[Installation] | None:
        """Return what serves a workspace: its own installation, else its organisation's."""
        own = self.records.get(team_id) if team_id else None
        if own is not None:
            return own
        organisation = enterprise_id or self._organisation_of(team_id)
        found = self.records.get(organisation) if organisation else None
        if found is not None and team_id and self._organisation_of(team_id) != organisation:
            self._note_member(team_id, organisation, at=at)
        return found

    def keep(self, installation: Installation, *, event: Event, at: datetime) -> None:
        """Keep an installation, over an older one of the same place."""
        while True:
            known = self.records.get(installation.place)
            with suppress(StaleRevision):  # somebody else did it just now: theirs is the older one
                self.records.put(
                    installation.place,
                    installation,
                    revision=known.revision if known is not None else 0,
                    by=installation.installed_by,
                    at=at,
                    event=event,
                )
                return

    def end(
        self, places: Iterable[str], *, since: datetime, event: Event, at: datetime
    ) -> tuple[str, ...]:
        """Erase the first of *places* that has an installation, else the first; return what was.

        With an organisation go the workspaces that came through it. What was installed after
        *since*, by Slack's clock, stays with all that belongs to it: the news of the end of an
        older installation came late.
        """
        place, installed = self._installed(tuple(filter(None, places)))
        if not place or (installed and self._is_newer(place, since)):
            return ()
        erased = self.end_members(place, self._members(place), since=since, event=event, at=at)
        if not installed and self._is_in_use(place, since):
            return erased
        return (*erased, *self._erase(place, event=event, at=at))

    def end_members(
        self,
        organisation: str,
        members: Iterable[str],
        *,
        since: datetime,
        event: Event,
        at: datetime,
    ) -> tuple[str, ...]:
        """Erase workspaces that an *organisation*'s installation serves no more; return which.

        One that has an installation of its own stays.
        """
        return tuple(
            gone
            for each in members
            if self._organisation_of(each) == organisation
            and not self._has(each)
            and not self._is_in_use(each, since)
            for gone in self._erase(each, event=event, at=at)
        )

    def _installed(self, places: tuple[str, ...]) -> tuple[str, bool]:
        for each in places:
            if self._has(each):
                return each, True
        return (places[0] if places else ""), False

    def _has(self, place: str) -> bool:
        return bool(self.records.names(place))

    def _is_newer(self, place: str, since: datetime) -> bool:
        """Tell whether a place was installed anew after the end *since*."""
        with suppress(InvalidEnvelope):  # what can't be opened must go all the same
            found = self.records.get(place)
            at = found.value.installed_at if found is not None else None
            return at is not None and at > since
        return False

    def _is_in_use(self, workspace: str, since: datetime) -> bool:
        """Tell whether settings were saved after the end *since*: so it was not the end."""
        with suppress(InvalidEnvelope):
            saved = self.settings.get(workspace)
            return saved is not None and saved.changed_at > since + _SKEW
        return False

    def _erase(self, place: str, *, event: Event, at: datetime) -> tuple[str, ...]:
        limits = (f"test:{place}", f"confirm:{place}")
        erased = erase(self.engine, self.keyring, place, limits=limits, event=event, at=at)
        return (place,) if erased else ()

    def _organisation_of(self, team_id: str) -> str:
        member = self.memberships.get(team_id) if team_id else None
        return member.value if member is not None else ""

    def _members(self, organisation: str) -> tuple[str, ...]:
        return tuple(
            each
            for each in self.memberships.workspaces()
            if self._organisation_of(each) == organisation
        )

    def _note_member(self, team_id: str, organisation: str, *, at: datetime) -> None:
        """Remember whose end is the end of this workspace too."""
        known = self.memberships.get(team_id)
        with suppress(StaleRevision):  # another replica did it just now
            self.memberships.put(
                team_id,
                organisation,
                revision=known.revision if known is not None else 0,
                by="slack",
                at=at,
            )


def make_installs(engine: Engine, keyring: Keys, settings: SealedStore[MailSettings]) -> Installs:
    """Make the installations of a database; *settings* are those of its workspaces."""
    return Installs(
        engine=engine,
        keyring=keyring,
        records=SealedStore(
            engine,
            keyring,
            kind="installation",
            dump=dump_installation,
            load=load_installation,
        ),
        memberships=SealedStore(
            engine, keyring, kind="membership", dump=str.encode, load=bytes.decode
        ),
        settings=settings,
    )
