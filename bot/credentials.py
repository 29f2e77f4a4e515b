"""Slack's credentials out of the environment: for one workspace by a token, or many by OAuth."""

from dataclasses import dataclass, field

from bot import variables
from bot.environment import Environment

_BOT, _APP, _SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
_ID, _SECRET = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"


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
            (_BOT, variables.bot_token),
            (_APP, variables.app_token),
            (_SIGNING, variables.signing_secret),
            (_SECRET, variables.client_secret),
        )
    )
    client_id = environment.value(_ID, variables.client_id, fallback="")
    if environment.text(_ID) or environment.has_secret(_SECRET):
        _check_oauth(environment)
    elif not environment.has_secret(_BOT):
        environment.fault(
            _BOT,
            "It is not set.",
            f"{variables.CURES[_BOT]} Or, for installation by many workspaces, set {_ID} and "
            f"{_SECRET}.",
        )
    if not (environment.has_secret(_APP) or environment.has_secret(_SIGNING)):
        environment.fault(
            _APP,
            f"It is not set, and neither is {_SIGNING}: Slack could not reach the bot.",
            f"For Socket Mode, which needs no public address: {variables.CURES[_APP]} "
            f"Or, for HTTP, set {_SIGNING}: {variables.CURES[_SIGNING]}",
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
            environment.fault(name, f"It is not set, but {other} is.", variables.CURES[name])
    if not environment.text("MAILSETTINGS_PUBLIC_URL"):
        environment.fault(
            "MAILSETTINGS_PUBLIC_URL",
            f"It is not set, but {_ID} is: Slack sends people back there when they install.",
            "Set the HTTPS address at which people reach the HTTP listener, and add that address "
            "with /slack/oauth_redirect at its end to the app's “Redirect URLs”.",
        )
