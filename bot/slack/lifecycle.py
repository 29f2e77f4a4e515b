"""The app's end in a workspace: what Slack says of it, and the erasure that follows.

The events come in no fixed order, and may come again: each does what is left to do. They are
acknowledged when it is done, so that Slack tells again what we could not do.
https://docs.slack.dev/reference/events/app_uninstalled, .../tokens_revoked, .../team_access_revoked
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.deeds import erased
from bot.slack.installations import StoredInstallations
from bot.slack.replies import Body
from bot.slack.work import Threads
from bot.vault import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleListeners:
    """What answers the events; their fields are what they depend on."""

    threads: Threads
    vault: Vault
    installations: StoredInstallations | None
    """None: one workspace, by the environment's token."""
    clock: Callable[[], datetime]

    async def uninstalled(self, ack: AsyncAck, body: Body) -> None:
        """Answer that the app was removed: erase what belongs to the workspace."""
        await self._end(body)
        await ack()

    async def revoked(self, ack: AsyncAck, body: Body) -> None:
        """Answer that tokens were revoked: if ours is among them, it is the same as a removal."""
        tokens = _event(body).get("tokens") or {}
        if tokens.get("bot") and self.installations is not None:
            await self._end(body)
        elif tokens.get("bot"):
            # The operator may just be changing the token in the environment.
            log.warning("Slack revoked the bot token; set SLACK_BOT_TOKEN to the new one")
        await ack()

    async def left(self, ack: AsyncAck, body: Body) -> None:
        """Answer that an organisation took the app out of some of its workspaces."""
        teams = [str(each) for each in _event(body).get("team_ids") or ()]
        gone = await self.threads(
            self.vault.installs.end_members,
            _organisation(body),
            teams,
            since=self._since(body),
            event=erased(),
            at=self.clock(),
        )
        self._forget(teams, gone)
        await ack()

    async def _end(self, body: Body) -> None:
        places = places_of(body)
        gone = await self.threads(
            self.vault.installs.end,
            places,
            since=self._since(body),
            event=erased(),
            at=self.clock(),
        )
        self._forget(places, gone)

    def _forget(self, places: Iterable[str], gone: tuple[str, ...]) -> None:
        if self.installations is not None:
            for each in (*places, *gone):
                self.installations.forget(each)
        log.info("the app's end", places=sorted(places), erased=len(gone))

    def _since(self, body: Body) -> datetime:
        """Return when it happened, by Slack's clock."""
        seconds = body.get("event_time")
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else self.clock()


def places_of(body: Body) -> tuple[str, ...]:
    """Return the ids of what may have ended: the workspace, or the organisation with all of its.

    An installation for a whole organisation may come with the id of one of its workspaces.
    """
    team = str(body.get("team_id") or "")
    organisation = _organisation(body)
    whole = any(each.get("is_enterprise_install") for each in body.get("authorizations") or ())
    places = (team, organisation) if whole or not team else (team,)
    return tuple(dict.fromkeys(filter(None, places)))


def _organisation(body: Body) -> str:
    for each in (body, *(body.get("authorizations") or ())):
        if each.get("enterprise_id"):
            return str(each["enterprise_id"])
    return ""


def _event(body: Body) -> Body:
    event: Body = body.get("event") or {}
    return event
