import json
from typing import Any

from bot.demo.guide import STEPS


def done(screen: dict[str, Any]) -> list[str]:
    return [each["id"] for each in screen["guide"] if each["done"]]


async def test_each_step_is_ticked_by_what_happened(page: Any) -> None:
    assert done(await page.sees()) == []
    await page.open_settings()
    assert done(await page.sees()) == ["open"]
    view = (await page.sees())["modals"][0]
    await page.do("fill", view_id=view["id"], server_id="smtp")
    assert done(await page.sees()) == ["open", "choose"]
    await page.give_password("right-horse-battery")
    await page.save()
    assert done(await page.sees()) == ["open", "choose", "save"]
    message = await page.test()
    screen = await page.sees()
    assert done(screen) == ["open", "choose", "save", "test"]
    assert f"look for code {screen['inbox'][0]['code']}" in json.dumps(message["blocks"])
    button = {"block_id": "arrival", "action_id": "arrived"}
    await page.do("press", channel="C1", ts=message["ts"], **button)
    await page.sees(lambda s: "got the message" in s["messages"]["C1"][-1]["text"])
    assert done(await page.sees())[-1] == "code"
    await page.fill("wrong-port")
    await page.save()
    assert "break" not in done(await page.sees())
    message = await page.test()
    fixable = await page.sees(
        lambda s: "Use SMTP with STARTTLS" in json.dumps(s["messages"]["C1"][-1])
    )
    assert done(fixable) == list(STEPS)[:-1]
    button = {"block_id": "mailtest", "action_id": "fix_settings"}
    await page.do("press", channel="C1", ts=message["ts"], **button)
    await page.sees(lambda s: s["modals"])
    await page.save()
    await page.sees(lambda s: done(s) == list(STEPS))


async def test_an_explanation_counts_only_once_something_was_broken(page: Any) -> None:
    await page.do("command", channel="C1", text="/mailtest")
    await page.sees(lambda s: "Not possible" in s["messages"]["C1"][-1]["text"])
    assert done(await page.sees()) == []


async def test_everyone_dismisses_it_alone(page: Any) -> None:
    await page.do("guide/dismiss")
    assert (await page.sees())["guide_dismissed"]
    assert not (await page.seen_by("UOWNER").sees())["guide_dismissed"]
