"""What the vault refuses, and why. No text here holds a secret, SQL or a record's name."""

from datetime import datetime, timedelta
from pathlib import Path


class StorageError(Exception):
    """The vault could not do what was asked."""


class Unavailable(StorageError):
    """The database did not do its part: locked, full, read-only, damaged, gone."""


class Undone(Unavailable):
    """Nothing of the transaction was kept, and the same may be tried again."""


class UnusableURL(StorageError, ValueError):
    """No database that we can use is at this URL. The URL may hold a password: never shown."""


class SchemaTooNew(StorageError):
    """A newer version of the program has already changed the tables."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database was changed by a newer version of this program (schema {revision}). "
            "Start that version, or restore a backup from before the upgrade."
        )
        self.revision = revision


class DatabaseInUse(StorageError):
    """Another running bot holds this database file."""

    def __init__(self, path: Path, pid: str) -> None:
        owner = f" (process {pid})" if pid else ""
        super().__init__(
            f"Another bot{owner} already uses the database {path}. "
            "Stop it first, or give this one its own data directory."
        )
        self.path = path


class InvalidKeyring(StorageError, ValueError):
    """A text that is no keyring. Names the line, never the key."""


class KeyringExposed(StorageError, PermissionError):
    """Others on this machine may read the keyring file."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"Others can read the keyring file {path} (mode {mode:04o}). "
            f"Run: chmod 600 {path}. If they may have read it, make a new key."
        )
        self.path = path


class InvalidEnvelope(StorageError):
    """A sealed value was changed, moved to another place, or is none of ours."""


class UnknownKey(StorageError):
    """A sealed value names a key that the keyring lacks."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"This was sealed with the key {key_id}, which isn't in the keyring. Add that key."
        )
        self.key_id = key_id


class InvalidRecipient(StorageError, ValueError):
    """A text that is no recipient, as `mailsettings keyring recipient` prints one."""


class UnknownRecipient(StorageError):
    """Something was sealed for a keyring that isn't this one."""

    def __init__(self, recipient_id: str) -> None:
        super().__init__(
            f"This was sealed for the recipient {recipient_id}, whose key isn't in the keyring. "
            "Put that key back, or have it sealed anew for what `mailsettings keyring recipient` "
            "prints here."
        )
        self.recipient_id = recipient_id


class UnknownKeys(StorageError):
    """The database holds records whose keys the keyring lacks."""

    def __init__(self, *, wanted: tuple[str, ...], found: tuple[str, ...]) -> None:
        super().__init__(
            f"The database needs the key {', '.join(wanted)}; "
            f"the keyring has {', '.join(found)}. "
            "Put back the keyring that belongs to this database."
        )
        self.wanted = wanted
        self.found = found


class KeyInUse(StorageError):
    """A key can't be given up or brought forward yet."""


class StaleRevision(StorageError):
    """Somebody changed, made or deleted the record since it was read."""

    def __init__(
        self, *, revision: int, changed_by: str | None, changed_at: datetime | None
    ) -> None:
        super().__init__(
            f"The record was changed meanwhile and is now at revision {revision}. "
            "Read it again, then repeat the change."
        )
        self.revision = revision
        """What is there now; 0 when it was deleted, and then the two below are None."""
        self.changed_by = changed_by
        self.changed_at = changed_at


class Repeated(StorageError):
    """This very request was seen before, and is done or being done."""


class Exceeded(StorageError):
    """A limit lets no more through for some time."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"A limit lets no more through for {wait.total_seconds():.0f} s.")
        self.wait = wait


class BrokenChain(StorageError):
    """An audit entry was changed or removed."""

    def __init__(self, workspace: str, number: int) -> None:
        super().__init__(
            f"The audit log of workspace {workspace} was altered: "
            f"entry {number} is missing or isn't what was written."
        )
        self.workspace = workspace
        self.number = number
