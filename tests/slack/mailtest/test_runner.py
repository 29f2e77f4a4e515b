"""Tests begun and seen through: once for one request, by one replica, found by their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.slack import StandIn
from bot.slack.access import Caller, Person, Role
from bot.slack.mailtest.admission import NotAllowed, TooMany
from bot.slack.mailtest.command import Request
from bot.slack.mailtest.run import TestRun
from bot.slack.mailtest.runner import Runner, Spot
from bot.slack.mailtest.view import Test
from bot.smtp.settings import MailSettings
from storage.runs import Run, RunState

TestOf = Callable[..., Test]


ANA = Person(id="UADMIN", name="ana", email="ana@acme.example", role=Role.ADMIN)
REQUEST = Request(recipient="bob@example.com")


@pytest.fixture
def spot(tickets: Any) -> Spot:
    return Spot(id="C1", name="general", response_url=tickets.response_url())


async def test_the_same_request_delivered_again_is_done_once(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot
) -> None:
    for _ in range(2):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="command:1.2")
    await slack.message("C1", containing="Not possible")
    await runner.work.drain(seconds=10, grace=1)
    assert len(slack.messages("C1")) == 1
    assert spot.response_url not in repr(spot)


async def test_a_test_too_many_is_refused_before_anything_is_shown(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot
) -> None:
    for number in range(5):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key=f"command:{number}")
    with pytest.raises(TooMany):
        await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="command:6")
    await runner.work.drain(seconds=10, grace=1)
    assert len(slack.messages("C1")) == 5


async def test_a_test_is_found_by_its_own_workspace_alone(
    runner: Runner, caller: Caller, test_of: TestOf, write: Callable[..., Run]
) -> None:
    written = write(TestRun(test=test_of()), RunState.RUNNING)
    assert (await runner.find(caller, written.id)).test == test_of()
    for who, run_id in ((replace(caller, team_id="T2"), written.id), (caller, "never")):
        with pytest.raises(NotAllowed) as refused:
            await runner.find(who, run_id)
        assert "older than thirty days" in str(refused.value)


async def test_what_the_operator_forbids_is_refused_before_a_packet_is_sent(
    runner: Runner, slack: StandIn, caller: Caller, spot: Spot, clock: Any
) -> None:
    settings = MailSettings(
        host="mail.example.com", port=22, anonymous=True, from_address="a@a.example"
    )
    runner.vault.settings.put("T1", settings, revision=0, by="UADMIN", at=clock())
    await runner.start_in_channel(caller, ANA, REQUEST, spot=spot, key="")
    message = await slack.message("C1", containing="Not possible")
    assert "port 22" in message.shown
    assert message.buttons == ["Fix settings", "Test again", "Details"]
