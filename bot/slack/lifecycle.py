"""The app's end in a workspace: what Slack says of it, and the erasure that follows.

The two events come in no fixed order, and may come again: each does what is left to do.
https://docs.slack.dev/reference/events/app_uninstalled, .../tokens_revoked
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.deeds import erased
from bot.slack.installations import StoredInstallations
from bot.slack.replies import Body
from bot.slack.work import Threads, Work
from bot.vault import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleListeners:
    """What answers the events; their fields are what they depend on."""

    threads: Threads
    work: Work
    vault: Vault
    installations: StoredInstallations | None
    """None: one workspace, by the environment's token."""
    clock: Callable[[], datetime]

    async def uninstalled(self, ack: AsyncAck, body: Body) -> None:
        """Answer that the app was removed: erase what belongs to the workspace."""
        await ack()
        self.work.start(self._erase(body), name="uninstall")

    async def revoked(self, ack: AsyncAck, body: Body) -> None:
        """Answer that tokens were revoked: if ours is among them, it is the same as a removal."""
        await ack()
        tokens = (body.get("event") or {}).get("tokens") or {}
        if not tokens.get("bot"):
            return
        if self.installations is None:
            # The operator may just be changing the token in the environment.
            log.warning("Slack revoked the bot token; set SLACK_BOT_TOKEN to the new one")
            return
        self.work.start(self._erase(body), name="revoke")

    async def _erase(self, body: Body) -> None:
        place = place_of(body)
        if not place:
            return
        since = datetime.fromtimestamp(int(body.get("event_time") or 0), UTC)
        gone = await self.threads(
            self.vault.uninstall, place, since=since, event=erased(), at=self.clock()
        )
        if self.installations is not None:
            self.installations.forget(place)
        log.info("uninstalled", place=place, erased=gone)


def place_of(body: Body) -> str:
    """Return the id of the workspace or organisation from which the app was removed."""
    for each in body.get("authorizations") or ():
        if each.get("is_enterprise_install"):
            return str(each.get("enterprise_id") or "")
    return str(body.get("team_id") or body.get("enterprise_id") or "")
