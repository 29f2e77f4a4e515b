"""Moving a workspace to another installation: recipient, export, import; never in the clear."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bot.commands.console import Console, Stop
from bot.commands.export_file import LARGEST_FILE, Export, UnusableExport, read, write
from bot.commands.settings_change import judge, written
from bot.commands.workspace import settings_of
from bot.config import Config
from bot.keyring_source import keyring_place
from bot.slack.deeds import IMPORTED, KEY_UPLOADED, about_key, exported, saved
from bot.slack.words import OPERATOR
from bot.smtp.fields import parse_password
from bot.smtp.settings import InvalidSettings, MailSettings, changed_fields
from bot.smtp.ssl_keys import MOST_KEYS, SSLKey, UnusableKey, parse_key_name
from bot.vault import Vault, find_keyring
from storage.errors import InvalidEnvelope, InvalidRecipient, StaleRevision, UnknownRecipient
from storage.keyring import Keyring
from storage.recipient import Recipient
from storage.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an import was asked for."""

    file: Path
    workspace: str | None
    replace: bool
    dry_run: bool


def show_recipient(config: Config, console: Console) -> int:
    """Print for whom another installation seals an export. Raises Stop, VaultClosed."""
    console.say(str(Recipient.of(_keyring(config))))
    return os.EX_OK


def export(
    vault: Vault, console: Console, *, workspace: str | None, recipient: str, file: Path
) -> int:
    """Write a workspace's settings, password and SSL keys, sealed. Raises Stop, StorageError."""
    team_id, record = settings_of(vault, workspace)
    whom = _recipient(recipient)
    keys = vault.usable_ssl_keys(team_id)
    if lost := vault.ssl_keys(team_id).keys() - keys.keys():
        raise Stop(
            f"Nothing was written: {len(lost)} of the SSL keys can't be opened with this keyring. "
            "Put the encryption key that they need back into it, then export again; "
            "`mailsettings db check` names that key."
        )
    try:
        text = write(Export(workspace=team_id, settings=record.value, keys=keys), whom)
    except (InvalidRecipient, ValueError) as problem:
        raise Stop(f"{problem} Nothing was written.", os.EX_USAGE) from None
    event = exported(OPERATOR, recipient=whom.id, revision=record.revision)
    with _new_file(file) as stream:
        # First: nothing leaves that isn't written down.
        vault.audit.append(team_id, event, at=datetime.now(UTC))
        stream.write(text)
    console.say(
        f"Wrote {file}: the settings of workspace {team_id}, revision {record.revision}, with "
        f"their password and {_count(keys)}, sealed for the recipient {whom.id}.\n"
        f"There: mailsettings settings import {file.name}. The settings here stay as they are."
    )
    return os.EX_OK


def import_(vault: Vault, config: Config, console: Console, asked: Asked) -> int:
    """Take in what another installation exported. Raises Stop, VaultClosed, StorageError."""
    found = _opened(asked.file, _keyring(config))
    _check(found, config)
    team_id = _target(vault, found, asked.workspace)
    before = vault.settings.get(team_id)
    new = _new_keys(vault, team_id, found.keys)
    console.say(
        f"{asked.file} has the settings of workspace {found.workspace}, "
        f"with {'a' if found.settings.password else 'no'} password and {_count(found.keys)}."
    )
    for line in written(found.settings, found.keys):
        console.say(f"  {line}")
    _refuse_to_replace(before, team_id, asked=asked)
    if asked.dry_run:
        console.say(f"Nothing was changed. Without --dry-run this goes to workspace {team_id}.")
        return os.EX_OK
    for name, key in new.items():
        _keep_key(vault, team_id, name, key)
    now, revision = datetime.now(UTC), before.revision if before else 0
    fields = changed_fields(before.value if before else MailSettings(), found.settings)
    event = saved(OPERATOR, fields=fields, revision=revision + 1, action=IMPORTED)
    try:
        vault.settings.put(
            team_id, found.settings, revision=revision, by=OPERATOR, at=now, event=event
        )
    except StaleRevision:
        raise Stop(
            f"Somebody saved the settings of workspace {team_id} meanwhile, so they were left as "
            "they are. Look at them with `mailsettings settings show`, then import again.",
            os.EX_TEMPFAIL,
        ) from None
    console.say(f"Saved as revision {revision + 1} of workspace {team_id}.")
    return os.EX_OK


def _keyring(config: Config) -> Keyring:
    if found := find_keyring(config):
        return found
    raise Stop(
        f"There is no keyring at {keyring_place(config)}. Make one: mailsettings keyring new"
    )


def _recipient(text: str) -> Recipient:
    """Read a recipient, or the file that holds one. Raises Stop."""
    if not text.startswith("mskx1_"):
        try:
            with Path(text).open(encoding="ascii") as file:
                text = file.read(200)
        except (OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is no text"
            raise Stop(f"The recipient's file {text} can't be read: {why}.", os.EX_USAGE) from None
    try:
        return Recipient.parse(text.strip())
    except InvalidRecipient as problem:
        raise Stop(str(problem), os.EX_USAGE) from None


@contextmanager
def _new_file(file: Path) -> Iterator[TextIO]:
    """Give a new file of mode 0600, which is gone again if the block fails. Raises Stop."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Stop(f"There is already a file {file}. It stays as it is; name another.") from None
    except OSError as problem:
        raise Stop(f"The file {file} can't be made: {problem.strerror}.") from problem
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            yield stream
    except BaseException as problem:
        file.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise Stop(f"The file {file} can't be written: {problem.strerror}.") from problem
        raise


def _opened(file: Path, keyring: Keyring) -> Export:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
        return read(content[:LARGEST_FILE].decode("ascii"), keyring)
    except OSError as problem:
        raise Stop(f"The file {file} can't be read: {problem.strerror}.", os.EX_USAGE) from problem
    except UnicodeDecodeError:
        raise Stop(f"The file {file} is no export of this program.", os.EX_USAGE) from None
    except (UnusableExport, UnknownRecipient, InvalidEnvelope) as problem:
        raise Stop(f"{file}: {problem} Nothing was changed.", os.EX_USAGE) from None


def _check(found: Export, config: Config) -> None:
    """Raise Stop for settings against our rules: whoever knows the recipient can seal anything."""
    settings = found.settings
    try:
        for each in found.keys.values():
            if parse_key_name(each.name) != each.name:
                raise UnusableKey("A name of an SSL key isn't as this program writes it.")
        judged = judge(settings, {}, config=config, keys=found.keys)
        if replace(judged, password=settings.password) != settings:
            raise Stop("The settings in the file aren't as this program writes them.")
        if settings.password is not None:
            parse_password(settings.password.value)
    except InvalidSettings as invalid:
        told = " ".join(invalid.errors.values())
        raise Stop(f"These settings can't be used here: {told} Nothing was changed.") from None
    except ValueError as problem:
        raise Stop(f"{problem} Nothing was changed.") from None


def _target(vault: Vault, found: Export, named: str | None) -> str:
    known = vault.workspaces()
    if named or not known or found.workspace in known:
        return named or found.workspace
    raise Stop(
        f"The file has the settings of workspace {found.workspace}, and this installation serves "
        f"{', '.join(known)}. Say with --workspace whose settings these are to be.",
        os.EX_USAGE,
    )


def _refuse_to_replace(before: Record[MailSettings] | None, team_id: str, *, asked: Asked) -> None:
    if before is None or asked.replace:
        return
    raise Stop(
        f"Workspace {team_id} has settings already, revision {before.revision}. They stay as they "
        "are; to save these in their place, say --replace."
    )


def _new_keys(vault: Vault, team_id: str, keys: Mapping[str, SSLKey]) -> dict[str, SSLKey]:
    """Return the keys that aren't there yet. Raises Stop for one that is there as another.

    A password is bound to a key's id, and what an id stands for never changes (DECISIONS 26).
    """
    there = vault.ssl_keys(team_id)
    for name, key in keys.items():
        if name not in there:
            continue
        known = there[name]
        if known is None:
            raise Stop(
                f"The SSL key “{key.name}” is here already and can't be opened with this keyring. "
                "Put the encryption key that it needs back into it, then import again; "
                "`mailsettings db check` names that key."
            )
        if known != replace(key, name=known.name):
            raise Stop(
                f"The SSL key “{key.name}” is here already under the same id with another content. "
                "Delete that one in Slack with /mailsettings keys, then import again."
            )
    new = {name: key for name, key in keys.items() if name not in there}
    if len(there) + len(new) > MOST_KEYS:
        raise Stop(
            f"With these there would be more than {MOST_KEYS} SSL keys. Delete some in Slack with "
            "/mailsettings keys, then import again."
        )
    return new


def _keep_key(vault: Vault, team_id: str, name: str, key: SSLKey) -> None:
    event = about_key(KEY_UPLOADED, OPERATOR, key_id=name, name=key.name, sha256=key.leaf.sha256)
    now = datetime.now(UTC)
    try:
        vault.keys.put(team_id, key, name=name, revision=0, by=OPERATOR, at=now, event=event)
    except StaleRevision:
        raise Stop(
            "Somebody changed the SSL keys meanwhile. Import again.", os.EX_TEMPFAIL
        ) from None


def _count(keys: Mapping[str, SSLKey]) -> str:
    return f"{len(keys)} SSL key{'' if len(keys) == 1 else 's'}"
