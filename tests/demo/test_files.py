from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.demo.files import LARGEST, UploadRefused
from bot.demo.modal import Modal
from bot.demo.slack import StandIn

PEM = b"-----BEGIN CERTIFICATE-----"


@pytest.fixture
async def form(slack: StandIn, bot: Any, kit: Any) -> Modal:
    """A view with a field for two files, opened by the admin."""
    element = {"type": "file_input", "action_id": "file", "max_files": 2}
    bot.opens(kit.modal(kit.text("Name"), kit.input("File", element, block_id="file")))
    bot.answers("form")
    who = slack.person("admin")
    assert (await who.command("/mailsettings")).status == 200
    modal = await who.modal()
    await modal.type("Name", "Ours")
    return modal


def submitted(bot: Any) -> list[dict[str, Any]]:
    """The files of the last submission."""
    value = bot.seen[-1]["view"]["state"]["values"]["file"]["file"]
    assert value["type"] == "file_input"
    return value["files"]


async def deletion(bot: Any, file_id: str) -> str:
    try:
        await bot.call("files.delete", file=file_id)
    except SlackApiError as refusal:
        return str(refusal.response["error"])
    return "ok"


async def fetch(url: str, token: str = "xoxb-1-bot") -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_chosen_files_come_with_the_submission(form: Modal, bot: Any, slack: Any) -> None:
    form.attach("File", "Client Key.pem", PEM)
    form.attach("File", "more", b"more")
    assert form.value("File") == ["Client Key.pem", "more"]
    assert "Client Key.pem" in form.text()
    assert (await form.submit()).outcome == "closed"
    first, second = submitted(bot)
    assert (first["name"], first["size"], first["user"]) == ("Client Key.pem", len(PEM), "UADMIN")
    assert first["file_access"] == "visible"
    assert first["url_private_download"].startswith(slack.api_url.removesuffix("/api/"))
    assert second["mimetype"] == "application/octet-stream"
    assert await fetch(first["url_private_download"]) == (200, "application/octet-stream", PEM)


async def test_without_token_or_scope_a_download_is_a_page_to_sign_in(
    form: Modal, bot: Any, slack: StandIn
) -> None:
    form.attach("File", "a.pem", PEM)
    await form.submit()
    url = submitted(bot)[0]["url_private_download"]
    for token in ("", "xoxb-another"):
        assert (await fetch(url, token))[:2] == (200, "text/html")
    slack.scopes.discard("files:read")
    assert (await fetch(url))[:2] == (200, "text/html")
    slack.scopes.add("files:read")
    assert (await fetch(f"{url}x"))[0] == 404
    slack.weather.fail("download", status=503)
    assert (await fetch(url))[0] == 503


async def test_no_more_files_are_taken_than_the_field_and_slack_allow(form: Modal) -> None:
    with pytest.raises(UploadRefused, match="empty"):
        form.attach("File", "empty", b"")
    with pytest.raises(UploadRefused, match="10 MB"):
        form.attach("File", "large", b"x" * (LARGEST + 1))
    form.attach("File", "one", b"1")
    form.attach("File", "two", b"2")
    with pytest.raises(UploadRefused, match="Remove one first"):
        form.attach("File", "three", b"3")


async def test_a_removed_file_is_not_submitted(form: Modal, bot: Any) -> None:
    form.attach("File", "one", b"1")
    form.attach("File", "two", b"2")
    field = form.view.form.fields["file", "file"]
    form.enter_all({"file": {"file": field.shown[1]}})
    await form.submit()
    assert [each["name"] for each in submitted(bot)] == ["two"]


async def test_a_required_file_is_asked_for(form: Modal) -> None:
    done = await form.submit()
    assert done.errors == {"File": "Please complete this required field."}


async def test_a_file_is_described_and_deleted_by_its_id(
    form: Modal, bot: Any, slack: StandIn
) -> None:
    slack.files.undescribed = True
    form.attach("File", "a.pem", PEM)
    await form.submit()
    [file] = submitted(bot)
    assert file == {"id": file["id"], "file_access": "check_file_info"}
    told = (await bot.client.files_info(file=file["id"])).data
    assert told["file"]["name"] == "a.pem"
    assert (await fetch(told["file"]["url_private_download"]))[2] == PEM
    slack.weather.fail("files.delete", status="cant_delete_file")
    assert await deletion(bot, file["id"]) == "cant_delete_file"
    assert await deletion(bot, file["id"]) == "ok"
    assert await deletion(bot, file["id"]) == "file_not_found"
    assert (await fetch(told["file"]["url_private_download"]))[0] == 404
    slack.scopes.discard("files:write")
    assert await deletion(bot, file["id"]) == "missing_scope"


async def test_a_file_that_was_chosen_outlives_a_redraw_but_is_not_reported(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    view = kit.modal(
        kit.input("File", {"type": "file_input", "action_id": "file"}, block_id="file"),
        kit.actions(kit.button("Press")),
    )
    bot.opens(view)
    bot.redraws("press", view)
    bot.answers("form")
    await slack.person("admin").command("/mailsettings")
    modal = await slack.person("admin").modal()
    modal.attach("File", "a.pem", PEM)
    await modal.press("Press")
    await modal.changed()
    assert modal.value("File") == ["a.pem"]


async def test_a_menu_sends_what_was_chosen(slack: StandIn, bot: Any, kit: Any) -> None:
    menu = {"type": "overflow", "action_id": "menu"}
    menu["options"] = [kit.option("Rename"), kit.option("Delete")]
    bot.opens(kit.modal(kit.section("*Ours*\nthe key", accessory=menu)))
    bot.ignores("menu")
    await slack.person("admin").command("/mailsettings")
    modal = await slack.person("admin").modal()
    await modal.pick("the key", "Delete")
    [done] = bot.actions()[-1]["actions"]
    assert (done["type"], done["action_id"]) == ("overflow", "menu")
    assert done["selected_option"] == kit.option("Delete")
    await modal.act(done["block_id"], "menu", kit.option("Rename")["value"])
    assert bot.actions()[-1]["actions"][0]["selected_option"] == kit.option("Rename")
    with pytest.raises(LookupError, match="has changed meanwhile"):
        await modal.pick("the key", "Burn")
