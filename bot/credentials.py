"""Slack's credentials out of the environment: for one workspace by a token, or many by OAuth."""

import re
from dataclasses import dataclass, field

from bot.environment import Environment
from bot.variables import Unusable

_BOT, _APP, _SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
_ID, _SECRET = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"

CURES = {
    "SLACK_BOT_TOKEN": "Copy the “Bot User OAuth Token” of your app, which begins with xoxb-, from "
    "“OAuth & Permissions” at https://api.slack.com/apps, without quotes or spaces.",
    "SLACK_APP_TOKEN": "Make a token with the scope connections:write under “Basic Information”, "
    "“App-Level Tokens”, at https://api.slack.com/apps. It begins with xapp-.",
    "SLACK_SIGNING_SECRET": "Copy the “Signing Secret” under “Basic Information” at "
    "https://api.slack.com/apps, without quotes or spaces.",
    "SLACK_CLIENT_ID": "Copy the “Client ID” under “Basic Information” at "
    "https://api.slack.com/apps: two numbers with a point between them.",
    "SLACK_CLIENT_SECRET": "Copy the “Client Secret” under “Basic Information” at "
    "https://api.slack.com/apps, without quotes or spaces.",
}
"""Where each of Slack's secrets is found."""

_BOT_TOKEN = re.compile(r"(?:xoxe\.)?xoxb-[A-Za-z0-9._-]+")
_APP_TOKEN = re.compile(r"xapp-[A-Za-z0-9._-]+")
_VISIBLE = re.compile(r"[!#-&(-~]+")  # visible ASCII, no quotes
_ANY_TOKEN = re.compile(r"[\"']?(?P<kind>xapp-|xoxe[.-]|xox[a-z]-)")
_CLIENT_ID = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What Slack knows us by. Empty: not given."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)


def read_credentials(environment: Environment) -> Credentials:
    """Return the credentials; what is wrong or missing becomes a fault of *environment*."""
    bot_token, app_token, signing_secret, client_secret = (
        environment.parsed(name, environment.secret(name), parse, fallback="")
        for name, parse in (
            (_BOT, _bot_token),
            (_APP, _app_token),
            (_SIGNING, _signing_secret),
            (_SECRET, _client_secret),
        )
    )
    client_id = environment.value(_ID, _client_id, fallback="")
    if environment.text(_ID) or environment.has_secret(_SECRET):
        _check_oauth(environment)
    elif not environment.has_secret(_BOT):
        environment.fault(
            _BOT,
            "It is not set.",
            f"{CURES[_BOT]} Or, for installation by many workspaces, set {_ID} and {_SECRET}.",
        )
    if not (environment.has_secret(_APP) or environment.has_secret(_SIGNING)):
        environment.fault(
            _APP,
            f"It is not set, and neither is {_SIGNING}: Slack could not reach the bot.",
            f"For Socket Mode, which needs no public address: {CURES[_APP]} "
            f"Or, for HTTP, set {_SIGNING}: {CURES[_SIGNING]}",
        )
    return Credentials(
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=signing_secret,
        client_id=client_id,
        client_secret=client_secret,
    )


def _check_oauth(environment: Environment) -> None:
    """Note what installation by many workspaces lacks."""
    if environment.has_secret(_BOT):
        environment.fault(
            _BOT,
            f"It is set beside {_ID}: either one workspace is served by its bot token, or many by "
            "their installations.",
            f"Remove {_BOT}, or remove {_ID} and {_SECRET}.",
        )
    for name, other in ((_ID, _SECRET), (_SECRET, _ID)):
        if not environment.has_secret(name):
            environment.fault(name, f"It is not set, but {other} is.", CURES[name])
    if not environment.text("MAILSETTINGS_PUBLIC_URL"):
        environment.fault(
            "MAILSETTINGS_PUBLIC_URL",
            f"It is not set, but {_ID} is: Slack sends people back there when they install.",
            "Set the HTTPS address at which people reach the HTTP listener, and add that address "
            "with /slack/oauth_redirect at its end to the app's “Redirect URLs”.",
        )


def _bot_token(text: str) -> str:
    """Return a bot token, `xoxb-...` or `xoxe.xoxb-...`. Raises Unusable."""
    if not _BOT_TOKEN.fullmatch(text):
        raise Unusable(_what_it_holds(text, "a bot token"), CURES["SLACK_BOT_TOKEN"])
    return text


def _app_token(text: str) -> str:
    """Return an app-level token, `xapp-...`. Raises Unusable."""
    if not _APP_TOKEN.fullmatch(text):
        raise Unusable(_what_it_holds(text, "an app-level token"), CURES["SLACK_APP_TOKEN"])
    return text


def _signing_secret(text: str) -> str:
    """Return a signing secret. Raises Unusable for what is plainly something else."""
    if _ANY_TOKEN.match(text) or not _VISIBLE.fullmatch(text):
        raise Unusable(_what_it_holds(text, "a signing secret"), CURES["SLACK_SIGNING_SECRET"])
    return text


def _client_secret(text: str) -> str:
    """Return a client secret. Raises Unusable for what is plainly something else."""
    if _ANY_TOKEN.match(text) or not _VISIBLE.fullmatch(text):
        raise Unusable(_what_it_holds(text, "a client secret"), CURES["SLACK_CLIENT_SECRET"])
    return text


def _client_id(text: str) -> str:
    """Return a client id, `1234567890.1234567890`. Raises Unusable."""
    if not _CLIENT_ID.fullmatch(text):
        raise Unusable("It is not a client id.", CURES["SLACK_CLIENT_ID"])
    return text


def _what_it_holds(text: str, wanted: str) -> str:
    """Say that *text* isn't *wanted*; of a token only its kind is named."""
    kinds = {"xoxb": "a bot token", "xoxe": "a token", "xapp": "an app-level token"}
    if (match := _ANY_TOKEN.match(text)) and (kind := kinds.get(match["kind"][:4], "")) != wanted:
        return f"It holds {kind or 'another kind of token'}, not {wanted}."
    return f"It is not {wanted}."
