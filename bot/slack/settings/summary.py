"""The private answers of `/mailsettings`: a summary for everyone, the history for admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import Config
from bot.slack.access import Role
from bot.slack.deeds import CONFIRMED, MISSED, SAVED, TESTED, fields_of, key_sentence, wait_of
from bot.slack.words import (
    ADMINS_ONLY,
    Block,
    escape,
    listed,
    mention,
    moment,
    section,
    sections,
    span,
)
from bot.smtp.settings import LABELS, Configuration, MailSettings
from bot.smtp.transcript import Stage
from bot.vault import Vault
from storage.audit import Entry

HELP = (
    "*Mail settings* connect this workspace to a mail server.\n"
    "• `/mailsettings` opens the settings (owners and admins)\n"
    "• `/mailsettings show` says privately what is set up\n"
    "• `/mailsettings keys` lists SSL keys, and takes new ones (owners and admins)\n"
    "• `/mailsettings history` lists who changed what (owners and admins)\n"
    "• `/mailsettings help` shows this text\n"
    "• `/mailtest name@example.com` sends a test message and reports in the channel; "
    "`/mailtest help` says more"
)
_LISTED = 20


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

    def history(self, team_id: str) -> tuple[str, list[Block]]:
        """List the last changes and tests, newest first. Raises StorageError."""
        entries = self.vault.audit.latest(team_id, _LISTED)
        if not entries:
            text = "Nothing was changed or tested yet."
            return text, [section(text)]
        lines = [f"{moment(entry.at)}: {mention(entry.actor)} {_deed(entry)}" for entry in entries]
        return "Who changed what", sections(["*Who changed what*, newest first", *lines])

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
                return f"{_result(entry.detail)} on {moment(entry.at)}"
        return "none yet"


def _deed(entry: Entry) -> str:
    if entry.action == SAVED:
        return "changed " + escape(listed([LABELS.get(name, name) for name in fields_of(entry)]))
    if entry.action == TESTED:
        return f"tested: {_result(entry.detail)}"
    if entry.action in {CONFIRMED, MISSED}:
        came = "arrived" if entry.action == CONFIRMED else "did not arrive"
        return f"said that a test message {came}, {span(wait_of(entry))} after it was sent"
    return key_sentence(entry) or escape(entry.action)


def _result(detail: Mapping[str, Any]) -> str:
    outcome = escape(str(detail.get("outcome")))
    stage = str(detail.get("stage") or "")
    if outcome == "failed" and stage in set(Stage):
        return f"failed at stage {Stage(stage).label}"
    return outcome
