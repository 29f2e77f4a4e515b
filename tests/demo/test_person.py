from typing import Any

import pytest

from bot.demo.slack import StandIn


@pytest.fixture
def acknowledges(bot: Any) -> Any:
    """Let /mailtest be acknowledged so."""

    def register(**ack_with: Any) -> None:
        async def listener(ack: Any) -> None:
            await ack(**ack_with)

        bot.app.command("/mailtest")(listener)

    return register


async def test_a_command_carries_what_slack_sends(
    slack: StandIn, acknowledges: Any, bot: Any
) -> None:
    acknowledges()
    reply = await slack.person("member").command("/mailtest", "a@b.example", channel="C2")
    assert (reply.status, reply.text, reply.error) == (200, "", "")
    assert 0 < reply.ack_ms < 3000
    (form,) = bot.seen
    assert (form["command"], form["text"]) == ("/mailtest", "a@b.example")
    assert (form["user_id"], form["channel_id"]) == ("UMEMBER", "C2")
    assert (form["channel_name"], form["team_id"]) == ("privategroup", "T1")


async def test_the_text_of_a_command_is_escaped_once(
    slack: StandIn, acknowledges: Any, bot: Any
) -> None:
    acknowledges()
    await slack.person("member").command("/mailtest", "Tom & Bob <a&amp;b@b.example>")
    assert bot.seen[-1]["text"] == "Tom &amp; Bob &lt;a&amp;amp;b@b.example&gt;"


async def test_a_command_can_be_answered_in_its_acknowledgement(
    slack: StandIn, acknowledges: Any, kit: Any
) -> None:
    acknowledges(text="fallback", blocks=[kit.section("*Testing*")])
    reply = await slack.person("admin").command("/mailtest")
    assert (reply.text, len(reply.blocks)) == ("Testing", 1)
    assert (await slack.message("C1", containing="Testing")).visible_to == "UADMIN"


async def test_an_acknowledgement_can_be_bare_text_for_the_channel(
    slack: StandIn, acknowledges: Any
) -> None:
    acknowledges(text="*Hello*", response_type="in_channel")
    reply = await slack.person("member").command("/mailtest", channel="D1")
    assert reply.text == "Hello"
    assert [each.text for each in slack.messages("D1")] == ["/mailtest", "*Hello*"]


async def test_an_acknowledgement_that_breaks_a_rule_is_a_violation(
    slack: StandIn, acknowledges: Any
) -> None:
    acknowledges(text="x", blocks=[{"type": "marquee"}])
    reply = await slack.person("member").command("/mailtest")
    assert (reply.status, reply.text) == (200, "")
    slack.forgive("unknown block")


async def test_nobody_types_in_a_channel_that_they_are_not_in(slack: StandIn) -> None:
    with pytest.raises(LookupError, match="guest is not in C2"):
        await slack.person("guest").command("/mailtest", channel="C2")


async def test_people_of_another_workspace_press_but_have_no_commands(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.ignores("press")
    stranger = slack.add_user("U2", is_stranger=True, team_id="T2")
    with pytest.raises(LookupError, match="another workspace"):
        await stranger.command("/mailtest")
    row = kit.actions(kit.button("Press"))
    await bot.client.chat_postMessage(channel="C1", text="x", blocks=[row])
    await stranger.press_message(await slack.message("C1", containing="Press"), "Press")
    assert bot.seen[-1]["team"]["id"] == bot.seen[-1]["user"]["team_id"] == "T2"


async def test_a_modal_opens_for_the_person_who_asked(slack: StandIn, bot: Any, kit: Any) -> None:
    bot.opens(kit.modal(kit.section("words")))
    admin = slack.person("admin")
    await admin.command("/mailsettings")
    await admin.command("/mailsettings")
    first, second = await admin.modal(), await admin.modal()
    assert first.payload()["id"] != second.payload()["id"]
    with pytest.raises(TimeoutError, match="a modal for member"):
        await slack.person("member").modal(patience=0.01)


async def test_a_shortcut_opens_a_modal_too(slack: StandIn, bot: Any, kit: Any) -> None:
    async def listener(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=kit.modal(kit.section("words")))

    bot.app.shortcut("mail")(listener)
    assert (await slack.person("admin").shortcut("mail")).ok
    await slack.person("admin").modal()


async def test_a_button_of_a_message_carries_where_it_was_pressed(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.ignores("again")
    confirm = {"title": kit.plain("Sure?"), "text": kit.plain("Really?")}
    row = kit.actions(
        kit.button("Details", "details"),
        kit.button("Test again", "again", value="r1", confirm=confirm),
    )
    await bot.client.chat_postMessage(channel="C1", text="done", blocks=[row])
    message = await slack.message("C1", containing="Test again")
    guest = slack.person("guest")
    assert message.buttons == ["Details", "Test again"]
    assert await guest.press_message(message, "Test again", confirm=False) is None
    assert (await guest.press_message(message, "Test again")).ok
    sent = bot.seen[-1]
    assert sent["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C1",
        "is_ephemeral": False,
    }
    assert sent["channel"] == {"id": "C1", "name": "general"}
    assert sent["message"]["ts"] == message.ts
    assert sent["actions"][0]["value"] == "r1"
    with pytest.raises(LookupError, match="No button 'Undo' here, but"):
        await guest.press_message(message, "Undo")


async def test_an_ephemeral_message_is_pressed_by_its_reader_only(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.ignores("press")
    row = kit.actions(kit.button("Press"))
    await bot.client.chat_postEphemeral(channel="C1", user="UADMIN", text="x", blocks=[row])
    message = await slack.message("C1", containing="Press")
    await slack.person("admin").press_message(message, "Press")
    assert bot.seen[-1]["container"]["is_ephemeral"]
    assert "message" not in bot.seen[-1]
    with pytest.raises(LookupError, match="member does not see"):
        await slack.person("member").press_message(message, "Press")


async def test_a_message_of_a_strange_channel_is_not_seen(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    row = kit.actions(kit.button("Press"))
    slack.add_channel("C3", bot_is_member=True)
    await bot.client.chat_postMessage(channel="C3", text="x", blocks=[row])
    message = await slack.message("C3", containing="Press")
    with pytest.raises(LookupError, match="member does not see"):
        await slack.person("member").press_message(message, "Press")


async def test_an_action_acknowledged_with_a_body_is_a_violation(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    async def listener(ack: Any) -> None:
        await ack(text="pressed")

    bot.app.action("press")(listener)
    bot.opens(kit.modal(kit.actions(kit.button("Press"))))
    await slack.person("admin").command("/mailsettings")
    await (await slack.person("admin").modal()).press("Press")
    slack.forgive("block_actions was acknowledged with a body")


async def test_a_forged_submission_carries_anybodys_view_and_values(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.opens(kit.modal(kit.text(), private_metadata="m"))
    await slack.person("admin").command("/mailsettings")
    view = (await slack.person("admin").modal()).payload()
    forged = {"name": {"name": {"type": "plain_text_input", "value": "evil"}}}
    answer = await slack.person("member").forge_submission(view, values=forged)
    assert answer.status == 404  # nobody listens: an attack's answer is no violation
    sent = bot.seen[-1]
    assert (sent["user"]["id"], sent["view"]["private_metadata"]) == ("UMEMBER", "m")
    assert sent["view"]["state"]["values"] == forged


async def test_a_forged_action_acts_in_anybodys_view_or_message(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.ignores("save")
    bot.opens(kit.modal(kit.text()))
    await slack.person("admin").command("/mailsettings")
    view = (await slack.person("admin").modal()).payload()
    message = slack.workspace.post({"text": "x"}, channel="C2", visible_to="UADMIN")
    guest = slack.person("guest")
    assert (await guest.forge_action({"action_id": "save"}, view=view)).ok
    assert bot.seen[-1]["view"]["id"] == view["id"]
    assert (await guest.forge_action({"action_id": "save", "value": "1"}, message=message)).ok
    assert bot.seen[-1]["channel"]["id"] == "C2"
    assert bot.seen[-1]["actions"][0]["value"] == "1"
    assert bot.seen[-1]["user"]["id"] == "UGUEST"
