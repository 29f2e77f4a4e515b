import asyncio
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.program import Demo, PortTaken, Wishes, run


async def test_the_page_knows_the_workspace_and_its_people(page: Any) -> None:
    screen = await page.sees()
    assert screen["workspace"] == "Acme"
    assert [(each["id"], each["role"]) for each in screen["users"]] == [
        ("UOWNER", "owner"),
        ("UADMIN", "admin"),
        ("UMEMBER", "member"),
        ("UGUEST", "guest"),
    ]
    assert [each["text"][:24] for each in screen["messages"]["C1"]] == ["Our mail server is new. "]


async def test_the_bot_is_real_and_answers_over_signed_http(page: Any, demo: Demo) -> None:
    await page.open_settings()
    entry = next(each for each in demo.slack.record if each.what == "command")
    assert "X-Slack-Signature" in entry.headers
    forged = await demo.slack.send_raw(entry.body, kind="command", sign="wrong")
    assert forged.status == 401
    async with page.session.get(f"{(await page.sees())['public_url']}/readyz") as response:
        assert (await response.json())["status"] == "ready"


async def test_all_stops_while_a_test_waits_for_a_silent_server(
    wishes: Wishes, page: Any, demo: Demo
) -> None:
    assert wishes.deadlines.stage < 15
    await page.fill("silent")
    await page.save()
    await page.do("command", channel="C1", text="/mailtest")
    await page.sees(lambda s: "break" in [each["id"] for each in s["guide"] if each["done"]])
    async with asyncio.timeout(30):
        await demo.stop()
    with pytest.raises(aiohttp.ClientError):
        await page.sees()
    ended = demo.slack.messages("C1")[-1].shown
    assert "failed" in ended


async def test_a_port_in_use_is_told_and_nothing_is_left_running(wishes: Wishes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        demo = Demo(replace(wishes, port=taken.getsockname()[1]))
        with pytest.raises(PortTaken, match="in use"):
            await demo.start()
    with pytest.raises(LookupError):
        _ = demo.slack
    assert demo.address == ""


@pytest.mark.parametrize("host", ["smtp.gmail.com", "198.51.100.7", "127.0.0.1", "localhost"])
async def test_no_other_mail_server_is_reached(page: Any, host: str) -> None:
    await page.fill("greylist")
    view = (await page.sees())["modals"][0]
    values = {"host": {"host": host}}
    answer = await page.do("modal/submit", view_id=view["id"], values=values)
    assert answer["outcome"] == "updated"
    await page.do("modal/close", view_id=view["id"], all=True)
    message = await page.test()
    assert "failed at stage Address lookup" in message["text"]
    assert "no mail server of this demo" in str(message["blocks"])


async def test_settings_are_kept_in_the_directory(wishes: Wishes) -> None:
    for name in ("olivia", "olivia@acme.example"):
        demo = Demo(wishes)
        await demo.start()
        owner = demo.slack.person("UOWNER")
        await owner.command("/mailsettings")
        modal = await owner.modal()
        await modal.shows("Email notifications")
        assert modal.value("Reply-to address") == ("" if name == "olivia" else name)
        if name == "olivia":
            await modal.tick("Connect anonymously", "Sign in without username and password")
            await modal.changed()
            await modal.type("Server address", "greylist.demo.example")
            await modal.type("From address", "team@demo.example")
            await modal.type("Reply-to address", "olivia@acme.example")
            assert (await modal.submit()).errors == {}
        await demo.stop()


async def test_it_runs_until_a_signal_and_tells_the_rules_that_were_broken(wishes: Wishes) -> None:
    def ready(demo: Demo) -> None:
        assert demo.address.startswith("http://127.0.0.1:")
        demo.slack.events.violate("for a test")
        os.kill(os.getpid(), signal.SIGTERM)

    assert await run(wishes, ready=ready) == ("for a test",)


@pytest.fixture
def in_slack(tmp_path: Path) -> Wishes:
    return Wishes(directory=tmp_path, port=0, password_in_slack=True)


async def test_a_password_can_be_typed_into_the_modal_instead(in_slack: Wishes) -> None:
    demo = Demo(in_slack)
    await demo.start()
    admin = demo.slack.person("UADMIN")
    await admin.command("/mailsettings")
    modal = await admin.modal()
    await modal.shows("Email notifications")
    await modal.press("Set password")
    await modal.shows("New password")
    assert "New password" in modal.fields()
    await demo.stop()
