"""Enterprise Grid: an installation for a whole organisation, and workspaces by themselves."""

from typing import Any

import pytest

from tests.front import ENDS

LEADER = {"id": "E-U", "enterprise_id": "E1", "is_admin": True, "is_owner": False}


def lead(many: Any, team: str) -> None:
    """Let the admin of a workspace be an admin of the organisation too."""
    slack = many.slack(team)
    user = slack.person("admin").id
    slack.add_user(user, name="admin", is_admin=True, enterprise_user=LEADER | {"teams": [team]})


@pytest.mark.both_doors
async def test_one_installation_serves_the_workspaces_of_an_organisation(many: Any) -> None:
    page = await many.install("E1", user="UADMIN3")
    assert (page.status, page.title) == (200, "Installed in Group")
    assert "An organisation's admin now adds it to workspaces" in page.text
    for team in ("T3", "T4"):
        lead(many, team)
        await many.save(team, host=f"{team.lower()}.example.com")
    hosts = [many.vault.settings.get(team).value.host for team in ("T3", "T4")]
    assert hosts == ["t3.example.com", "t4.example.com"]
    assert many.vault.installs.records.workspaces() == ("E1",)
    assert many.vault.installs.memberships.workspaces() == ("T3", "T4")
    assert "auth.test" not in many.front.calls


async def test_an_admin_of_one_workspace_leads_no_other(many: Any) -> None:
    """An organisation's token tells of no workspace's admins, so its own count alone."""
    await many.install("E1")
    reply = await many.slack("T3").person("admin").command("/mailsettings", channel="C13")
    assert reply.text == ""
    told = await many.slack("T3").message("C13", containing="owners and admins")
    assert told.visible_to == "UADMIN3"


@pytest.mark.parametrize("environ", [{"MAILSETTINGS_ADMINS": "UMEMBER3"}])
async def test_the_operator_names_who_leads_there(many: Any) -> None:
    await many.install("E1")
    modal = await many.open_settings("T3", "member")
    assert "Email notifications" in modal.text()


async def test_a_workspace_may_have_an_installation_of_its_own(many: Any) -> None:
    for place in ("E1", "T3"):
        await many.install(place)
    lead(many, "T4")
    await many.save("T3")
    await many.save("T4")
    tokens = {place: many.front.token_of(place) for place in ("E1", "T3")}
    assert tokens["T3"] != tokens["E1"]
    for answer in await many.front.uninstall("E1"):
        assert answer.status == 200
    assert many.vault.settings.get("T4") is None
    assert many.vault.settings.get("T3") is not None
    assert (await many.open_settings("T3")).value("Server address") == "mail.example.com"


async def test_the_end_of_one_workspace_leaves_the_organisation(many: Any) -> None:
    for place in ("E1", "T3"):
        await many.install(place)
    lead(many, "T4")
    await many.save("T3")
    await many.save("T4")
    for answer in await many.front.uninstall("T3"):
        assert answer.status == 200
    assert many.vault.settings.get("T3") is None
    assert many.vault.settings.get("T4") is not None
    assert many.vault.installs.records.workspaces() == ("E1",)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 0, 1)])
async def test_the_end_of_an_organisation_is_that_of_its_workspaces(
    many: Any, order: tuple[int, ...]
) -> None:
    await many.install("E1")
    await many.install("T1")
    for team in ("T3", "T4"):
        lead(many, team)
        await many.save(team)
    await many.save("T1")
    many.front.end_token("E1")
    for each in order:
        assert (await many.front.tell("E1", ENDS[each])).status == 200
    vault = many.vault
    assert vault.settings.workspaces() == ("T1",)
    assert vault.installs.records.workspaces() == ("T1",)
    assert vault.installs.memberships.workspaces() == ()
    for place in ("E1", "T3", "T4"):
        actions = [each.action for each in vault.audit.latest(place, 9)]
        assert actions.count("workspace.erased") == 1


async def test_a_workspace_that_leaves_the_organisations_app_is_erased(many: Any) -> None:
    await many.install("E1")
    for team in ("T3", "T4"):
        lead(many, team)
        await many.save(team)
    left = {"type": "team_access_revoked", "team_ids": ["T3", "T1"]}
    for _ in range(2):
        assert (await many.front.tell("E1", left)).status == 200
    assert many.vault.settings.workspaces() == ("T4",)
    assert [each.action for each in many.vault.audit.latest("T3", 1)] == ["workspace.erased"]
    assert (await many.open_settings("T4")).value("Server address") == "mail.example.com"


@pytest.mark.only_sqlite  # replicas begin such a test again: tests/stories/replicas
async def test_a_test_message_of_an_organisation_goes_on_after_a_restart(
    many: Any, saying: Any, hold: Any, configure: Any
) -> None:
    await many.install("E1")
    lead(many, "T3")
    moment = hold(then=b"250 2.1.0 fine\r\n")
    port, _ = await saying(mail=moment)
    configure(many.vault, port, workspace="T3")
    await many.slack("T3").person("admin").command("/mailtest", "bob@example.com", channel="C13")
    await moment.reached.wait()
    await many.start()  # another one finds the run, and tells what it knows of it
    await many.slack("T3").message("C13", containing="interrupted")
    moment.go.set()
