"""Slack's OAuth method: a code or a refresh token becomes an installation's tokens.

https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import encode_basic_auth

from bot.installed import Installation
from bot.slack.api import SlackAPI, SlackFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Exchanges what Slack gave for tokens, as the app that the operator registered."""

    slack: SlackAPI
    client_id: str
    client_secret: str = field(repr=False)

    async def install(self, code: str, *, redirect_uri: str) -> Installation:
        """Return the installation that a one-time *code* stands for. Raises SlackFailure."""
        answer, at = await self._exchange(code=code, redirect_uri=redirect_uri)
        whole = bool(answer.get("is_enterprise_install"))
        team, enterprise = _named(answer.get("team")), _named(answer.get("enterprise"))
        installation = Installation(
            team_id="" if whole else _text(team.get("id")),
            enterprise_id=_text(enterprise.get("id")),
            name=_text((enterprise if whole else team).get("name")),
            bot_token=_text(answer.get("access_token")),
            bot_user_id=_text(answer.get("bot_user_id")),
            installed_by=_text(_named(answer.get("authed_user")).get("id")),
            installed_at=at,
            refresh_token=_text(answer.get("refresh_token")),
            expires_at=_end(answer, at),
        )
        if not (installation.place and installation.bot_token):
            raise SlackFailure("no_bot_token")
        return installation

    async def renew(self, installation: Installation) -> Installation:
        """Return *installation* with new tokens. Raises SlackFailure.

        https://docs.slack.dev/authentication/using-token-rotation
        """
        answer, at = await self._exchange(
            grant_type="refresh_token", refresh_token=installation.refresh_token
        )
        renewed = replace(
            installation,
            bot_token=_text(answer.get("access_token")),
            refresh_token=_text(answer.get("refresh_token")),
            expires_at=_end(answer, at),
        )
        if not renewed.bot_token:
            raise SlackFailure("no_bot_token")
        return renewed

    async def _exchange(self, **grant: str) -> tuple[Mapping[str, Any], datetime]:
        """Return Slack's answer, and when it was given, by Slack's clock."""
        # Not the SDK's own way, which aiohttp deprecates.
        ours = {"Authorization": encode_basic_auth(self.client_id, self.client_secret)}
        # Once: Slack takes a code and a refresh token once.
        client = self.slack.clients.of("").at_once
        answer = await self.slack.ask(client, "oauth.v2.access", {"data": grant, "headers": ours})
        try:
            at = parsedate_to_datetime(str(answer.headers.get("Date"))).astimezone(UTC)
        except ValueError:
            at = datetime.now(UTC)
        return _named(answer.data), at


def _end(answer: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return when the token ends; None: never."""
    seconds = answer.get("expires_in")
    return at + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None


def _named(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""
