from pathlib import Path
from typing import Any

import yaml

from bot.demo.program import Demo
from bot.demo.snapshot import COMMANDS, SHORTCUTS

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def test_commands_and_shortcuts_are_those_of_the_manifest() -> None:
    features = yaml.safe_load(MANIFEST.read_text())["features"]
    named = [
        {
            "name": each["command"],
            "description": each["description"],
            "usage_hint": each["usage_hint"],
        }
        for each in features["slash_commands"]
    ]
    assert list(COMMANDS) == named
    chosen = [
        {name: each[name] for name in ("callback_id", "name", "description")}
        for each in features["shortcuts"]
    ]
    assert list(SHORTCUTS) == chosen


async def test_everyone_sees_the_channels_that_he_is_in(page: Any) -> None:
    def names(screen: dict[str, Any]) -> list[str]:
        return [each["name"] for each in screen["channels"]]

    assert names(await page.sees()) == ["general", "ops", "mia", "Mail Settings"]
    assert names(await page.seen_by("UMEMBER").sees()) == [
        "general",
        "ops",
        "adam",
        "Mail Settings",
    ]
    assert names(await page.seen_by("UGUEST").sees()) == ["general", "Mail Settings"]
    channels = {each["name"]: each for each in (await page.sees())["channels"]}
    assert channels["ops"]["private"]
    assert not channels["ops"]["bot_is_member"]
    assert channels["mia"]["direct"]


async def test_a_message_says_who_when_and_whether_it_was_changed(page: Any, demo: Demo) -> None:
    message = demo.slack.workspace.post({"text": "a"}, channel="C1")
    message.edits += 1
    shown = (await page.sees())["messages"]["C1"][-1]
    assert (shown["user_name"], shown["is_bot"], shown["edited"]) == ("Mail Settings", True, True)
    assert shown["time"].endswith("+00:00")
    assert not shown["only_you"]


async def test_the_newest_hundred_messages_of_a_channel_are_shown(page: Any, demo: Demo) -> None:
    for number in range(120):
        demo.slack.workspace.post({"text": str(number)}, channel="C1")
    texts = [each["text"] for each in (await page.sees())["messages"]["C1"]]
    assert (len(texts), texts[0], texts[-1]) == (100, "20", "119")


async def test_a_modal_shows_its_views_lowest_first(page: Any) -> None:
    view = await page.open_settings()
    assert (view["submit"], view["close"], view["title"]) == ("Save", "Cancel", "Mail settings")
    await page.do("modal/act", view_id=view["id"], block_id="password", action_id="change_password")
    screen = await page.sees(lambda s: len(s["modals"]) == 2)
    assert [each["submit"] for each in screen["modals"]] == ["Save", ""]
    assert (await page.seen_by("UOWNER").sees())["modals"] == []


async def test_the_servers_are_told_as_they_are_to_be_typed(page: Any) -> None:
    servers = {each["id"]: each for each in (await page.sees())["servers"]}
    assert len(servers) == 15
    assert servers["smtps"]["protocol"] == "SMTPS (TLS from the start)"
    assert servers["login"]["password"] != servers["smtp"]["password"]
    assert servers["imap"]["username"] == ""
