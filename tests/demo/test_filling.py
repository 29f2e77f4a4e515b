from typing import Any

import pytest


async def test_the_form_is_filled_as_a_person_would(page: Any) -> None:
    view = await page.open_settings()
    ports = {each["id"]: str(each["port"]) for each in (await page.sees())["servers"]}
    for server_id in ("smtps", "imap", "sender", "smtps"):  # also from one to the next
        await page.do("fill", view_id=view["id"], server_id=server_id, values={})
        values = (await page.sees())["modals"][0]["values"]
        fields = {name.partition(".")[0]: next(iter(e.values())) for name, e in values.items()}
        assert fields["host"] == f"{server_id}.demo.example"
        assert fields["port"] == ports[server_id]
        assert fields["tls_mode"] == ("implicit" if server_id == "smtps" else "starttls")
        assert fields["provider"] == "other"
        if server_id == "imap":
            assert "username" not in fields
            assert fields["anonymous"] == ["on"]
        else:
            assert fields["username"] == "team@demo.example"
        sender = "sales" if server_id == "sender" else "team"
        assert fields["from_address"] == f"{sender}@demo.example"


async def test_what_was_typed_beside_stays(page: Any) -> None:
    view = await page.open_settings()
    typed = {"sender_name": {"sender_name": "Acme Team"}}
    await page.do("fill", view_id=view["id"], server_id="smtp", values=typed)
    values = (await page.sees())["modals"][0]["values"]
    assert values["sender_name"]["sender_name"] == "Acme Team"


async def test_the_answer_names_the_first_screen_that_shows_it(page: Any) -> None:
    view = await page.open_settings()
    before = (await page.sees())["version"]
    answer = await page.do("fill", view_id=view["id"], server_id="smtp", values={})
    assert answer["version"] > before
    screen = await page.sees(lambda s: s["version"] >= answer["version"])
    assert "smtp.demo.example" in str(screen["modals"][0]["values"])


async def test_a_provider_that_was_chosen_gives_way(page: Any) -> None:
    view = await page.open_settings()
    about = {"view_id": view["id"], "block_id": "provider", "action_id": "provider"}
    await page.do("modal/act", **about, value="gmail")
    await page.sees(lambda s: "host.1" in s["modals"][0]["values"])
    await page.do("fill", view_id=view["id"], server_id="smtp", values={})
    values = (await page.sees())["modals"][0]["values"]
    assert values["host.1"]["host"] == "smtp.demo.example"


@pytest.mark.parametrize("server_id", ["smtp", "none"])
async def test_without_an_open_form_nothing_is_filled(page: Any, server_id: str) -> None:
    status, answer = await page.ask("fill", view_id="", server_id=server_id)
    assert status == 400
    sentence = {"smtp": "Open the settings first", "none": "There is no such mail server."}
    assert sentence[server_id] in answer["error"]


async def test_a_view_on_top_of_the_form_is_not_filled(page: Any) -> None:
    view = await page.open_settings()
    press = {"block_id": "password", "action_id": "change_password"}
    await page.do("modal/act", view_id=view["id"], **press)
    top = (await page.sees(lambda s: len(s["modals"]) == 2))["modals"][1]
    _, answer = await page.ask("fill", view_id=top["id"], server_id="smtp")
    assert "Go back to the form of the settings first." in answer["error"]
    _, answer = await page.ask("fill", view_id=view["id"], server_id="smtp")
    assert "This window has changed meanwhile." in answer["error"]


async def test_a_bot_that_does_not_redraw_is_told(page: Any, demo: Any) -> None:
    view = await page.open_settings()
    demo.slack.weather.fail("views.update", times=9, status="not_found")
    status, answer = await page.ask("fill", view_id=view["id"], server_id="smtps")
    assert (status, answer["error"]) == (504, "The bot gave no answer in time.")
