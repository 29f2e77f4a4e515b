from typing import Any

import pytest

from bot.slack.lifecycle import places_of

ORG = {"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}
ONE = {"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": False}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"team_id": "T1"}, ("T1",)),
        ({"team_id": "T1", "authorizations": [ONE]}, ("T1",)),
        ({"team_id": "T1", "enterprise_id": "E1", "authorizations": []}, ("T1",)),
        ({"team_id": "T1", "authorizations": [ORG]}, ("T1", "E1")),
        ({"team_id": None, "enterprise_id": "E1", "authorizations": [ORG]}, ("E1",)),
        ({"team_id": "E1", "enterprise_id": "E1", "authorizations": [ORG]}, ("E1",)),
        ({"team_id": None, "enterprise_id": "E1", "authorizations": None}, ("E1",)),
        ({}, ()),
    ],
)
def test_what_ended_is_the_workspace_or_its_organisation(
    body: dict[str, Any], places: tuple[str, ...]
) -> None:
    assert places_of(body) == places
