"""Puts storage and mail settings together, for the bot and the operator's commands alike."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url

from bot.config import Config
from bot.installs import Installs, make_installs
from bot.keyring_source import UnusableKeyring, keyring_place, live_keyring, read_keyring
from bot.smtp.settings import MailSettings
from bot.smtp.ssl_keys import SSLKey
from bot.stores import document_store, key_store, revision_store, settings_store
from storage import keyring_file
from storage.audit import AuditLog
from storage.database import check_soundness, connect
from storage.deliveries import Deliveries
from storage.errors import (
    InvalidEnvelope,
    SchemaTooNew,
    StorageError,
    UnknownKey,
    UnknownKeys,
)
from storage.keyring import Keyring, Keys
from storage.keys import check_keys, count_by_key
from storage.limits import RateLimits
from storage.records import SealedStore
from storage.replicas import Replicas
from storage.runs import Runs
from storage.schema import migrate, schema_of
from storage.sqlite import file_of, hold


class VaultClosed(Exception):
    """The vault can't be opened as things are. The text says why, and what the operator does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Everything that is kept."""

    engine: Engine
    keyring: Keys
    settings: SealedStore[MailSettings]
    installs: Installs
    revisions: SealedStore[MailSettings]
    """What was saved earlier, without passwords; a record's name is the revision."""
    keys: SealedStore[SSLKey]
    """Client keys and trusted certificates; a record's name is the SSL key's id."""
    drafts: SealedStore[dict[str, Any]]
    """What stands in open forms."""
    passwords: SealedStore[dict[str, Any]]
    """Passwords that were given and wait for a Save."""
    uploads: SealedStore[dict[str, Any]]
    """Files that were uploaded as SSL keys and could not be opened yet."""
    links: SealedStore[dict[str, Any]]
    """Single-use links to the password page."""
    audit: AuditLog
    runs: Runs
    limits: RateLimits
    deliveries: Deliveries
    replicas: Replicas

    def ssl_keys(self, workspace: str) -> dict[str, SSLKey | None]:
        """Return the workspace's SSL keys by their ids, in the order of their names.

        None for one that can't be opened; those come last. Raises Unavailable.
        """
        found = self.keys.every(workspace)
        known = {key_id: each.value for key_id, each in found.items() if each is not None}
        in_order = sorted(known.items(), key=lambda each: each[1].name.casefold())
        return {**dict(in_order), **dict.fromkeys(each for each in found if each not in known)}

    def usable_ssl_keys(self, workspace: str) -> dict[str, SSLKey]:
        """Return the SSL keys that can be opened, as `ssl_keys` does. Raises Unavailable."""
        found = self.ssl_keys(workspace)
        return {key_id: key for key_id, key in found.items() if key is not None}

    def ssl_key_of(self, workspace: str, settings: MailSettings | None) -> SSLKey | None:
        """Return the SSL key that *settings* use; None: none, or it can't be had any more.

        Raises Unavailable.
        """
        if settings is None or not settings.uses_ssl_key:
            return None
        try:
            record = self.keys.get(workspace, settings.ssl_key)
        except (InvalidEnvelope, UnknownKey):
            return None
        return record.value if record is not None else None

    def workspaces(self) -> tuple[str, ...]:
        """Return the ids of the workspaces that have settings, in order. Raises Unavailable."""
        return self.settings.workspaces()

    def records_by_key(self) -> dict[str, int]:
        """Return how many records each key sealed, by its id. Raises Unavailable."""
        return count_by_key(self.engine)

    def check(self) -> None:
        """Raise Unavailable unless the database can be written and is sound all through."""
        check_soundness(self.engine)

    def close(self) -> None:
        """Close all connections to the database."""
        self.engine.dispose()


def open_vault(config: Config, *, announce: Callable[[str], None]) -> Vault:
    """Open the vault for the bot; at the first start make what is needed and *announce* it.

    Raises VaultClosed; Unavailable when the database can't be read or written.
    """
    if database_path(config):
        try:
            config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise VaultClosed(
                f"The data directory {config.data_dir} can't be made: {problem.strerror}. "
                "Set MAILSETTINGS_DATA_DIR to a directory that this process can write."
            ) from problem
    return _open(config, lambda engine: find_keyring(config) or _make(config, engine, announce))


def open_existing(config: Config) -> Vault:
    """Open the vault that the bot has made, for the operator's commands.

    Raises VaultClosed; Unavailable when the database can't be read or written.
    """
    if not database_exists(config):
        raise VaultClosed(
            f"There is no database at {database_place(config)} yet. `mailsettings run` makes it; "
            "if it is elsewhere, set MAILSETTINGS_DATA_DIR or DATABASE_URL as the bot has it."
        )

    def keyring(engine: Engine) -> Keyring:
        if found := find_keyring(config):
            return found
        raise _lost(config, count_by_key(engine))

    return _open(config, keyring)


def keys_in_use(config: Config) -> tuple[str, ...]:
    """Return the ids of the keys that the database needs; none when there is no database.

    Raises SchemaTooNew, Unavailable.
    """
    if not database_exists(config):
        return ()
    with engine_of(config) as engine:
        migrate(engine)
        return tuple(count_by_key(engine))


@contextmanager
def engine_of(config: Config) -> Iterator[Engine]:
    """Give an engine for the database alone, without keys. Raises Unavailable."""
    engine = connect(config.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Be the one bot on a SQLite database while the block lasts; PostgreSQL serves several.

    Raises DatabaseInUse, Unavailable.
    """
    path = database_path(config)
    with hold(path) if path else nullcontext():
        yield


def database_path(config: Config) -> Path | None:
    """Return the file of a SQLite database, None for PostgreSQL."""
    return file_of(make_url(config.database_url))


def database_place(config: Config) -> str:
    """Say where the database is, without user and password."""
    url = make_url(config.database_url)
    if path := file_of(url):
        return str(path)
    where = ":".join(str(each) for each in (url.host or "localhost", url.port) if each)
    return f"{url.database} on the PostgreSQL server {where}"


def database_exists(config: Config) -> bool:
    """Tell whether the database has been made. Raises SchemaTooNew, Unavailable."""
    if path := database_path(config):
        return path.exists()
    with engine_of(config) as engine:
        return schema_of(engine).found is not None


def find_keyring(config: Config) -> Keyring | None:
    """Return the keyring, None when there is no file of it. Raises VaultClosed for a bad one."""
    try:
        return read_keyring(config)
    except UnusableKeyring as problem:
        raise VaultClosed(str(problem)) from problem


def check_keyring(config: Config) -> None:
    """Raise VaultClosed when `open_vault` would neither find a keyring nor make one."""
    if find_keyring(config) is not None:
        return
    wanted: tuple[str, ...] = ()
    # Of a database that can't be read, more is told when it is opened.
    with suppress(StorageError, OSError):
        wanted = keys_in_use(config)
    if wanted or not _makes_keyring(config):
        raise _lost(config, wanted)


def _open(config: Config, keyring: Callable[[Engine], Keyring]) -> Vault:
    engine = connect(config.database_url)
    with ExitStack() as undo:
        undo.callback(engine.dispose)
        try:
            migrate(engine)
            vault = _assemble(engine, live_keyring(config, keyring(engine)))
            check_keys(engine, vault.keyring, at=datetime.now(UTC))
        except (UnknownKeys, InvalidEnvelope, SchemaTooNew) as problem:
            raise VaultClosed(
                f"{problem} The database is {database_place(config)}, "
                f"the keyring {keyring_place(config)}."
            ) from problem
        undo.pop_all()
    return vault


def _make(config: Config, engine: Engine, announce: Callable[[str], None]) -> Keyring:
    """Make a keyring for a new database, both in the data directory; else raise VaultClosed."""
    wanted = count_by_key(engine)
    if wanted or not _makes_keyring(config):
        raise _lost(config, wanted)
    try:
        keyring = keyring_file.create(config.keyring_file)
    except FileExistsError:
        # Another starter was faster.
        return keyring_file.read(config.keyring_file)
    announce(
        f"Made a new keyring, {config.keyring_file.resolve()}, with the key {keyring.primary_id}. "
        "Back it up, and keep the copy apart from copies of the database: without it nobody can "
        "read what is saved."
    )
    return keyring


def _makes_keyring(config: Config) -> bool:
    """Tell whether a first start makes the keyring: only beside a SQLite database, at home.

    Several replicas on PostgreSQL would each make their own.
    """
    path = database_path(config)
    return path is not None and {path.parent, config.keyring_file.parent} == {config.data_dir}


def _lost(config: Config, wanted: Iterable[str]) -> VaultClosed:
    """Say that there is no keyring with the keys that are *wanted*, and what to do."""
    if keys := ", ".join(wanted):
        return VaultClosed(
            f"The database {database_place(config)} needs the key {keys}, and there is no "
            f"keyring at {config.keyring_file}. Put the keyring back from your backup, or set "
            "MAILSETTINGS_KEYRING_FILE to where it is. A new one could not open this database."
        )
    return VaultClosed(
        f"There is no keyring at {config.keyring_file}. Make one with `mailsettings keyring new`, "
        "or put your own there."
    )


def _assemble(engine: Engine, keyring: Keys) -> Vault:
    settings = settings_store(engine, keyring)
    return Vault(
        engine=engine,
        keyring=keyring,
        settings=settings,
        installs=make_installs(engine, keyring, settings),
        revisions=revision_store(engine, keyring),
        keys=key_store(engine, keyring),
        drafts=document_store(engine, keyring, "draft"),
        passwords=document_store(engine, keyring, "pending-password"),
        uploads=document_store(engine, keyring, "pending-upload"),
        links=document_store(engine, keyring, "password-link"),
        audit=AuditLog(engine, keyring),
        runs=Runs(engine, keyring),
        limits=RateLimits(engine),
        deliveries=Deliveries(engine),
        replicas=Replicas(engine),
    )
