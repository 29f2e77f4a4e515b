"""`mailsettings settings`: shows a workspace's mail settings, and takes their password."""

import os
from dataclasses import fields, replace
from datetime import UTC, datetime

from bot.commands.console import Console, Stop, day
from bot.commands.workspace import settings_of
from bot.config import Config
from bot.slack.deeds import saved
from bot.slack.words import OPERATOR
from bot.smtp.fields import parse_password
from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import LABELS, Configuration, MailSettings, Password, TLSMode
from bot.smtp.ssl_keys import SSLKey
from bot.vault import Vault
from storage.errors import StaleRevision


def show(vault: Vault, console: Console, *, workspace: str | None, as_json: bool) -> int:
    """Show everything but the password. Raises Stop, StorageError."""
    team_id, record = settings_of(vault, workspace)
    settings = record.value
    key = vault.ssl_key_of(team_id, settings)
    if as_json:
        values = {each.name: getattr(settings, each.name) for each in fields(settings)}
        password = settings.password
        values["ssl_key"] = {"id": settings.ssl_key} if settings.uses_ssl_key else None
        if key is not None:
            values["ssl_key"] |= {
                "name": key.name,
                "kind": key.kind,
                "not_after": key.leaf.not_after.isoformat(),
                "sha256": key.leaf.sha256,
            }
        values["password"] = password and {
            "set_by": password.set_by,
            "set_at": password.set_at.isoformat(),
            "usable": settings.usable_password is not None,
        }
        console.document(
            {
                "workspace": team_id,
                "revision": record.revision,
                "changed_by": record.changed_by,
                "changed_at": record.changed_at.isoformat(),
                "settings": values,
            }
        )
        return os.EX_OK
    console.say(
        f"Workspace {team_id}, revision {record.revision}, "
        f"saved by {record.changed_by} on {day(record.changed_at)}"
    )
    for name, text in _shown(settings, key).items():
        console.say(f"  {LABELS[name]}: {text or 'not set'}")
    return os.EX_OK


def set_password(vault: Vault, config: Config, console: Console, *, workspace: str | None) -> int:
    """Take a new password for the server in the settings. Raises Stop, StorageError.

    It serves just the server, port, protocol, user name and SSL key that are saved now.
    """
    team_id, record = settings_of(vault, workspace)
    settings = record.value
    _refuse_where_none_goes(settings, config)
    where = f"{settings.username} at {settings.host}:{settings.port}, {settings.tls_mode.label}"
    console.complain(f"Workspace {team_id}: the password of {where}")
    try:
        value = parse_password(
            console.secret("New password"), provider=settings.provider, host=settings.host
        )
    except ValueError as problem:
        raise Stop(f"{problem} Nothing was changed.", os.EX_USAGE) from None
    now = datetime.now(UTC)
    password = Password(value=value, destination=settings.destination, set_by=OPERATOR, set_at=now)
    try:
        vault.settings.put(
            team_id,
            replace(settings, password=password),
            revision=record.revision,
            by=OPERATOR,
            at=now,
            event=saved(OPERATOR, fields=("password",), revision=record.revision + 1),
        )
    except StaleRevision as stale:
        who = stale.changed_by or "somebody"
        raise Stop(
            f"{who} changed the settings meanwhile, so nothing was saved. Look at them with "
            "`mailsettings settings show`, then give the password again.",
            os.EX_TEMPFAIL,
        ) from None
    console.say(f"Saved: the password of {where}. Try it with `mailsettings test ADDRESS`.")
    return os.EX_OK


def _refuse_where_none_goes(settings: MailSettings, config: Config) -> None:
    """Raise Stop for settings under which no password is ever sent."""
    if settings.configuration is Configuration.DEFAULT:
        raise Stop(
            "This workspace uses the operator's mail service. Its password is a part of "
            "MAILSETTINGS_DEFAULT_SMTP_URL."
        )
    if settings.anonymous:
        raise Stop(
            "This workspace connects anonymously, without a password. An admin changes that in "
            f"Slack with /mailsettings, “{LABELS['anonymous']}”."
        )
    if not config.policy.may_send_password(settings.host, settings.tls_mode):
        raise Stop(
            f"This workspace uses “{TLSMode.NONE.label}”, over which no password is sent. An "
            f"admin changes that in Slack with /mailsettings, “{LABELS['tls_mode']}”."
        )


def _shown(settings: MailSettings, key: SSLKey | None) -> dict[str, str]:
    """Return the texts of the fields that apply, in the order of the form."""
    custom = settings.configuration is Configuration.CUSTOM
    own = {
        "provider": PROVIDERS[settings.provider].label,
        "host": settings.host,
        "port": str(settings.port),
        "tls_mode": settings.tls_mode.label,
        "anonymous": "yes" if settings.anonymous else "no",
    }
    account = {"username": settings.username, "password": _password(settings)}
    return {
        "notifications": "on" if settings.notifications else "off",
        "configuration": settings.configuration.value.capitalize(),
        **(own if custom else {}),
        **(account if custom and not settings.anonymous else {}),
        **({"ssl_key": _ssl_key(key)} if settings.uses_ssl_key else {}),
        **({"from_address": settings.from_address} if custom else {}),
        "sender_name": settings.sender_name,
        "reply_to": settings.reply_to,
        **({"helo_name": settings.helo_name} if custom else {}),
        "test_policy": settings.test_policy.label,
    }


def _ssl_key(key: SSLKey | None) -> str:
    if key is None:
        return "deleted, or it can't be opened: choose another one in Slack with /mailsettings"
    return f"{key.name} ({key.kind.label}, valid until {day(key.leaf.not_after)})"


def _password(settings: MailSettings) -> str:
    if settings.password is None:
        return ""
    text = f"set by {settings.password.set_by} on {day(settings.password.set_at)}"
    if settings.usable_password is None:
        text += ", for another destination: it must be given again"
    return text
