"""What one look of the doctor's found."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check, and how it went."""

    check: str
    ok: bool
    text: str
    cure: str = ""
    """What to do; empty where all is well."""
    status: int = os.EX_CONFIG
    """For the shell, where all is not well."""


def well(check: str, text: str) -> Finding:
    """Return a finding where there is nothing to do."""
    return Finding(check=check, ok=True, text=text)


def fault(check: str, text: str, cure: str, *, status: int = os.EX_CONFIG) -> Finding:
    """Return a finding that needs the operator."""
    return Finding(check=check, ok=False, text=text, cure=cure, status=status)


def failed(check: str, problem: Exception, *, status: int = os.EX_CONFIG) -> Finding:
    """Return the finding of a *problem* that says what is wrong first, then what to do."""
    text, cure = in_two(problem)
    return fault(check, text, cure, status=status)


def in_two(problem: Exception) -> tuple[str, str]:
    """Return what is wrong, the first sentence of a *problem*, and what to do, the others."""
    text, _, cure = str(problem).partition(". ")
    return f"{text.removesuffix('.')}.", cure
