"""What a command says and reads: sentences, JSON, secrets; and how it ends early."""

import json
import os
import termios
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.environment import Fault

_BREAKS = "\n\t"


class Stop(Exception):
    """A command ends here. The text is for the operator, the status for the shell."""

    def __init__(self, text: str, status: int = os.EX_CONFIG) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The operator's terminal, or the pipes in its place."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    def say(self, text: str = "") -> None:
        """Write a line of the answer, at once: a test shows its stages live."""
        self.stdout.write(f"{harmless(text)}\n")
        self.stdout.flush()

    def complain(self, text: str) -> None:
        """Write a line that is no part of the answer."""
        self.stderr.write(f"{harmless(text)}\n")

    def document(self, document: Any) -> None:  # noqa: ANN401  # JSON
        """Write one JSON value, all but ASCII escaped."""
        self.stdout.write(f"{json.dumps(document, indent=2)}\n")
        self.stdout.flush()

    def faults(self, faults: Iterable[Fault]) -> None:
        """Write what is wrong with the environment, each fault with its cure."""
        for each in faults:
            self.complain(f"{each.variable}: {each.problem}\n    {each.cure}")

    def secret(self, prompt: str) -> str:
        """Read a secret: without echo and twice on a terminal, else all input. Raises Stop.

        One line feed at the end of the input is no part of the secret.
        """
        if not self.stdin.isatty():
            line = _line(self.stdin)
            if self.stdin.read(1):
                raise Stop(
                    "The input has more than one line, and a password can't contain line breaks. "
                    "Nothing was changed. Give the password alone, on one line.",
                    os.EX_USAGE,
                )
            return line
        with _without_echo(self.stdin.fileno()):
            first = self._ask(prompt)
            second = self._ask("The same again")
        if first != second:
            raise Stop("The two differ, so nothing was changed. Try again.", os.EX_USAGE)
        return first

    def agrees(self, question: str) -> bool:
        """Ask on a terminal, and tell whether the answer is yes; elsewhere it is no."""
        if not self.stdin.isatty():
            return False
        return self._ask(f"{question} [y/N]").strip().lower() in {"y", "yes"}

    def _ask(self, prompt: str) -> str:
        self.stderr.write(f"{prompt}: ")
        self.stderr.flush()
        line = _line(self.stdin)
        self.complain("")
        return line


@contextmanager
def _without_echo(descriptor: int) -> Iterator[None]:
    """Have the terminal behind *descriptor* not show what is typed, while the block lasts."""
    before = termios.tcgetattr(descriptor)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    try:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, silent)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _line(stream: TextIO) -> str:
    return stream.readline().removesuffix("\n").removesuffix("\r")


def harmless(text: str) -> str:
    """Return *text* without what could drive a terminal: some of it comes from mail servers."""
    return "".join(
        each if each in _BREAKS or unicodedata.category(each) not in {"Cc", "Cf", "Cs"} else "?"
        for each in text
    )


def day(at: datetime) -> str:
    """Return a day as people write it, in UTC: 3 May 2026."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y}"
