"""Which installation serves a request: looked up, remembered for a while, forgotten in time."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.installed import Installation
from bot.slack.acting import NotInstalled
from bot.slack.deeds import installed
from bot.slack.installations import OneInstallation, StoredInstallations
from bot.slack.work import Threads, Work
from bot.vault import Vault


def of(team_id: str, enterprise_id: str = "") -> Installation:
    return Installation(
        team_id=team_id, enterprise_id=enterprise_id, name="", bot_token=f"xoxb-{team_id}"
    )


def keep(vault: Vault, clock: Any, installation: Installation) -> None:
    vault.installs.keep(installation, event=installed("U1"), at=clock())


@pytest.fixture
async def stored(vault: Vault, clock: Any) -> AsyncIterator[StoredInstallations]:
    async def never(_installation: Installation) -> Installation:
        raise AssertionError

    threads = Threads(2)
    yield StoredInstallations(
        vault, threads, Work(), renew=never, clock=clock, again_after=(), remembered=2
    )
    threads.close()


async def test_the_environments_token_serves_its_own_workspace() -> None:
    one = OneInstallation(installation=of("T1"))
    assert (await one.find("T1", "E1")).team_id == "T1"
    for team in ("T2", ""):
        with pytest.raises(NotInstalled):
            await one.find(team)


async def test_an_installation_is_remembered_until_it_is_forgotten(
    stored: StoredInstallations, vault: Vault, clock: Any
) -> None:
    keep(vault, clock, of("T1"))
    found = await stored.find("T1")
    vault.installs.records.delete("T1", at=clock())
    assert await stored.find("T1") is found
    stored.forget("T2")
    assert await stored.find("T1") is found
    stored.forget("T1")
    with pytest.raises(NotInstalled):
        await stored.find("T1")


async def test_who_has_not_installed_it_is_asked_after_each_time(
    stored: StoredInstallations, vault: Vault, clock: Any
) -> None:
    for place in (("T1", ""), ("", "E1"), ("", "")):
        with pytest.raises(NotInstalled):
            await stored.find(*place)
    keep(vault, clock, of("T1"))
    assert (await stored.find("T1")).team_id == "T1"


async def test_an_organisations_workspaces_are_forgotten_with_it(
    stored: StoredInstallations, vault: Vault, clock: Any
) -> None:
    keep(vault, clock, of("", "E1"))
    assert (await stored.find("T1", "E1")).place == "E1"
    assert (await stored.find("T1")).place == "E1", "work of our own knows the workspace alone"
    keep(vault, clock, of("T1", "E1"))
    stored.forget("E1")
    assert (await stored.find("T1", "E1")).place == "T1", "its own goes before"


async def test_a_workspace_that_moves_to_another_organisation_goes_with_that(
    stored: StoredInstallations, vault: Vault, clock: Any
) -> None:
    for enterprise in ("E1", "E2"):
        keep(vault, clock, of("", enterprise))
        assert (await stored.find("T1", enterprise)).place == enterprise
    assert vault.installs.memberships.get("T1").value == "E2"


async def test_only_those_that_were_used_lately_are_remembered(
    stored: StoredInstallations, vault: Vault, clock: Any
) -> None:
    for team in ("T1", "T2", "T3"):
        keep(vault, clock, of(team))
        await stored.find(team)
    assert sorted(team for team, _ in stored._known) == ["T2", "T3"]
