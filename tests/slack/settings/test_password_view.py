"""The views in which a password is given, or told how."""

from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.slack.settings.password_view import given_view, link_view, said_view, typed_view

VIEWS = {
    "typed": typed_view("UADMIN-x"),
    "link": link_view("https://mail.acme.example/password/token"),
    "given": given_view(),
    "said": said_view("Storing ..."),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_view_looks_so(
    name: str, golden: SnapshotAssertion, assert_view: Callable[[dict[str, Any]], None]
) -> None:
    assert_view(VIEWS[name])
    assert VIEWS[name] == golden


def test_the_field_for_a_password_never_shows_one() -> None:
    [field] = [each for each in VIEWS["typed"]["blocks"] if each["type"] == "input"]
    assert "initial_value" not in field["element"]
    assert "dispatch_action" not in field, "so that no other click carries it"
