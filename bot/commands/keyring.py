"""`mailsettings keyring`: makes the keyring, and shows which key sealed how much."""

import os
from contextlib import closing

from bot.commands.console import Console, Stop
from bot.config import Config
from bot.vault import (
    database_path,
    find_keyring,
    keyring_place,
    keys_in_use,
    open_existing,
)
from storage import keyring_file


def new(config: Config, console: Console) -> int:
    """Make the keyring's file. Raises Stop rather than touch one, or strand a database."""
    if config.keyring_text:
        raise Stop(
            "The keyring comes from MAILSETTINGS_KEYRING, so a file would be ignored. "
            "Unset that variable to use a file."
        )
    if wanted := keys_in_use(config):
        raise Stop(
            f"The database {database_path(config)} needs the key {', '.join(wanted)}, which a new "
            f"keyring would not have. Put yours back at {config.keyring_file}; nothing was made."
        )
    if config.keyring_file.exists():
        raise Stop(f"There is already a keyring at {config.keyring_file}. It stays as it is.")
    try:
        keyring = keyring_file.create(config.keyring_file)
    except OSError as problem:
        raise Stop(
            f"The keyring {config.keyring_file} can't be made: {problem.strerror}. Set "
            "MAILSETTINGS_KEYRING_FILE to a place that you can write."
        ) from problem
    console.say(
        f"Made {config.keyring_file.resolve()} with the key {keyring.primary_id}.\n"
        "Back it up, and keep the copy apart from copies of the database: without it nobody can "
        "read what is saved."
    )
    return os.EX_OK


def status(config: Config, console: Console, *, as_json: bool) -> int:
    """Show the keys and how many records each sealed. Raises Stop, VaultClosed, StorageError."""
    if database_path(config).exists():
        with closing(open_existing(config)) as vault:
            keyring, counts = vault.keyring, vault.records_by_key()
    elif found := find_keyring(config):
        keyring, counts = found, {}
    else:
        raise Stop(
            f"There is no keyring at {config.keyring_file} yet. `mailsettings run` makes it, "
            "or `mailsettings keyring new`."
        )
    keys = [
        {"id": each, "primary": each == keyring.primary_id, "records": counts.get(each, 0)}
        for each in keyring.key_ids
    ]
    if as_json:
        console.document({"place": keyring_place(config), "keys": keys})
        return os.EX_OK
    console.say(f"Keyring: {keyring_place(config)}")
    for key in keys:
        role = "primary: seals and opens" if key["primary"] else "accept: opens only"
        console.say(f"  {key['id']}  {role}  {key['records']} records")
    return os.EX_OK
