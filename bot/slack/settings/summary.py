"""The private answer of `/mailsettings show`: a summary for everyone."""

from dataclasses import dataclass

from bot.config import Config
from bot.slack.access import Role
from bot.slack.deeds import TESTED
from bot.slack.settings.history_view import result
from bot.slack.words import (
    ADMINS_ONLY,
    Block,
    escape,
    mention,
    moment,
    section,
)
from bot.smtp.settings import LABELS, Configuration, MailSettings
from bot.vault import Vault

HELP = (
    "*Mail settings* connect this workspace to a mail server.\n"
    "• `/mailsettings` opens the settings (owners and admins)\n"
    "• `/mailsettings show` says privately what is set up\n"
    "• `/mailsettings keys` lists SSL keys, and takes new ones (owners and admins)\n"
    "• `/mailsettings history` lists who changed what, and goes back (owners and admins)\n"
    "• `/mailsettings help` shows this text\n"
    "• `/mailtest name@example.com` sends a test message and reports in the channel; "
    "`/mailtest help` says more"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summaries:
    """Reads the vault and words what it says. Called in the vault's threads."""

    vault: Vault
    config: Config

    def summary(self, team_id: str, role: Role) -> tuple[str, list[Block]]:
        """Say what is set up, without username and secret. Raises StorageError."""
        saved = self.vault.settings.get(team_id)
        whom = (
            "Change it with `/mailsettings`."
            if role is Role.ADMIN
            else f"{ADMINS_ONLY} They use `/mailsettings`."
        )
        if saved is None and self.config.default_server is None:
            text = "Mail isn't set up in this workspace yet."
            return text, [section(f"{text} {whom}")]
        settings = (
            saved.value if saved is not None else MailSettings(configuration=Configuration.DEFAULT)
        )
        lines = [
            f"*{LABELS['notifications']}*: {'on' if settings.notifications else 'off'}",
            f"*{LABELS['configuration']}*: {str(settings.configuration).capitalize()}",
            f"*Server*: {escape(self._server(settings))}",
            f"*{LABELS['from_address']}*: {escape(self._from(settings))}",
        ]
        if saved is not None:
            lines.append(
                f"*Last changed*: by {mention(saved.changed_by)} on {moment(saved.changed_at)}"
            )
        lines.append(f"*Last test*: {self._last_test(team_id)}")
        return "Mail settings of this workspace", [section("\n".join(lines)), section(whom)]

    def _server(self, settings: MailSettings) -> str:
        if settings.configuration is Configuration.CUSTOM:
            return f"{settings.host}:{settings.port}"
        server = self.config.default_server
        return f"{server.host}:{server.port}, by the operator" if server else "none any more"

    def _from(self, settings: MailSettings) -> str:
        if settings.configuration is Configuration.CUSTOM:
            return settings.from_address
        return self.config.default_from

    def _last_test(self, team_id: str) -> str:
        for entry in self.vault.audit.latest(team_id, 200):
            if entry.action == TESTED:
                return f"{result(entry)} on {moment(entry.at)}"
        return "none yet"
