import asyncio
import json
from base64 import b64encode
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from bot.demo.program import Demo


async def test_a_message_is_text_and_nothing_in_it_is_live(page: Any) -> None:
    await page.do("command", channel="C1", text="<!channel> & <https://a.example|b>")
    text = (await page.sees())["messages"]["C1"][-1]["text"]
    assert text == "&lt;!channel&gt; &amp; &lt;https://a.example|b&gt;"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/none", "/none is no command of this workspace"),
        ("", "A message has one to 4000 characters"),
        ("x" * 4001, "A message has one to 4000 characters"),
    ],
)
async def test_what_cannot_be_typed_is_refused_with_a_reason(
    page: Any, text: str, sentence: str
) -> None:
    status, answer = await page.ask("command", channel="C1", text=text)
    assert (status, answer["ok"]) == (400, False)
    assert sentence in answer["error"]


@pytest.mark.parametrize("text", ["hello", "/mailtest"])
async def test_nobody_writes_where_he_is_not(page: Any, text: str) -> None:
    for user, channel in (("UGUEST", "C2"), ("UADMIN", "C9")):
        status, answer = await page.seen_by(user).ask("command", channel=channel, text=text)
        assert status == 400
        assert f"is not in {channel}" in answer["error"]


async def test_a_bot_that_is_silent_is_told_of_as_slack_does(page: Any, demo: Demo) -> None:
    demo.slack.connect_http("http://127.0.0.1:1/slack/events")
    for path, body in (
        ("command", {"channel": "C1", "text": "/mailsettings"}),
        ("shortcut", {"callback_id": "mail_settings"}),
    ):
        status, answer = await page.ask(path, **body)
        assert status == 400
        assert "failed with the error “dispatch_failed”" in answer["error"]


async def test_the_shortcut_opens_the_form(page: Any) -> None:
    await page.do("shortcut", callback_id="mail_settings")
    screen = await page.sees(lambda s: s["modals"])
    assert screen["modals"][0]["title"] == "Mail settings"


async def test_an_answer_to_one_is_seen_by_one(page: Any) -> None:
    await page.do("command", channel="C1", text="/mailtest help")
    mine = await page.sees(lambda s: len(s["messages"]["C1"]) == 2)
    assert mine["messages"]["C1"][-1]["only_you"]
    others = await page.seen_by("UOWNER").sees()
    assert len(others["messages"]["C1"]) == 1


async def test_a_choice_draws_the_form_anew_and_keeps_what_was_typed(page: Any) -> None:
    view = await page.open_settings()
    await page.do(
        "modal/act",
        view_id=view["id"],
        block_id="tls_mode",
        action_id="tls_mode",
        value="implicit",
        values={"host": {"host": "typed.demo.example"}, "gone": {"gone": "x"}},
    )
    screen = await page.sees(lambda s: "port.1" in s["modals"][0]["values"])
    values = screen["modals"][0]["values"]
    assert values["host"]["host"] == "typed.demo.example"
    assert values["port.1"]["port"] == "465"
    assert values["tls_mode"]["tls_mode"] == "implicit"
    assert values["notifications"]["notifications"] == ["on"]


async def test_a_box_is_ticked_by_the_values_of_its_options(page: Any) -> None:
    view = await page.open_settings()
    box = {"view_id": view["id"], "block_id": "anonymous", "action_id": "anonymous"}
    await page.do("modal/act", **box, value=["on"])
    await page.sees(lambda s: "username" not in s["modals"][0]["values"])
    await page.do("modal/act", **box, value=[])
    await page.sees(lambda s: "username" in s["modals"][0]["values"])


async def test_enter_in_a_field_that_dispatches_sends_what_was_typed(page: Any) -> None:
    view = await page.open_settings()
    await page.do(
        "modal/act",
        view_id=view["id"],
        block_id="host",
        action_id="host",
        value="smtps://bob@smtp.demo.example:4650",
    )
    screen = await page.sees(lambda s: "host.1" in s["modals"][0]["values"])
    assert screen["modals"][0]["values"]["host.1"]["host"] == "smtp.demo.example"


async def test_complaints_come_with_the_answer_and_stay_on_the_screen(page: Any) -> None:
    view = await page.open_settings()
    answer = await page.do("modal/submit", view_id=view["id"], values={})
    assert answer["outcome"] == "errors"
    assert set(answer["errors"]) == {"host", "username", "from_address"}
    values = {
        "host": {"host": "smtp.demo.example"},
        "username": {"username": "team@demo.example"},
        "from_address": {"from_address": "team@demo.example"},
        "port": {"port": "587"},
    }
    answer = await page.do("modal/submit", view_id=view["id"], values=values)
    assert answer["outcome"] == "errors"  # the bot's own complaint: no password
    shown = (await page.sees())["modals"][0]
    assert shown["errors"] == answer["errors"]
    assert not shown["busy"]


async def test_a_submission_under_way_is_busy_and_taken_once(page: Any, demo: Demo) -> None:
    await page.fill("greylist")
    view = (await page.sees())["modals"][0]
    demo.slack.weather.hang("users.info")
    first = asyncio.create_task(page.ask("modal/submit", view_id=view["id"], values={}))
    await page.sees(lambda s: s["modals"][0]["busy"])
    status, answer = await page.ask("modal/submit", view_id=view["id"], values={})
    assert (status, answer["error"]) == (400, "This was sent already. One moment, please.")
    demo.slack.weather.clear()
    await first
    await page.sees(lambda s: not s["modals"][0]["busy"])


async def test_a_submission_that_fails_says_what_slack_says(page: Any, demo: Demo) -> None:
    await page.fill("greylist")
    view = (await page.sees())["modals"][0]
    demo.slack.connect_http("http://127.0.0.1:1/slack/events")
    status, answer = await page.ask("modal/submit", view_id=view["id"], values={})
    assert (status, answer["error"]) == (400, "We had some trouble connecting. Try again?")


async def test_two_admins_at_once_are_both_told_the_truth(page: Any) -> None:
    owner = page.seen_by("UOWNER")
    await page.fill("greylist")
    await owner.fill("recipient")
    await page.save()
    view = (await owner.sees())["modals"][0]
    answer = await owner.do("modal/submit", view_id=view["id"], values={})
    assert answer["outcome"] == "updated"
    shown = json.dumps((await owner.sees())["modals"][0]["blocks"])
    assert "<@UADMIN>" in shown


async def test_a_member_sees_a_summary_and_no_form(page: Any) -> None:
    member = page.seen_by("UMEMBER")
    await member.do("command", channel="C1", text="/mailsettings")
    screen = await member.sees(lambda s: len(s["messages"]["C1"]) == 2)
    assert screen["modals"] == []
    assert screen["messages"]["C1"][-1]["only_you"]


async def test_a_guest_is_told_that_guests_cannot_test(page: Any) -> None:
    guest = page.seen_by("UGUEST")
    await guest.do("command", channel="C1", text="/mailtest")
    await guest.sees(lambda s: "Guests" in s["messages"]["C1"][-1]["text"])


async def test_the_buttons_of_a_message_work(page: Any) -> None:
    await page.fill("recipient")
    await page.save()
    message = await page.test()
    button = {"channel": "C1", "ts": message["ts"], "block_id": "mailtest"}
    await page.do("press", **button, action_id="test_details")
    details = await page.sees(lambda s: s["modals"])
    assert "550 5.1.1" in json.dumps(details["modals"][0]["blocks"])
    await page.do("modal/close", view_id=details["modals"][0]["id"])
    assert (await page.sees())["modals"] == []
    await page.do("press", **button, action_id="test_again")
    await page.sees(lambda s: len(s["messages"]["C1"]) > 2)


async def test_a_button_that_is_gone_is_told(page: Any) -> None:
    place = {"channel": "C1", "block_id": "b", "action_id": "a"}
    _, answer = await page.ask("press", **place, ts="1.000001")
    assert answer["error"] == "This message is gone."
    ts = (await page.sees())["messages"]["C1"][0]["ts"]
    _, answer = await page.ask("press", **place, ts=ts)
    assert "has changed meanwhile" in answer["error"]


@pytest.mark.parametrize("path", ["modal/act", "modal/submit"])
async def test_a_window_that_is_gone_is_told(page: Any, path: str) -> None:
    for _ in range(2):  # without any window, then with another one
        status, answer = await page.ask(path, view_id="V1", block_id="b", action_id="a")
        assert status == 400
        assert answer["error"].startswith("This window has changed meanwhile.")
        await page.open_settings()


async def test_a_window_that_is_gone_is_closed_already(page: Any) -> None:
    view = await page.open_settings()
    for view_id in ("V1", view["id"], view["id"]):
        status, answer = await page.ask("modal/close", view_id=view_id)
        assert (status, answer["ok"]) == (200, True)
    assert (await page.sees())["modals"] == []


async def test_an_element_or_option_that_is_gone_is_told(page: Any) -> None:
    view = await page.open_settings()
    about = {"view_id": view["id"], "block_id": "tls_mode"}
    _, answer = await page.ask("modal/act", **about, action_id="none")
    assert "has changed meanwhile" in answer["error"]
    _, answer = await page.ask("modal/act", **about, action_id="tls_mode", value="ssl")
    assert "offers no 'ssl'" in answer["error"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"user": "UNOBODY"}, "nobody of that name"),
        ({"user": "UBOT"}, "Nobody can be the bot"),
        ({"text": 5}, "left out “text”"),
        ({}, "left out “text”"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(
    page: Any, body: dict[str, Any], sentence: str
) -> None:
    status, answer = await page.ask("command", **body)
    assert status == 400
    assert sentence in answer["error"]


@pytest.mark.parametrize("values", [["x"], {"host": "x"}])
async def test_fields_of_another_shape_are_refused(page: Any, values: object) -> None:
    view = await page.open_settings()
    status, answer = await page.ask("modal/submit", view_id=view["id"], values=values)
    assert status == 400
    assert "nobody can read" in answer["error"]


async def test_what_is_no_json_is_refused(page: Any, demo: Demo) -> None:
    async with page.session.post(f"{demo.address}api/command", data=b"\xff{") as response:
        assert response.status == 400
        assert not (await response.json())["ok"]


async def upload_view(page: Any) -> dict[str, Any]:
    """Open the view in which a file is chosen."""
    await page.do("command", channel="C1", text="/mailsettings keys")
    screen = await page.sees(lambda s: s["modals"] and s["modals"][-1]["title"] == "SSL keys")
    below = screen["modals"][-1]
    block_id = below["blocks"][0]["block_id"]
    await page.do("modal/act", view_id=below["id"], block_id=block_id, action_id="upload_key")
    screen = await page.sees(lambda s: len(s["modals"]) == 2)
    return dict(screen["modals"][-1])


async def test_a_file_is_chosen_shown_and_taken_away(page: Any) -> None:
    view = await upload_view(page)
    field = {"view_id": view["id"], "block_id": "file", "action_id": "file"}
    typed = {"name": {"name": "Ours"}}
    content = b64encode(b"content").decode()
    await page.do("modal/attach", **field, name="a.pem", content=content, values=typed)
    screen = await page.sees(lambda s: s["modals"][-1]["files"])
    view = screen["modals"][-1]
    [(file_id, file)] = view["files"].items()
    assert file == {"name": "a.pem", "size": 7}
    assert view["values"]["file"]["file"] == [file_id]
    assert view["values"]["name"]["name"] == "Ours"
    for wrong, sentence in (("?", "nobody can read"), (content, "No more files")):
        status, answer = await page.ask("modal/attach", **field, name="b.pem", content=wrong)
        assert status == 400
        assert sentence in answer["error"]
    values = {"file": {"file": []}, "name": {"name": "Ours"}}
    answer = await page.do("modal/submit", view_id=view["id"], values=values)
    assert answer["outcome"] == "errors"
    assert set(answer["errors"]) == {"file"}


async def test_the_demos_key_can_be_downloaded(page: Any, demo: Demo) -> None:
    [told] = [each["client_key"] for each in (await page.sees())["servers"] if each["client_key"]]
    address = demo.address.rstrip("/") + told["path"]
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Disposition"] == f"attachment; filename={told['name']}"
        content = await answer.read()
    assert pkcs12.load_pkcs12(content, told["passphrase"].encode()).key is not None
