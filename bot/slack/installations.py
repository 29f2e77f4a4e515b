"""Where the app is installed: in one workspace by the environment's token, or in many by OAuth."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.installed import Installation
from bot.slack.acting import NotInstalled
from bot.slack.work import Threads
from bot.vault import Vault
from storage.errors import StaleRevision
from storage.records import Record

log = structlog.get_logger(__name__)

_FRESH_SECONDS = 30.0
"""How long another replica may take to see an installation or its end."""
_MOST = 10_000
"""Installations that are remembered: those that were used lately."""
_RENEW_BEFORE = timedelta(hours=2)
"""Slack's tokens that rotate live twelve hours.

https://docs.slack.dev/authentication/using-token-rotation
"""
_ONE_RENEWS = timedelta(minutes=1)


class Installations(Protocol):
    """Finds installations."""

    async def find(self, team_id: str, enterprise_id: str = "") -> Installation:
        """Return what serves a workspace. Raises NotInstalled, StorageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OneInstallation:
    """The workspace whose token is in the environment."""

    installation: Installation

    async def find(self, team_id: str, enterprise_id: str = "") -> Installation:
        """Return the installation, for its own workspace alone. Raises NotInstalled."""
        del enterprise_id
        if team_id != self.installation.team_id:
            raise NotInstalled(team_id)
        return self.installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """New tokens in place of those that expire."""

    bot_token: str
    refresh_token: str
    expires_at: datetime


Renew = Callable[[Installation], Awaitable[Renewed | None]]
"""Exchange a refresh token; None: Slack did not do it just now."""


class StoredInstallations:
    """The installations in the vault, remembered for half a minute.

    A token that rotates is renewed two hours before its end, by one replica.
    """

    def __init__(
        self, vault: Vault, threads: Threads, *, renew: Renew, clock: Callable[[], datetime]
    ) -> None:
        self._vault = vault
        self._threads = threads
        self._renew = renew
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Installation]] = OrderedDict()

    async def find(self, team_id: str, enterprise_id: str = "") -> Installation:
        """Return what serves a workspace: its own installation, else its organisation's.

        Raises NotInstalled, StorageError.
        """
        place = (team_id, enterprise_id)
        at, known = self._known.get(place, (0.0, None))
        if known is not None and time.monotonic() - at <= _FRESH_SECONDS:
            return known
        record = await self._threads(self._look_up, team_id, enterprise_id)
        if record is None:
            self._known.pop(place, None)
            raise NotInstalled(team_id or enterprise_id)
        installation = await self._with_time_left(record)
        self._known[place] = (time.monotonic(), installation)
        self._known.move_to_end(place)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return installation

    def forget(self, place: str) -> None:
        """Ask the vault at the next request of a workspace or organisation."""
        for each in [known for known in self._known if place in known]:
            del self._known[each]

    def _look_up(self, team_id: str, enterprise_id: str) -> Record[Installation] | None:
        if team_id and not enterprise_id:
            member = self._vault.memberships.get(team_id)
            enterprise_id = member.value["organisation"] if member is not None else ""
        for place in filter(None, (team_id, enterprise_id)):
            record = self._vault.installations.get(place)
            if record is None:
                continue
            if team_id and not record.value.team_id:
                self._note_member(team_id, record.value.place)
            return record
        return None

    def _note_member(self, team_id: str, organisation: str) -> None:
        """Remember whose end is the end of this workspace too."""
        if self._vault.memberships.get(team_id) is not None:
            return
        with suppress(StaleRevision):  # another replica did it just now
            self._vault.memberships.put(
                team_id,
                {"organisation": organisation},
                revision=0,
                by="slack",
                at=self._clock(),
            )

    async def _with_time_left(self, record: Record[Installation]) -> Installation:
        """Return the installation with a token that lives on, renewed if need be."""
        found = record.value
        now = self._clock()
        if found.expires_at is None or found.expires_at - now > _RENEW_BEFORE:
            return found
        mine = await self._threads(
            self._vault.deliveries.once,
            f"renew:{found.place}:{record.revision}",
            now=now,
            keep=_ONE_RENEWS,
        )
        if not mine:
            return await self._renewed_elsewhere(record)
        renewed = await self._renew(found)
        if renewed is None:
            return found
        newer = replace(
            found,
            bot_token=renewed.bot_token,
            refresh_token=renewed.refresh_token,
            expires_at=renewed.expires_at,
        )
        try:
            await self._threads(
                self._vault.installations.put,
                found.place,
                newer,
                revision=record.revision,
                by=record.changed_by,
                at=self._clock(),
            )
        except StaleRevision:
            # It was installed anew or removed meanwhile: what is written there counts.
            log.info("an installation changed while its token was renewed")
        return newer

    async def _renewed_elsewhere(self, record: Record[Installation]) -> Installation:
        """Return what another replica is renewing: at once while the old token still lives."""
        place, found = record.value.place, record.value
        for pause in (0.0, 0.2, 0.4, 0.8):
            if found.expires_at is None or found.expires_at > self._clock():
                break
            await asyncio.sleep(pause)
            newer = await self._threads(self._vault.installations.get, place)
            if newer is None:
                raise NotInstalled(place)
            found = newer.value
        return found
