"""Which workspace a command is about."""

from bot.commands.console import Stop
from bot.smtp.settings import MailSettings
from bot.vault import Vault
from storage.records import Record

_NO_SETTINGS = "An admin makes them in Slack with /mailsettings."


def choose(vault: Vault, named: str | None) -> str | None:
    """Return the workspace that was *named*, or the only one that has settings; None for none.

    Raises Stop when several have settings.
    """
    if named:
        return named
    found = vault.workspaces()
    if len(found) > 1:
        raise Stop(
            f"Several workspaces have settings: {', '.join(found)}. "
            "Name one of them with --workspace."
        )
    return found[0] if found else None


def settings_of(vault: Vault, named: str | None) -> tuple[str, Record[MailSettings]]:
    """Return a workspace and its settings. Raises Stop when there are none, StorageError."""
    workspace = choose(vault, named)
    if workspace is None:
        raise Stop(f"No workspace has mail settings yet. {_NO_SETTINGS}")
    saved = vault.settings.get(workspace)
    if saved is None:
        raise Stop(f"The workspace {workspace} has no mail settings. {_NO_SETTINGS}")
    return workspace, saved
