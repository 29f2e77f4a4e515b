"""`mailsettings settings set` and `delete`: an operator's changes, by the rules of the form."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.commands.console import Console, Stop
from bot.commands.workspace import choose, settings_of
from bot.config import Config
from bot.slack.changes import shown_value
from bot.slack.deeds import deleted, saved
from bot.slack.words import OPERATOR
from bot.smtp.fields import check_password, read_form
from bot.smtp.settings import LABELS, InvalidSettings, MailSettings, changed_fields
from bot.smtp.ssl_keys import NO_KEY, SSLKey
from bot.vault import Vault
from storage.errors import StaleRevision

_BOXES = ("notifications", "anonymous")
_WORDS = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
_FIELDS = tuple(name for name in LABELS if name not in {"password", "test_address"})


def set_(
    vault: Vault, config: Config, console: Console, *, workspace: str | None, pairs: Iterable[str]
) -> int:
    """Change fields, each `name=value`. Raises Stop, StorageError."""
    wanted = dict(map(_pair, pairs))
    team_id = choose(vault, workspace)
    if team_id is None:
        raise Stop("No workspace has mail settings yet. Say with --workspace whose these are.")
    record = vault.settings.get(team_id)
    before = record.value if record else MailSettings()
    revision = record.revision if record else 0
    try:
        after = judge(before, wanted, config=config, keys=vault.usable_ssl_keys(team_id))
    except InvalidSettings as invalid:
        told = "\n".join(f"  {name}: {each}" for name, each in invalid.errors.items())
        raise Stop(f"Nothing was changed:\n{told}", os.EX_USAGE) from None
    fields = changed_fields(before, after)
    if record and not fields:
        console.say("Nothing was changed: that is what is saved.")
        return os.EX_OK
    event = saved(OPERATOR, fields=fields, revision=revision + 1)
    try:
        vault.settings.put(
            team_id, after, revision=revision, by=OPERATOR, at=datetime.now(UTC), event=event
        )
    except StaleRevision as stale:
        raise Stop(
            f"{stale.changed_by or 'Somebody'} changed the settings meanwhile, so nothing was "
            "saved. Look at them with `mailsettings settings show`, then try again.",
            os.EX_TEMPFAIL,
        ) from None
    console.say(f"Saved as revision {revision + 1} of workspace {team_id}.")
    for name in fields:
        console.say(f"  {LABELS[name]}: {shown_value(before, name)} → {shown_value(after, name)}")
    if check_password(after, may_send_password=True):
        console.say(
            "The password for this server is missing, or was given for another one: "
            "mailsettings settings set-password"
        )
    return os.EX_OK


def delete(vault: Vault, console: Console, *, workspace: str | None, sure: bool) -> int:
    """Delete a workspace's settings, once the operator agreed. Raises Stop, StorageError."""
    team_id, record = settings_of(vault, workspace)
    if not sure and not console.agrees(
        f"Delete the settings of workspace {team_id}, revision {record.revision}, with their "
        "password and all earlier revisions?"
    ):
        raise Stop("Nothing was deleted. To delete without this question, say --yes.", os.EX_USAGE)
    event = deleted(OPERATOR, revision=record.revision)
    if not vault.settings.delete(team_id, at=datetime.now(UTC), event=event):
        raise Stop("Somebody deleted them meanwhile.", os.EX_TEMPFAIL)
    console.say(
        f"Deleted the settings of workspace {team_id}, and what was saved earlier. Its SSL keys "
        "stay, and the audit log says who did what."
    )
    return os.EX_OK


def judge(
    before: MailSettings,
    changes: Mapping[str, Any],
    *,
    config: Config,
    keys: Mapping[str, SSLKey],
) -> MailSettings:
    """Return *before* with *changes*, by the rules of the form. Raises InvalidSettings.

    A password that doesn't serve any more is no complaint: only the operator can give it, once
    the settings are saved.
    """
    form: dict[str, Any] = {name: getattr(before, name) for name in _BOXES}
    form |= {name: str(getattr(before, name)) for name in _FIELDS if name not in _BOXES}
    form["ssl_key"] = before.ssl_key or NO_KEY
    after = read_form(
        form | dict(changes),
        before=before,
        default_offered=config.default_server is not None,
        keys=keys,
    )
    allowed = config.policy.may_send_password(after.host, after.tls_mode)
    complaints = check_password(after, may_send_password=allowed)
    if "tls_mode" in complaints and not allowed:
        raise InvalidSettings({"tls_mode": complaints["tls_mode"]})
    return after


def written(settings: MailSettings, keys: Mapping[str, SSLKey]) -> Iterator[str]:
    """Give a line for each field; of a password, whether there is one."""
    for name in LABELS:
        if name == "ssl_key":
            key = keys.get(settings.ssl_key)
            yield f"{LABELS[name]}: {key.name if key else 'None'}"
        elif name != "test_address":
            yield f"{LABELS[name]}: {shown_value(settings, name)}"


def _pair(text: str) -> tuple[str, str | bool]:
    name, is_pair, value = text.partition("=")
    if name == "password":
        raise Stop(
            "A password doesn't belong on a command line, where others can read it: "
            "mailsettings settings set-password asks for it. Nothing was changed.",
            os.EX_USAGE,
        )
    if not is_pair or name not in _FIELDS:
        raise Stop(f"Write FIELD=VALUE. The fields are {', '.join(_FIELDS)}.", os.EX_USAGE)
    if name not in _BOXES:
        return name, value
    if value.lower() not in _WORDS:
        raise Stop(f"{name} is on or off.", os.EX_USAGE)
    return name, _WORDS[value.lower()]
