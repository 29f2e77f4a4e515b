"""The keyring's file: made once, changed as a whole, read only when nobody else can read it."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import keyring_text
from storage.errors import InvalidKeyring, KeyringExposed
from storage.keyring import Keyring, generate_key, id_of

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
    temporary = _write_beside(path, text)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
    _sync_directory(path.parent)
    return Keyring.parse(text)


def add(path: Path) -> str:
    """Append a new key that opens only, and return its id.

    Raises what `read` raises; OSError when the file can't be written, and then it is as it was.
    """
    key = generate_key()
    _change(path, lambda text: keyring_text.with_key(text, key))
    return id_of(key)


def activate(path: Path, key_id: str) -> None:
    """Make a key of the file the primary one. Raises as `add` does, and ValueError."""
    _change(path, lambda text: keyring_text.with_primary(text, key_id))


def remove(path: Path, key_ids: Collection[str]) -> None:
    """Take keys out of the file. Raises as `add` does."""
    _change(path, lambda text: keyring_text.without(text, key_ids))


def mark(path: Path) -> object:
    """Return what is another when the file may have changed."""
    try:
        status = path.stat()
    except OSError as problem:
        return problem.errno
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def read(path: Path) -> Keyring:
    """Return the keyring in the file at *path*.

    Raises FileNotFoundError, KeyringExposed, InvalidKeyring, and OSError when it can't be read.
    """
    return Keyring.parse(_read_text(path))


def _read_text(path: Path) -> str:
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
        return content.decode()
    except UnicodeDecodeError:
        raise InvalidKeyring(f"The keyring {path} isn't a text file.") from None


def _change(path: Path, change: Callable[[str], str]) -> None:
    """Put what *change* makes of the text in the file's place, at once or not at all."""
    path = path.resolve()
    with _alone(path.parent):
        text = change(_read_text(path))
        Keyring.parse(text)  # what can't be read must not get there
        owner = path.stat()
        temporary = _write_beside(path, text)
        try:
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(temporary, owner.st_uid, owner.st_gid)  # root does it for the bot's user
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise
        _sync_directory(path.parent)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Be the one who changes a keyring in *directory* while the block lasts."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_beside(path: Path, text: str) -> Path:
    """Write *text* to a new file beside *path*, mode 0600, and to the disk."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(temporary).unlink()
        raise
    return Path(temporary)


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
