"""The doctor's look at Slack: tokens, scopes, and whether our clock agrees with Slack's."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.commands.finding import Finding, fault, well
from bot.config import Config
from bot.credentials import CURES

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

    def __init__(self, word: str, *, headers: Headers) -> None:
        super().__init__(word)
        self.headers = headers


@dataclass(frozen=True, slots=True, kw_only=True)
class BotToken:
    """A bot token that Slack is to be asked about."""

    text: str = field(repr=False)
    name: str
    """What it is called in findings."""
    cure: str
    """What helps when Slack doesn't take it."""


def look_at_slack(config: Config, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask Slack with the environment's tokens, and give what was found."""
    token = BotToken(
        text=config.bot_token,
        name="SLACK_BOT_TOKEN",
        cure=f"Install the app into the workspace again. {CURES['SLACK_BOT_TOKEN']}",
    )
    found = list(look_at_token(config, token, clock=clock))
    yield from found
    if config.app_token and found[0].ok:
        yield look_at_app_token(config, config.app_token)


def look_at_token(
    config: Config, token: BotToken, *, clock: Callable[[], datetime]
) -> Iterator[Finding]:
    """Ask Slack with a bot token, and give what was found."""
    try:
        headers = _ask(config, "auth.test", token.text)
    except _Unreachable as problem:
        yield _unreachable("Slack", config, problem)
        return
    except _Refused as problem:
        yield fault("bot token", f"Slack does not take {token.name} ({problem}).", token.cure)
        return
    yield well("bot token", "Slack takes it.")
    yield _scopes(headers)
    yield _clock(headers, clock())


def look_at_client(config: Config, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask Slack whether it knows the client id and secret, and give what was found.

    With a code that nobody has: Slack looks at id and secret first.
    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    ours = {"client_id": config.client_id, "client_secret": config.client_secret}
    try:
        headers = _ask(config, "oauth.v2.access", "", data={"code": "doctor"}, auth=ours)
    except _Unreachable as problem:
        yield _unreachable("Slack", config, problem)
        return
    except _Refused as problem:
        if str(problem) != "invalid_code":
            yield fault(
                "client id and secret",
                f"Slack does not take SLACK_CLIENT_ID and SLACK_CLIENT_SECRET ({problem}).",
                f"{CURES['SLACK_CLIENT_ID']} {CURES['SLACK_CLIENT_SECRET']}",
            )
            return
        headers = problem.headers
    yield well("client id and secret", "Slack takes them.")
    yield _clock(headers, clock())


def look_at_app_token(config: Config, token: str) -> Finding:
    """Ask Slack for a Socket Mode connection, and give what was found."""
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


def _ask(config: Config, method: str, token: str, **sent: Any) -> Headers:  # noqa: ANN401 - as the SDK names it
    """Call *method* and return the answer's headers, names in lower case.

    Raises _Unreachable, _Refused.
    """
    client = WebClient(
        token=token or None,
        base_url=config.api_url,
        timeout=_TIMEOUT_SECONDS,
        # What it would log stands in our finding.
        logger=logging.Logger("unheard", logging.CRITICAL + 1),  # noqa: LOG001 - nobody's child, so nobody hears it
    )
    try:
        answer = client.api_call(method, **sent)
    except SlackApiError as problem:
        word = str(problem.response.get("error"))
        raise _Refused(word, headers=_lower(problem.response.headers)) from None
    except (SlackClientError, HTTPException, OSError, ValueError) as problem:
        raise _Unreachable(_why(problem)) from None
    return _lower(answer.headers)


def _lower(headers: Mapping[str, object]) -> Headers:
    return {name.lower(): str(value) for name, value in headers.items()}


def _why(problem: Exception) -> str:
    """Return the system's words for *problem*; its own may quote the request, and so the token."""
    cause = getattr(problem, "reason", problem)
    return (isinstance(cause, OSError) and cause.strerror) or type(cause).__name__
