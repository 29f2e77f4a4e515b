"""A From address without a server: a suggestion comes later, and only if it still fits."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.demo.names import NameServer
from bot.smtp.network import Network

ZONE = {
    ("own.example", "MX"): ["10 mail.own.example."],
    ("_submissions._tcp.own.example", "SRV"): ["0 1 4650 smtps.own.example."],
    ("workspace.example", "MX"): ["1 aspmx.l.google.com."],
}
BUTTON = "Use this server"


@pytest.fixture
async def names(name_server: Any) -> NameServer:
    made: NameServer = await name_server(ZONE)
    return made


@pytest.fixture
def network(network: Network, names: NameServer) -> Network:
    """The stories' own, with a name server that answers."""
    return replace(
        network,
        resolver=replace(network.resolver, port=names.port),
        deadlines=replace(network.deadlines, aside=5.0),
    )


@pytest.fixture
async def held(names: NameServer) -> AsyncIterator[NameServer]:
    """The name server, which answers about own.example when it is let go."""
    names.held = {"own.example"}
    yield names
    names.go.set()


async def type_from(modal: Any, address: str) -> None:
    """Type a From address and Enter, and wait for the answer to that."""
    await modal.type("From address", address)
    await modal.enter("From address")
    await modal.changed()


async def idle(bot: Any) -> None:
    """Wait until the bot has nothing under way."""
    await bot.program._work.drain(seconds=10, grace=1)


def failures(log: Path) -> list[str]:
    """Return the log's lines on work that failed."""
    lines = log.read_text().splitlines()
    assert any("ready" in each for each in lines)
    return [each for each in lines if "work failed" in each]


@pytest.mark.both_doors
async def test_an_admin_uses_the_server_that_a_domain_publishes(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("Username", "ana")
    await type_from(modal, "team@own.example")
    await modal.shows("For own.example: smtps.own.example, port 4650")
    assert "own.example publishes this server" in modal.text()
    await modal.type("Sender name", "Ana")
    await modal.press(BUTTON)
    await modal.changed()
    assert modal.value("Server address") == "smtps.own.example"
    assert modal.value("Server port") == "4650"
    assert modal.value("Mail protocol") == "SMTPS (TLS from the start)"
    assert modal.value("Mail provider") == "Other"
    assert (modal.value("Username"), modal.value("Sender name")) == ("ana", "Ana")
    assert BUTTON not in modal.buttons
    assert "Filled in above: smtps.own.example, port 4650" in modal.text()
    await bot.give_password(modal, "s3cret pass")
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.host == "smtps.own.example"


async def test_any_other_choice_asks_too_and_a_provider_is_known_by_its_mx(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("From address", "team@workspace.example")
    await modal.press("More options")
    await modal.shows("For workspace.example: smtp.gmail.com, port 465")
    await modal.press("Fewer options")
    await modal.changed()
    assert "Gmail / Google Workspace handles its mail" in modal.text()
    await modal.press(BUTTON)
    await modal.changed()
    assert modal.value("Mail provider") == "Gmail / Google Workspace"
    assert "App Password" in modal.text()


async def test_another_address_has_another_suggestion(bot: Any) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await modal.shows("For own.example")
    await type_from(modal, "team@gmail.com")
    await modal.shows("For gmail.com: smtp.gmail.com")
    assert "own.example" not in modal.text()


async def test_personal_outlook_is_told_to_be_no_way(bot: Any) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "ana@hotmail.com")
    await modal.shows("can't send through Outlook.com")
    assert BUTTON not in modal.buttons


async def test_no_answer_waits_for_a_name_server(bot: Any, held: NameServer) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    assert BUTTON not in modal.buttons
    await modal.type("Username", "typed meanwhile")
    held.go.set()
    await modal.shows("For own.example")
    assert modal.value("Username") == "typed meanwhile"


async def test_it_comes_too_late_after_another_click(bot: Any, held: NameServer) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await modal.type("Server address", "mail.example.com")
    await modal.enter("Server address")
    await modal.changed()
    held.go.set()
    await idle(bot)
    assert BUTTON not in modal.buttons
    assert modal.value("Server address") == "mail.example.com"


async def test_of_two_clicks_the_later_ones_suggestion_is_shown(bot: Any, held: NameServer) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await modal.press("More options")
    await modal.changed()
    held.go.set()
    await modal.shows("For own.example")
    await idle(bot)
    redraws = [each for each in bot.slack.record if each.by_bot and each.what == "views.update"]
    assert len(redraws) == 3  # two clicks, one suggestion
    assert "HELO name" in modal.fields()


async def test_it_comes_too_late_after_a_save(bot: Any, held: NameServer) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await bot.fill(modal, from_address="team@own.example")
    await bot.save(modal)
    held.go.set()
    await idle(bot)
    assert "Saved." in modal.text()
    assert BUTTON not in modal.buttons


async def test_complaints_that_came_meanwhile_stay(bot: Any, held: NameServer) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await modal.press("Send test message")
    await modal.shows("Type the server's name")
    held.go.set()
    await idle(bot)
    assert "Type the server's name" in modal.text()


async def test_a_closed_form_is_nobodys_loss(bot: Any, held: NameServer, leaks: Path) -> None:
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await modal.close()
    held.go.set()
    await idle(bot)
    assert failures(leaks) == []


@pytest.mark.parametrize("mood", ["silent", "broken", "lies"])
async def test_a_bad_name_server_is_not_heard_of(
    bot: Any, names: NameServer, leaks: Path, mood: str
) -> None:
    match mood:
        case "silent":
            names.silent = {""}
        case "broken":
            names.broken = {""}
        case _:
            names.lies = lambda query: query.id.to_bytes(2, "big") + b"rubbish"
    modal = await bot.open_settings()
    await type_from(modal, "team@own.example")
    await asyncio.wait_for(idle(bot), 8)
    assert BUTTON not in modal.buttons
    assert failures(leaks) == []


async def test_a_given_server_is_left_alone(bot: Any, names: NameServer) -> None:
    modal = await bot.open_settings()
    await modal.type("Server address", "mail.example.com")
    await type_from(modal, "team@own.example")
    await idle(bot)
    assert names.asked == []
    assert modal.value("Server address") == "mail.example.com"
