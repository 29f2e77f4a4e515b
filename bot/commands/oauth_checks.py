"""The doctor's look at many workspaces: the app's own credentials, and who has installed it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime

from bot.commands.finding import Finding, failed, fault, well
from bot.commands.slack_checks import BotToken, look_at_app_token, look_at_client, look_at_token
from bot.config import Config
from bot.vault import Vault, VaultClosed, database_exists, open_existing
from storage.errors import StorageError


def look_at_oauth(
    config: Config, *, workspace: str | None, clock: Callable[[], datetime]
) -> Iterator[Finding]:
    """Give what was found; the token of one *workspace* is tried, of none unless it is named."""
    yield well(
        "installing",
        f"People begin at {config.public_url}/slack/install. Under “Redirect URLs” the app needs "
        f"{config.public_url}/slack/oauth_redirect.",
    )
    yield from look_at_client(config, clock=clock)
    if config.app_token:
        yield look_at_app_token(config, config.app_token)
    try:
        if not database_exists(config):
            return
        with closing(open_existing(config)) as vault:
            yield from _installations(config, vault, workspace=workspace, clock=clock)
    except (VaultClosed, StorageError) as problem:
        yield failed("installations", problem)


def _installations(
    config: Config, vault: Vault, *, workspace: str | None, clock: Callable[[], datetime]
) -> Iterator[Finding]:
    places = vault.installs.records.workspaces()
    if not workspace:
        hint = "Name one with --workspace to try its token." if places else ""
        yield well("installations", f"{len(places)}. {hint}".strip())
        return
    found = vault.installs.find(workspace, "", at=clock())
    if found is None:
        text = f"The workspace {workspace} has not installed the app."
        cure = f"Somebody of that workspace opens {config.public_url}/slack/install."
        yield fault("installations", text, cure)
        return
    yield well("installations", f"{len(places)}. {workspace} is served by {found.value.place}.")
    token = BotToken(
        text=found.value.bot_token,
        name=f"the token of {found.value.place}",
        cure=f"Somebody there installs the app again, at {config.public_url}/slack/install.",
    )
    yield from look_at_token(config, token, clock=clock)
