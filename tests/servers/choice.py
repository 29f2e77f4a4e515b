"""Which servers a test is for: all, unless it says otherwise."""

from collections.abc import Iterable
from typing import Any

import pytest

NAMES = ("postfix", "exim", "opensmtpd", "smtp-server")


def each_of(names: Iterable[str]) -> list[Any]:
    """Return parameters for the fixture `server`: tests of one server share a worker."""
    return [pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in names]


def only(*names: str) -> pytest.MarkDecorator:
    """Run a test with these servers alone: others have no such door."""
    return pytest.mark.parametrize("server", each_of(names), indirect=True)


def but(*names: str) -> pytest.MarkDecorator:
    """Run a test with all servers but these."""
    return only(*(each for each in NAMES if each not in names))
