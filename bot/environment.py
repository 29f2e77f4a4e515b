"""Reads environment variables and collects everything that is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.variables import Unusable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one variable, and what to do. Never holds a secret's value."""

    variable: str
    problem: str
    cure: str


class Environment:
    """A mapping of variables, and the faults found in it so far. An empty variable is absent."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.faults: list[Fault] = []

    def fault(self, variable: str, problem: str, cure: str) -> None:
        """Note that *variable* is wrong."""
        self.faults.append(Fault(variable=variable, problem=problem, cure=cure))

    def names(self) -> tuple[str, ...]:
        """Return the names of all variables, the empty ones included."""
        return tuple(self._variables)

    def text(self, name: str) -> str:
        """Return the text of a variable, empty when there is none."""
        return self._variables.get(name, "").strip()

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret is given in either form."""
        return bool(self.text(name) or self.text(f"{name}_FILE"))

    def refuse_both(self, name: str) -> None:
        """Note a fault when a variable and its form with `_FILE` are both given."""
        if self.text(name) and self.text(f"{name}_FILE"):
            self.fault(
                f"{name}_FILE",
                f"Both {name} and {name}_FILE are set, so one of them would be ignored.",
                "Remove one of the two.",
            )

    def secret(self, name: str) -> str:
        """Return the text of a secret, from its variable or from the file its `_FILE` names."""
        text, file = self.text(name), self.text(f"{name}_FILE")
        if not file:
            return text
        if text:
            self.refuse_both(name)
            return text
        cure = f"Name a text file that holds the value of {name} and that this process can read."
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            self.fault(f"{name}_FILE", f"{file} can't be read: {problem.strerror}.", cure)
        except ValueError:
            self.fault(f"{name}_FILE", "It does not name a text file.", cure)
        else:
            if not text:
                self.fault(f"{name}_FILE", f"{file} is empty.", cure)
        return text

    def value(self, name: str, parse: Callable[[str], T], *, fallback: T, default: str = "") -> T:
        """Return what *parse* makes of a variable or of its *default* text."""
        return self.parsed(name, self.text(name) or default, parse, fallback=fallback)

    def parsed(self, name: str, text: str, parse: Callable[[str], T], *, fallback: T) -> T:
        """Return what *parse* makes of *text*; *fallback* when it is empty or Unusable."""
        if not text:
            return fallback
        try:
            return parse(text)
        except Unusable as found:
            self.fault(name, found.problem, found.cure)
            return fallback
