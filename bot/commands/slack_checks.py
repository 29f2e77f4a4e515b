"""The doctor's look at Slack: tokens, scopes, and whether our clock agrees with Slack's."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.commands.finding import Finding, fault, well
from bot.config import Config
from bot.variables import CURES

REQUIRED_SCOPES = frozenset({"commands", "chat:write", "users:read", "users:read.email"})
_WITHOUT = {
    "chat:write.public": "invite the bot to a channel to see a test's stages there live",
    "files:read": "no SSL key can be uploaded in Slack",
    "files:write": "uploaded key files have to be deleted in Slack by hand",
}
OPTIONAL_SCOPES = frozenset(_WITHOUT)
"""As manifest.yml asks for them; a test compares."""

_SKEW = timedelta(seconds=60)
"""Slack's signatures fail at five minutes; a clock that is a minute off is on its way there."""
_TIMEOUT_SECONDS = 10
_REACH = "Slack can't be reached"

Headers = Mapping[str, str]


class _Unreachable(Exception):
    """No answer, or none of Slack's."""


class _Refused(Exception):
    """Slack's answer is no; the text is Slack's word for why."""


def look_at_slack(config: Config, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask Slack with our tokens, and give what was found."""
    try:
        headers = _ask(config, "auth.test", config.bot_token)
    except _Unreachable as problem:
        yield _unreachable("Slack", config, problem)
        return
    except _Refused as problem:
        yield fault(
            "bot token",
            f"Slack does not take SLACK_BOT_TOKEN ({problem}).",
            f"Install the app into the workspace again. {CURES['SLACK_BOT_TOKEN']}",
        )
        return
    yield well("bot token", "Slack takes it.")
    yield _scopes(headers)
    yield _clock(headers, clock())
    if config.app_token:
        yield _app_token(config, config.app_token)


def _app_token(config: Config, token: str) -> Finding:
    try:
        _ask(config, "apps.connections.open", token)
    except _Unreachable as problem:
        return _unreachable("app token", config, problem)
    except _Refused as problem:
        return fault(
            "app token",
            f"Slack does not open a Socket Mode connection for SLACK_APP_TOKEN ({problem}).",
            f"Switch “Socket Mode” on in the app's page. {CURES['SLACK_APP_TOKEN']}",
        )
    return well("app token", "Slack opens Socket Mode connections for it.")


def _scopes(headers: Headers) -> Finding:
    granted = {each.strip() for each in headers.get("x-oauth-scopes", "").split(",")}
    if missing := REQUIRED_SCOPES - granted:
        return fault(
            "scopes",
            f"The bot token lacks {', '.join(sorted(missing))}.",
            "Add them under “OAuth & Permissions”, “Bot Token Scopes”, or paste manifest.yml under "
            "“App Manifest”, then install the app into the workspace again.",
        )
    if lacking := [name for name in _WITHOUT if name not in granted]:
        said = " ".join(f"Without {each}, {_WITHOUT[each]}." for each in lacking)
        return well("scopes", f"All that is needed. {said}")
    return well("scopes", "All of the manifest's.")


def _clock(headers: Headers, now: datetime) -> Finding:
    try:
        skew = now - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return well("clock", "Slack did not say what time it is.")
    seconds = round(abs(skew).total_seconds())
    if abs(skew) > _SKEW:
        direction = "ahead of" if skew > timedelta(0) else "behind"
        return fault(
            "clock",
            f"This machine's clock is {seconds} s {direction} Slack's. At 300 s Slack's requests "
            "are refused.",
            "Set the clock, and keep it right with NTP: timedatectl set-ntp true.",
        )
    return well("clock", f"Within {max(seconds, 1)} s of Slack's.")


def _unreachable(check: str, config: Config, problem: _Unreachable) -> Finding:
    return fault(
        check,
        f"{_REACH} at {config.api_url}: {problem}.",
        "Check this machine's way to the internet, HTTPS_PROXY, and SLACK_API_URL.",
        status=os.EX_UNAVAILABLE,
    )


def _ask(config: Config, method: str, token: str) -> Headers:
    """Call *method* and return the answer's headers, names in lower case.

    Raises _Unreachable, _Refused.
    """
    client = WebClient(
        token=token,
        base_url=config.api_url,
        timeout=_TIMEOUT_SECONDS,
        # What it would log stands in our finding.
        logger=logging.Logger("unheard", logging.CRITICAL + 1),  # noqa: LOG001 - nobody's child, so nobody hears it
    )
    try:
        answer = client.api_call(method)
    except SlackApiError as problem:
        raise _Refused(str(problem.response.get("error"))) from None
    except (SlackClientError, HTTPException, OSError, ValueError) as problem:
        raise _Unreachable(_why(problem)) from None
    return {name.lower(): str(value) for name, value in answer.headers.items()}


def _why(problem: Exception) -> str:
    """Return the system's words for *problem*; its own may quote the request, and so the token."""
    cause = getattr(problem, "reason", problem)
    return (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__
