"""A server in a cage: its own files and processes, all that it says, and nothing left of it."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

PACKAGES = Path.home() / ".cache/mailsettings/mail-servers"
"""Where `.ci/mail-servers` unpacks them."""

STATE = "/mnt"
"""How a caged server sees its own directory."""

SECONDS = 20
"""Until something that a server has not said counts as missing."""

_SCRIPT = Path(__file__).with_suffix(".sh")


def lacking(name: str) -> str | None:
    """Say what of the server *name* is not here, or None."""
    if not (PACKAGES / "stamp").exists():
        return "The mail servers are not here: .ci/mail-servers fetches them."
    if name == "smtp-server":
        return None if shutil.which("node") else "Node.js is not here."
    if sys.platform != "linux" or os.geteuid() != 0:
        return "Only root on Linux can give a mail server users and a file system of its own."
    missing = [each for each in ("unshare", "setpriv") if shutil.which(each) is None]
    return f"{missing[0]} is not here (Debian's package util-linux)." if missing else None


class Process:
    """A program, its children, and what they print."""

    def __init__(self, command: Iterable[str]) -> None:
        self.lines: list[str] = []
        self._ended = False
        self._said = threading.Condition()
        # However we end, it ends; and whatever it started ends with it.
        self._process = subprocess.Popen(  # noqa: S603 - all of it is ours
            ["/usr/bin/setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def count(self, pattern: str) -> int:
        """Return how many lines so far have *pattern*."""
        return sum(bool(re.search(pattern, each)) for each in tuple(self.lines))

    def wait_for(self, pattern: str, *, times: int = 1) -> None:
        """Wait until so many lines have *pattern*."""
        with self._said:
            self._said.wait_for(lambda: self._ended or self.count(pattern) >= times, SECONDS)
        assert self.count(pattern) >= times, "\n".join([f"never said: {pattern}", *self.lines])

    def stop(self) -> None:
        """End it, and wait until the last of its children has gone."""
        self._process.kill()  # and with it the whole cage
        self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self._ended, "a child of it still holds its output"

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                with self._said:
                    self.lines.append(line.rstrip("\n"))
                    self._said.notify_all()
        with self._said:
            self._ended = True
            self._said.notify_all()


def caged(package: str, state: Path, *command: str, users: Iterable[str]) -> Process:
    """Start *command* as root of a cage: the unpacked *package*, *state* as /mnt, no name service.

    *users* are all that exist beside root; each has a group of its name and number.
    """
    etc = state / "etc"
    etc.mkdir(exist_ok=True)
    state.chmod(0o755)
    numbers = {"root": 0, "nobody": 65534, **{each: 61000 + n for n, each in enumerate(users)}}
    (etc / "passwd").write_text(
        "".join(f"{name}:x:{n}:{n}::/mnt:/bin/false\n" for name, n in numbers.items())
    )
    (etc / "group").write_text("".join(f"{name}:x:{n}:\n" for name, n in numbers.items()))
    (etc / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    (etc / "hosts").write_text("127.0.0.1 localhost mail.example.com\n")
    isolation = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    where = (str(PACKAGES / package), str(state))
    return Process([*isolation, "sh", str(_SCRIPT), *where, *command])
