"""Who may do what: as Slack says, half a minute old at most; closed when Slack is silent."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.slack import StandIn
from bot.slack.access import (
    Access,
    Caller,
    NotAdmin,
    Person,
    Refused,
    Role,
    SlackSilent,
    read_user,
)
from bot.slack.api import SlackAPI
from bot.slack.pace import Pace

ORGANISATION = {"id": "W1", "enterprise_id": "E1", "teams": ["T1", "T7"]}
PEOPLE: dict[str, tuple[dict[str, Any], Role]] = {
    "a member": ({}, Role.MEMBER),
    "an admin": ({"is_admin": True}, Role.ADMIN),
    "an owner": ({"is_owner": True}, Role.ADMIN),
    "the primary owner": ({"is_primary_owner": True}, Role.ADMIN),
    "a guest": ({"is_restricted": True}, Role.GUEST),
    "a guest of one channel": ({"is_ultra_restricted": True}, Role.GUEST),
    "a guest with an admin's flag": ({"is_restricted": True, "is_admin": True}, Role.GUEST),
    "a bot": ({"is_bot": True, "is_admin": True}, Role.NOBODY),
    "a deactivated admin": ({"deleted": True, "is_admin": True}, Role.NOBODY),
    "a stranger": ({"is_stranger": True, "is_admin": True}, Role.NOBODY),
    "somebody of another workspace": ({"team_id": "T2", "is_owner": True}, Role.NOBODY),
    "an org admin of this workspace": (
        {"team_id": "T7", "enterprise_user": ORGANISATION | {"is_admin": True}},
        Role.ADMIN,
    ),
    "an org owner of this workspace": (
        {"team_id": "T7", "enterprise_user": ORGANISATION | {"is_owner": True}},
        Role.ADMIN,
    ),
    "an org member of this workspace": (
        {"team_id": "T7", "enterprise_user": ORGANISATION},
        Role.MEMBER,
    ),
    "an org admin of other workspaces": (
        {"team_id": "T7", "enterprise_user": ORGANISATION | {"is_admin": True, "teams": ["T7"]}},
        Role.NOBODY,
    ),
}
NAMED: dict[str, tuple[dict[str, Any], Role]] = {
    "a member": ({}, Role.ADMIN),
    "a guest": ({"is_restricted": True}, Role.GUEST),
    "a deactivated member": ({"deleted": True}, Role.NOBODY),
    "a bot": ({"is_bot": True}, Role.NOBODY),
    "somebody of another workspace": ({"team_id": "T2"}, Role.NOBODY),
}


@pytest.fixture
def clock() -> SimpleNamespace:
    """The seconds by which an answer grows old."""
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def access(api: SlackAPI, clock: SimpleNamespace) -> Access:
    return Access(
        api, admins=frozenset({"UNAMED"}), org_wide=lambda: False, seconds=lambda: clock.now
    )


def caller(user_id: str) -> Caller:
    return Caller(team_id="T1", user_id=user_id, home_team_id="T1")


def asked(slack: StandIn) -> int:
    return len([each for each in slack.record if each.by_bot and each.what == "users.info"])


@pytest.mark.parametrize("who", PEOPLE)
async def test_a_role_is_what_slack_says(who: str, slack: StandIn, access: Access) -> None:
    facts, role = PEOPLE[who]
    slack.add_user("U7", name="ana", **facts)
    person = await access.person(caller("U7"))
    assert person == Person(id="U7", name="ana", email="ana@acme.example", role=role)
    if role is Role.ADMIN:
        assert await access.admin(caller("U7")) == person
    else:
        with pytest.raises(NotAdmin) as refused:
            await access.admin(caller("U7"))
        assert "owners and admins" in str(refused.value)


@pytest.mark.parametrize("who", NAMED)
async def test_the_operator_can_name_admins_among_the_members(
    who: str, slack: StandIn, access: Access
) -> None:
    facts, role = NAMED[who]
    slack.add_user("UNAMED", **facts)
    assert (await access.person(caller("UNAMED"))).role is role


@pytest.mark.parametrize(
    "user",
    [
        {},
        {"id": "U7"},
        {"id": "U8", "team_id": "T1", "is_admin": True},
        {"id": "U7", "team_id": "T1", "is_admin": True, "is_invited_user": True},
        {"id": "U7", "team_id": None, "is_admin": True, "enterprise_user": None},
        {"id": "U7", "is_admin": True, "enterprise_user": {"teams": None, "is_admin": True}},
    ],
)
def test_what_slack_leaves_out_opens_no_door(user: dict[str, Any]) -> None:
    assert read_user(user, caller("U7"), admins=frozenset(), org_wide=False).role is Role.NOBODY


def test_what_slack_leaves_empty_is_no_flag() -> None:
    user = {"id": "U7", "team_id": "T1", "is_admin": None, "profile": None, "name": "ana"}
    person = read_user(user, caller("U7"), admins=frozenset(), org_wide=False)
    assert person == Person(id="U7", name="ana", email="", role=Role.MEMBER)


async def test_somebody_of_another_organisation_is_turned_away(
    slack: StandIn, access: Access
) -> None:
    slack.add_user("U7", name="eve", team_id="T9", is_admin=True)
    foreigner = replace(caller("U7"), home_team_id="T9")
    assert (await access.person(foreigner)).role is Role.NOBODY
    with pytest.raises(NotAdmin) as refused:
        await access.admin(foreigner)
    assert "other organisations" in str(refused.value)


async def test_an_org_admin_at_home_in_another_workspace_is_an_admin_here(
    slack: StandIn, access: Access
) -> None:
    slack.add_user(
        "U7", name="ana", team_id="T7", enterprise_user=ORGANISATION | {"is_admin": True}
    )
    person = await access.admin(replace(caller("U7"), home_team_id="T7"))
    assert person.role is Role.ADMIN


async def test_an_answer_is_remembered_for_half_a_minute_and_no_longer(
    slack: StandIn, access: Access, clock: SimpleNamespace
) -> None:
    admin = caller("UADMIN")
    assert access.remembered(admin) is None
    assert not access.was_admin(admin)
    await access.admin(admin)
    slack.add_user("UADMIN", name="admin")
    clock.now += Pace().trusted_for
    assert (await access.admin(admin)).role is Role.ADMIN
    assert asked(slack) == 1
    clock.now += 0.1
    assert access.remembered(admin) is None
    assert access.was_admin(admin)
    with pytest.raises(NotAdmin):
        await access.admin(admin)
    assert not access.was_admin(admin)


async def test_a_save_asks_afresh_and_the_answer_is_remembered(
    slack: StandIn, access: Access, clock: SimpleNamespace
) -> None:
    admin = caller("UADMIN")
    await access.admin(admin)
    slack.add_user("UADMIN", name="admin")
    with pytest.raises(NotAdmin):
        await access.admin(admin, fresh=True)
    clock.now += 1
    with pytest.raises(NotAdmin):
        await access.admin(admin)
    assert asked(slack) == 2


async def test_who_was_asked_about_longest_ago_is_forgotten(slack: StandIn, api: SlackAPI) -> None:
    access = Access(api, admins=frozenset(), org_wide=lambda: False, remembered=2)
    for user_id in ("UADMIN", "UOWNER", "UADMIN", "UMEMBER"):
        await access.person(caller(user_id), fresh=True)
    assert access.remembered(caller("UOWNER")) is None
    assert access.remembered(caller("UADMIN")) is not None
    assert asked(slack) == 4


@pytest.mark.parametrize("error", ["user_not_found", "missing_scope", "invalid_auth", 500])
async def test_no_answer_is_a_no_with_its_reason(
    slack: StandIn, access: Access, error: str | int
) -> None:
    slack.weather.fail("users.info", times=9, status=error)
    with pytest.raises(SlackSilent) as refused:
        await access.admin(caller("UADMIN"))
    assert "nothing was changed" in str(refused.value)
    assert isinstance(refused.value, Refused)
    assert access.remembered(caller("UADMIN")) is None


async def test_a_slack_that_is_down_is_a_no(slack: StandIn, access: Access) -> None:
    slack.weather.down()
    with pytest.raises(SlackSilent):
        await access.person(caller("UADMIN"))


async def test_a_slack_that_hangs_is_a_no_in_time_for_a_submission(
    slack: StandIn, access: Access
) -> None:
    slack.weather.hang("users.info")
    with pytest.raises(SlackSilent):
        await access.person(caller("UADMIN"))


COMMAND = {"team_id": "T1", "user_id": "U1", "command": "/mailtest"}
ACTION = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (COMMAND, ("T1", "U1", "T1")),
        (ACTION, ("T1", "U1", "T1")),
        (ACTION | {"team": None}, ("T1", "U1", "T1")),
        (ACTION | {"user": {"id": "U1", "team_id": "T9"}}, ("T1", "U1", "T9")),
        (ACTION | {"user": {"id": "U1"}}, ("T1", "U1", "T1")),
        ({}, ("", "", "")),
        ({"user": {}}, ("", "", "")),
        ({"user": "U1", "team_id": None}, ("", "", "")),
    ],
)
def test_the_caller_is_whom_the_payload_names(
    body: dict[str, Any], found: tuple[str, str, str]
) -> None:
    team_id, user_id, home_team_id = found
    assert Caller.of(body) == Caller(team_id=team_id, user_id=user_id, home_team_id=home_team_id)
