"""`mailsettings keyring`: makes the keyring, and takes its keys through their lives."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from bot.commands.console import Console, Stop
from bot.config import Config
from bot.keyring_source import is_file, keyring_place
from bot.vault import (
    Vault,
    VaultClosed,
    database_exists,
    database_place,
    find_keyring,
    keys_in_use,
    open_existing,
)
from storage import keyring_file
from storage.errors import InvalidKeyring, KeyInUse
from storage.keyring import Keyring, generate_key, id_of
from storage.keys import give_up
from storage.replicas import Replica
from storage.sealed import Progress
from storage.sealed import rewrap as seal_anew


def new(config: Config, console: Console) -> int:
    """Make the keyring's file. Raises Stop rather than touch one, or strand a database."""
    if not is_file(config):
        raise Stop(
            f"The keyring comes from {keyring_place(config)}, so a file would be ignored. "
            "Unset that variable to use a file."
        )
    if wanted := keys_in_use(config):
        raise Stop(
            f"The database {database_place(config)} needs the key {', '.join(wanted)}, which a new "
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


def add(config: Config, console: Console) -> int:
    """Append a new key that opens only. Raises Stop, VaultClosed."""
    _required(config)
    if not is_file(config):
        key = generate_key()
        console.say(
            f"The keyring comes from {keyring_place(config)}, which this command can't change. "
            f"Add this line to it, and start each replica again if it is a variable:\n\n"
            f"accept {key}\n\n"
            f"Its id is {id_of(key)}. Keep the line secret. Then: mailsettings keyring activate"
        )
        return os.EX_OK
    with _changing(config):
        key_id = keyring_file.add(config.keyring_file)
    console.say(
        f"Added the key {key_id} to {config.keyring_file}. It opens, and seals nothing yet.\n"
        "Back the keyring up, and give the file to every replica that has its own copy. "
        "Then: mailsettings keyring activate"
    )
    return os.EX_OK


def activate(config: Config, console: Console, *, key_id: str | None) -> int:
    """Make a key the primary one, once every running replica holds it. Raises Stop, VaultClosed.

    Without *key_id* it is the newest.
    """
    with closing(open_existing(config)) as vault:
        keyring, wanted = _required(config), key_id or vault.keyring.key_ids[-1]
        if not keyring.knows(wanted):
            raise Stop(
                f"The keyring {keyring_place(config)} has no key {wanted}. It has: "
                f"{', '.join(keyring.key_ids)}.",
                os.EX_USAGE,
            )
        if wanted == keyring.primary_id:
            console.say(f"The key {wanted} is the primary one already.")
            return os.EX_OK
        lacking = [each for each in vault.replicas.alive() if wanted not in each.key_ids]
    if lacking:
        raise Stop(
            f"The key {wanted} isn't known yet to {_names(lacking)}, which could not read what it "
            "seals. Give it the keyring, wait some seconds, and try again. Nothing was changed.",
            os.EX_TEMPFAIL,
        )
    if not is_file(config):
        console.say(
            f"Every running replica holds the key {wanted}. The keyring comes from "
            f"{keyring_place(config)}, which this command can't change: write `primary` before "
            "this key there, `accept` before the other, and start each replica again if it is a "
            "variable. Then: mailsettings keyring rewrap"
        )
        return os.EX_OK
    with _changing(config):
        keyring_file.activate(config.keyring_file, wanted)
    console.say(
        f"The key {wanted} seals from now on; {keyring.primary_id} still opens.\n"
        "Give the file to every replica that has its own copy. Then: mailsettings keyring rewrap"
    )
    return os.EX_OK


def rewrap(vault: Vault, console: Console) -> int:
    """Seal everything with the primary key, beside the running bot. Raises Stop, Unavailable."""
    told = [0]

    def tell(progress: Progress) -> None:
        if progress.sealed >= told[0] + 10_000:
            told[0] = progress.sealed
            console.complain(f"{progress.sealed} sealed anew so far")

    progress = seal_anew(vault.engine, vault.keyring, on_batch=tell)
    console.say(f"Sealed {progress.sealed} records with the key {vault.keyring.primary_id}.")
    if broken := progress.inventory.broken:
        problems = "; ".join(f"{count} {problem}" for problem, count in broken.items())
        places = "\n".join(f"  {each}" for each in progress.inventory.named)
        raise Stop(
            f"Not everything could be opened, and so be sealed anew: {problems}.\n{places}\n"
            "Add the missing keys, or restore these records from a backup; then try again.",
            os.EX_UNAVAILABLE,
        )
    if progress.left:
        raise Stop(
            f"{progress.left} records still have an old key: a replica seals with it. Give every "
            "replica the keyring, then try again.",
            os.EX_TEMPFAIL,
        )
    console.say("Nothing has an old key any more. Then: mailsettings keyring retire")
    return os.EX_OK


def retire(config: Config, console: Console) -> int:
    """Take keys that nothing uses any more out of the keyring. Raises Stop, VaultClosed."""
    with closing(open_existing(config)) as vault:
        keyring = _required(config)
        old = [each for each in keyring.key_ids if each != keyring.primary_id]
        if not old:
            console.say("The keyring has its primary key alone. There is nothing to retire.")
            return os.EX_OK
        behind = [each for each in vault.replicas.alive() if each.primary_id in old]
        if behind:
            raise Stop(
                f"{_names(behind)} still seals with an old key. Give it the keyring, then run "
                "`mailsettings keyring rewrap` and try again. Nothing was changed.",
                os.EX_TEMPFAIL,
            )

        def remove() -> None:
            if is_file(config):
                with _changing(config):
                    keyring_file.remove(config.keyring_file, old)

        try:
            give_up(vault.engine, old, remove=remove)
        except KeyInUse as problem:
            raise Stop(f"{problem} Nothing was changed.", os.EX_TEMPFAIL) from problem
    if is_file(config):
        console.say(
            f"Retired {', '.join(old)}: nothing in the database needs it, and the keyring has it "
            "no more.\nCopies of the database from before need it still: keep it as long as them."
        )
    else:
        console.say(
            f"Nothing in the database needs {', '.join(old)}. Remove it from "
            f"{keyring_place(config)}; copies of the database from before need it still."
        )
    return os.EX_OK


def status(config: Config, console: Console, *, as_json: bool) -> int:
    """Show the keys and how many records each sealed. Raises Stop, VaultClosed, StorageError."""
    replicas: tuple[Replica, ...] = ()
    if database_exists(config):
        with closing(open_existing(config)) as vault:
            keyring, counts = _required(config), vault.records_by_key()
            replicas = vault.replicas.alive()
    else:
        keyring, counts = _required(config), {}
    keys = [
        {
            "id": each,
            "primary": each == keyring.primary_id,
            "records": counts.get(each, 0),
            "unknown_to": [one.id for one in replicas if each not in one.key_ids],
        }
        for each in keyring.key_ids
    ]
    if as_json:
        running = [each.id for each in replicas]
        console.document({"place": keyring_place(config), "keys": keys, "replicas": running})
        return os.EX_OK
    console.say(f"Keyring: {keyring_place(config)}")
    for key in keys:
        role = "primary: seals and opens" if key["primary"] else "accept: opens only"
        console.say(f"  {key['id']}  {role}  {key['records']} records")
    for each in replicas:
        lacks = [one for one in keyring.key_ids if one not in each.key_ids]
        text = f"lacks {', '.join(lacks)}" if lacks else "holds them all"
        console.say(f"Replica {each.id}: seals with {each.primary_id}, {text}")
    return os.EX_OK


def _required(config: Config) -> Keyring:
    if found := find_keyring(config):
        return found
    raise Stop(
        f"There is no keyring at {config.keyring_file} yet. `mailsettings run` makes it with a "
        "new SQLite database, or `mailsettings keyring new`."
    )


def _names(replicas: Iterable[Replica]) -> str:
    return ", ".join(f"the replica {each.id}" for each in replicas)


@contextmanager
def _changing(config: Config) -> Iterator[None]:
    """Change the keyring's file in the block. Raises Stop where that can't be, or VaultClosed."""
    try:
        yield
    except OSError as problem:
        raise Stop(
            f"The keyring {config.keyring_file} can't be changed: {problem.strerror}. It stays as "
            "it was."
        ) from problem
    except InvalidKeyring as problem:
        raise VaultClosed(str(problem)) from problem
