"""Where the app is installed: in one workspace by the environment's token, or in many by OAuth."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.installed import Installation
from bot.slack.acting import NotInstalled
from bot.slack.api import SlackFailure
from bot.slack.work import Threads, Work
from bot.vault import Vault
from storage.errors import StaleRevision, Unavailable
from storage.records import Record

log = structlog.get_logger(__name__)

_FRESH_SECONDS = 30.0
"""How long another replica may take to see an installation or its end."""
_RENEW_BEFORE = timedelta(hours=2)
"""Slack's tokens that rotate live twelve hours.

https://docs.slack.dev/authentication/using-token-rotation
"""
_ONE_RENEWS = timedelta(minutes=1)
_NEEDED_WITHIN = 1.5
"""Seconds that a request waits for a token in place of one that has ended; Slack waits three."""


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


Renew = Callable[[Installation], Awaitable[Installation]]
"""Give an installation new tokens. Raises SlackFailure."""


class StoredInstallations:
    """The installations in the vault, remembered for half a minute.

    A token that rotates is renewed two hours before its end, by one replica; until the new one is
    there, the old one serves.
    """

    def __init__(  # noqa: PLR0913 - its surroundings, and how they change a token
        self,
        vault: Vault,
        threads: Threads,
        work: Work,
        *,
        renew: Renew,
        clock: Callable[[], datetime],
        again_after: tuple[float, ...],
        remembered: int = 10_000,
    ) -> None:
        self._vault = vault
        self._threads = threads
        self._work = work
        self._renew = renew
        self._clock = clock
        self._again_after = again_after
        self._most = remembered
        self._known: OrderedDict[tuple[str, str], tuple[float, Installation]] = OrderedDict()
        self._renewing: dict[str, asyncio.Event] = {}

    async def find(self, team_id: str, enterprise_id: str = "") -> Installation:
        """Return what serves a workspace: its own installation, else its organisation's.

        Raises NotInstalled, StorageError.
        """
        place = (team_id, enterprise_id)
        at, known = self._known.get(place, (0.0, None))
        if known is not None and time.monotonic() - at <= _FRESH_SECONDS:
            return known
        found = await self._with_time_left(await self._look_up(*place))
        self._known[place] = (time.monotonic(), found)
        self._known.move_to_end(place)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return found

    def forget(self, place: str) -> None:
        """Ask the vault at the next request of a workspace, or of an organisation's workspaces."""
        for each in [
            key for key, (_, known) in self._known.items() if place in (*key, known.place)
        ]:
            del self._known[each]

    async def _look_up(self, team_id: str, enterprise_id: str) -> Record[Installation]:
        record = await self._threads(
            self._vault.installs.find, team_id, enterprise_id, at=self._clock()
        )
        if record is None:
            self._known.pop((team_id, enterprise_id), None)
            raise NotInstalled(team_id or enterprise_id)
        return record

    async def _with_time_left(self, record: Record[Installation]) -> Installation:
        """Return the installation with a token that lives; begin to renew it if need be."""
        found, now = record.value, self._clock()
        if found.expires_at is None or found.expires_at - now > _RENEW_BEFORE:
            return found
        done = self._renewing.get(found.place)
        if done is None:
            done = self._renewing[found.place] = asyncio.Event()
            self._work.start(self._renew_once(record, done), name="renew a token")
        if found.expires_at > now:
            return found
        try:
            await asyncio.wait_for(done.wait(), _NEEDED_WITHIN)
        except TimeoutError:
            return found  # Slack will say what it thinks of it
        newer = await self._threads(self._vault.installs.records.get, found.place)
        if newer is None:
            raise NotInstalled(found.place)
        return newer.value

    async def _renew_once(self, record: Record[Installation], done: asyncio.Event) -> None:
        """Renew a token, unless another replica is about to."""
        try:
            mine = await self._threads(
                self._vault.deliveries.once,
                f"renew:{record.value.place}:{record.revision}",
                now=self._clock(),
                keep=_ONE_RENEWS,
            )
            if not mine:
                await self._renewed_elsewhere(record)
                return
            await self._keep(record, await self._renew(record.value))
        except SlackFailure as failure:
            # The old one serves as long as it lives, and a later request tries again.
            log.warning("a token was not renewed", place=record.value.place, why=failure.error)
        finally:
            self.forget(record.value.place)
            del self._renewing[record.value.place]
            done.set()

    async def _keep(self, record: Record[Installation], renewed: Installation) -> None:
        """Write new tokens down: Slack takes the old refresh token no more."""
        for pause in (0.0, *self._again_after):
            await asyncio.sleep(pause)
            try:
                await self._threads(
                    self._vault.installs.records.put,
                    renewed.place,
                    renewed,
                    revision=record.revision,
                    by=record.changed_by,
                    at=self._clock(),
                )
            except StaleRevision:
                # It was installed anew or removed meanwhile: what is written there counts.
                log.info("an installation changed while its token was renewed")
            except Unavailable as problem:
                log.warning("new tokens were not written down yet", why=str(problem))
                continue
            else:
                log.info("a token was renewed", place=renewed.place)
            return
        log.error("new tokens were lost; the app must be installed again", place=renewed.place)

    async def _renewed_elsewhere(self, record: Record[Installation]) -> None:
        """Wait a moment for another replica's new token."""
        for pause in (0.1, 0.2, 0.4, 0.8):
            await asyncio.sleep(pause)
            newer = await self._threads(self._vault.installs.records.get, record.value.place)
            if newer is None or newer.revision != record.revision:
                return
