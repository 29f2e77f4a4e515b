"""The keyring's file: made once, read only when nobody else can read it."""

import os
import stat
import tempfile
from pathlib import Path

from storage.errors import InvalidKeyring, KeyringExposed
from storage.keyring import Keyring, generate_key

_MAXIMUM_BYTES = 262144
_TEXT = """\
# The encryption keys of Mail Settings for Slack. Keep this file secret.
# Without it nothing in the database can be read, by anyone: back it up,
# and keep the copy apart from the copies of the database.
primary {key}
"""


def create(path: Path) -> Keyring:
    """Make a keyring file of one new key, mode 0600, and return the keyring.

    Raises FileExistsError when there is a file already, which stays as it is; OSError when the
    directory can't be written.
    """
    text = _TEXT.format(key=generate_key())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file under another name, linked when it is whole: of many who race, one wins, and nobody
    # ever reads half a keyring.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    _sync_directory(path.parent)
    return Keyring.parse(text)


def read(path: Path) -> Keyring:
    """Return the keyring in the file at *path*.

    Raises FileNotFoundError, KeyringExposed, InvalidKeyring, and OSError when it can't be read.
    """
    # The file that was opened is the one whose mode is asked: a link swapped between changes
    # nothing. Links are followed, because Kubernetes mounts secrets behind them. Not blocking,
    # because a pipe in the file's place would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidKeyring(f"The keyring {path} isn't a plain file.")
        mode = stat.S_IMODE(status.st_mode)
        if not is_private(mode, owner=status.st_uid, us=os.geteuid()):
            raise KeyringExposed(path, mode)
        content = os.read(descriptor, _MAXIMUM_BYTES)
    finally:
        os.close(descriptor)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InvalidKeyring(f"The keyring {path} isn't a text file.") from None
    return Keyring.parse(text)


def is_private(mode: int, *, owner: int, us: int) -> bool:
    """Tell whether a file of this *mode* and *owner* is for *us* (a user id) alone.

    A mounted secret is let pass: Kubernetes (`fsGroup`) and systemd (`LoadCredential`) give a
    file of root's that our group can read, mode 0440.
    """
    if mode & 0o077 == 0:
        return True
    return mode & 0o037 == 0 and owner == 0 and us != 0


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
