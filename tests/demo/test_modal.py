from typing import Any

import pytest

from bot.demo.modal import Modal
from bot.demo.slack import StandIn


@pytest.fixture
def opened(slack: StandIn, bot: Any) -> Any:
    """Open a view for the admin."""

    async def open_view(view: dict[str, Any]) -> Modal:
        bot.opens(view)
        who = slack.person("admin")
        assert (await who.command("/mailsettings")).status == 200
        return await who.modal()

    return open_view


async def test_a_person_reads_fills_and_submits_a_form(opened: Any, bot: Any, kit: Any) -> None:
    bot.answers("form")
    form = await opened(
        kit.modal(
            kit.section("*Password*\nnot set"),
            kit.text("Name"),
            kit.input("Colour", kit.choice("static_select", "Red", "Blue"), block_id="colour"),
            kit.input("Extras", kit.choice("checkboxes", "Salt", "Oil"), block_id="extras"),
            kit.input("Who", {"type": "users_select", "action_id": "who"}, block_id="who"),
            private_metadata="m1",
        )
    )
    assert (form.title, form.submit_button, form.depth) == ("A form", "Save", 1)
    assert form.fields() == ["Password", "Name", "Colour", "Extras", "Who"]
    assert form.options("Colour") == ["Red", "Blue"]
    await form.type("Name", "Bob")
    await form.choose("Colour", "Blue")
    await form.tick("Extras", "Salt")
    await form.tick("Extras", "Oil")
    await form.untick("Extras", "Salt")
    await form.choose("Who", "UADMIN")
    assert [form.value(each) for each in form.fields()] == [
        *["not set", "Bob", "Blue", ["Oil"], "UADMIN"]
    ]
    assert "Bob" in form.text()
    assert bot.actions() == []
    assert (await form.submit()).outcome == "closed"
    assert form.closed
    sent = bot.seen[-1]
    assert sent["view"]["private_metadata"] == "m1"
    assert sent["view"]["state"]["values"]["name"] == {
        "name": {"type": "plain_text_input", "value": "Bob"}
    }
    with pytest.raises(LookupError, match="closed"):
        form.title  # noqa: B018 - reading it is the deed


async def test_what_is_not_on_the_screen_cannot_be_used(opened: Any, kit: Any) -> None:
    form = await opened(
        kit.modal(
            kit.section("*Line*\nwords"),
            kit.input("Colour", kit.choice("static_select", "Red"), block_id="colour"),
            kit.input("File", {"type": "file_input", "action_id": "file"}, block_id="file"),
            kit.actions(kit.button("Press")),
        )
    )
    with pytest.raises(LookupError, match="No field 'Size' here, but"):
        await form.type("Size", "5")
    with pytest.raises(LookupError, match="No field 'Line'"):
        await form.choose("Line", "Red")
    with pytest.raises(LookupError, match="No file can be chosen here"):
        form.attach("Colour", "a.pem", b"a")
    with pytest.raises(LookupError, match="has changed meanwhile"):
        form.attach_at(("file", "gone"), "a.pem", b"a")
    with pytest.raises(LookupError, match="No menu beside 'words'"):
        await form.pick("words", "Red")
    with pytest.raises(LookupError, match="No option 'Green' here, but"):
        await form.choose("Colour", "Green")
    with pytest.raises(LookupError, match="nothing can be typed"):
        await form.type("Colour", "Red")
    with pytest.raises(LookupError, match="No button 'Push' here, but"):
        await form.press("Push")
    with pytest.raises(LookupError, match="No link 'There' here, but"):
        form.link("There")


async def test_a_required_field_left_empty_sends_nothing(opened: Any, bot: Any, kit: Any) -> None:
    form = await opened(kit.modal(kit.text("Name")))
    done = await form.submit()
    assert done.outcome == "errors"
    assert done.errors == {"Name": "Please complete this required field."}
    assert len(bot.seen) == 1


async def test_a_view_without_a_submit_button_cannot_be_submitted(opened: Any, kit: Any) -> None:
    view = kit.modal(kit.section("words"))
    del view["submit"]
    with pytest.raises(LookupError, match="no submit button"):
        await (await opened(view)).submit()


async def test_complaints_of_the_bot_stand_under_their_fields(
    opened: Any, bot: Any, kit: Any
) -> None:
    bot.answers("form", response_action="errors", errors={"name": "Not Bob."})
    form = await opened(kit.modal(kit.text("Name", initial_value="Bob")))
    done = await form.submit()
    assert (done.outcome, done.errors) == ("errors", {"Name": "Not Bob."})
    assert form.errors == {"Name": "Not Bob."}
    assert "Not Bob." in form.text()


async def test_a_submission_can_update_push_or_clear(opened: Any, bot: Any, kit: Any) -> None:
    saved = kit.modal(kit.section("Checking"), callback_id="saved")
    more = kit.modal(kit.section("More"), callback_id="more")
    bot.answers("form", response_action="update", view=saved)
    bot.answers("saved", response_action="push", view=more)
    bot.answers("more", response_action="clear")
    form = await opened(kit.modal(kit.section("words")))
    assert (await form.submit()).outcome == "updated"
    assert "Checking" in form.text()
    assert (await form.submit()).outcome == "pushed"
    assert (form.depth, "More" in form.text()) == (2, True)
    assert (await form.submit()).outcome == "cleared"
    await form.gone()


async def test_an_action_says_what_was_done_and_what_is_typed(
    slack: StandIn, opened: Any, bot: Any, kit: Any
) -> None:
    bot.ignores("choice")
    form = await opened(
        kit.modal(
            kit.text("Name"),
            kit.actions(
                kit.choice("radio_buttons", "Red", "Blue", initial_option=kit.option("Red"))
            ),
            private_metadata="m",
        )
    )
    await form.type("Name", "half a w")
    answer = await form.choose("?", "Blue")
    assert answer.ok
    (sent,) = bot.actions()
    assert sent["user"]["id"] == "UADMIN"
    assert sent["team"]["id"] == sent["user"]["team_id"] == "T1"
    assert sent["container"] == {"type": "view", "view_id": sent["view"]["id"]}
    assert sent["view"]["hash"]
    assert sent["view"]["root_view_id"] == sent["view"]["id"]
    assert sent["view"]["previous_view_id"] is None
    assert sent["view"]["private_metadata"] == "m"
    assert sent["view"]["state"]["values"]["name"]["name"]["value"] == "half a w"
    (done,) = sent["actions"]
    assert (done["type"], done["action_id"], done["block_id"]) == (
        *("radio_buttons", "choice", "row"),
    )
    assert done["selected_option"] == kit.option("Blue")
    assert sent["trigger_id"] in slack._delivery.permits.triggers


async def test_a_text_field_dispatches_when_it_was_told_to(opened: Any, bot: Any, kit: Any) -> None:
    on_character = {"trigger_actions_on": ["on_character_entered"]}
    bot.ignores("enter")
    bot.ignores("each")
    form = await opened(
        kit.modal(
            kit.text("Enter", "enter") | {"dispatch_action": True},
            kit.text("Each", "each", dispatch_action_config=on_character)
            | {"dispatch_action": True},
            kit.text("Never", "never"),
        )
    )
    assert await form.type("Enter", "a") is None
    assert (await form.enter("Enter")).ok
    assert (await form.type("Each", "b")).ok
    assert await form.enter("Each") is None
    assert await form.enter("Never") is None
    done = [each["actions"][0] for each in bot.actions()]
    assert [(each["action_id"], each["value"]) for each in done] == [("enter", "a"), ("each", "b")]


async def test_a_redrawn_view_keeps_what_was_typed(opened: Any, bot: Any, kit: Any) -> None:
    bot.redraws("choice", kit.modal(kit.text("Name"), kit.text("More", "more", initial_value="x")))
    colour = kit.input("Colour", kit.choice("static_select", "Red"), block_id="c")
    form = await opened(kit.modal(kit.text("Name"), colour | {"dispatch_action": True}))
    await form.type("Name", "Bob")
    await form.choose("Colour", "Red")
    await form.changed()
    assert form.fields() == ["Name", "More"]
    assert [form.value(each) for each in form.fields()] == ["Bob", "x"]
    bot.answers("form")
    await form.submit()
    assert set(bot.seen[-1]["view"]["state"]["values"]) == {"name"}  # "more" was not touched


async def test_a_button_may_ask_first(opened: Any, bot: Any, kit: Any) -> None:
    bot.ignores("press")
    confirm = {"title": kit.plain("Sure?"), "text": kit.plain("Really?")}
    form = await opened(
        kit.modal(
            kit.actions(
                kit.button("Keep", "keep"),
                kit.button("Remove", value="v", confirm=confirm, url="https://a.example"),
            )
        )
    )
    assert form.buttons == ["Keep", "Remove"]
    assert form.link("Remove") == "https://a.example"
    assert await form.press("Remove", confirm=False) is None
    assert (await form.press("Remove")).ok
    (sent,) = bot.actions()
    assert sent["actions"][0]["value"] == "v"


async def test_a_view_pushed_on_top_comes_off_again(opened: Any, bot: Any, kit: Any) -> None:
    async def push(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = kit.modal(kit.section("Second"), notify_on_close=True, callback_id="second")
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    closed = []

    async def on_close(ack: Any, body: Any) -> None:
        closed.append(body)
        await ack()

    bot.app.action("press")(push)
    bot.app.view_closed("second")(on_close)
    form = await opened(kit.modal(kit.section("First"), kit.actions(kit.button("Push"))))
    await form.press("Push")
    await form.shows("Second")
    assert form.depth == 2
    assert form.payload()["previous_view_id"] == form.payload()["root_view_id"]
    answer = await form.close()
    assert answer.ok
    assert "First" in form.text()
    assert (closed[0]["is_cleared"], closed[0]["view"]["callback_id"]) == (False, "second")
    assert await form.close() is None
    assert form.closed


async def test_the_x_closes_all_and_names_the_lowest_view(opened: Any, bot: Any, kit: Any) -> None:
    second = kit.modal(kit.section("Second"), callback_id="second")
    bot.answers("form", response_action="push", view=second)
    closed = []

    async def on_close(ack: Any, body: Any) -> None:
        closed.append(body)
        await ack()

    bot.app.view_closed("form")(on_close)
    form = await opened(kit.modal(kit.section("First"), notify_on_close=True))
    root = form.payload()["id"]
    await form.submit()
    await form.dismiss()
    assert form.closed
    assert [(each["is_cleared"], each["view"]["id"]) for each in closed] == [(True, root)]


async def test_clear_on_close_takes_the_views_below_along(opened: Any, bot: Any, kit: Any) -> None:
    second = kit.modal(kit.section("Second"), clear_on_close=True)
    bot.answers("form", response_action="push", view=second)
    form = await opened(kit.modal(kit.section("First")))
    await form.submit()
    await form.close()
    assert form.closed


async def test_an_update_after_a_submission_is_waited_for(opened: Any, bot: Any, kit: Any) -> None:
    async def save(ack: Any, body: Any, client: Any) -> None:
        await ack(response_action="update", view=kit.modal(kit.section("Checking")))
        await client.views_update(view_id=body["view"]["id"], view=kit.modal(kit.section("Saved")))

    bot.app.view("form")(save)
    form = await opened(kit.modal(kit.section("words")))
    assert (await form.submit()).outcome == "updated"
    await form.changed()
    assert "Saved" in form.text()


async def test_a_submission_that_is_not_acknowledged_fails(
    slack: StandIn, opened: Any, kit: Any
) -> None:
    form = await opened(kit.modal(kit.section("words"), callback_id="nobody"))
    slack._delivery.ack_seconds = 0.05
    assert (await form.submit()).outcome == "failed"
    assert not form.closed
    slack.forgive("view_submission was ")
