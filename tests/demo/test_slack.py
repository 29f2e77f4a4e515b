from typing import Any

import pytest

from bot.demo.record import RuleBroken
from bot.demo.slack import StandIn


async def test_two_stand_ins_run_side_by_side(slack: StandIn) -> None:
    other = await StandIn.start(signing_secret="s", bot_token="xoxb", app_token="xapp")
    assert other.api_url != slack.api_url
    assert abs(other.events.add("note", "now", by_bot=False).time - 1.7e9) < 1e9
    await other.stop()


async def test_violations_are_raised_by_check(slack: StandIn, bare: Any) -> None:
    with pytest.raises(Exception, match="unknown_method"):
        await bare.client.api_call("chat.whisper")
    with pytest.raises(RuleBroken, match=r"chat\.whisper"):
        slack.check()
    slack.forgive("chat.whisper")
    slack.check()


async def test_a_new_person_joins_the_general_channel(slack: StandIn) -> None:
    ana = slack.add_user("U1", is_owner=True)
    assert slack.person("u1") is ana is slack.person("U1")
    assert (ana.user.email, ana.user.is_owner) == ("u1@acme.example", True)
    assert "U1" in slack.workspace.channels["C1"].members
    slack.add_user("U1", is_owner=False)
    assert not ana.user.is_owner


async def test_messages_are_those_that_somebody_sees(slack: StandIn, bare: Any) -> None:
    await bare.client.chat_postMessage(channel="C1", text="for all")
    await bare.client.chat_postEphemeral(channel="C1", user="UADMIN", text="for one")
    assert [each.text for each in slack.messages("C1", seen_by="UMEMBER")] == ["for all"]
    assert [each.text for each in slack.messages("C1")] == ["for all", "for one"]
    slack.workspace.post({"text": "for nobody"}, channel="C1", user="UMEMBER")
    with pytest.raises(TimeoutError, match="'for nobody'"):
        await slack.message("C1", containing="for nobody", patience=0.01)


async def test_everything_that_the_bot_sent_can_be_searched(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    async def listener(ack: Any, respond: Any) -> None:
        await ack("in the acknowledgement")
        await respond("in the answer")

    bot.app.command("/x")(listener)
    await slack.person("admin").command("/x", "typed")
    await bot.client.chat_postMessage(
        channel="C1", text="x", blocks=[kit.section('in "a" block, 100%')]
    )
    await slack.message("C1", containing="in the answer")
    sent = "\n".join(slack.sent_by_bot())
    assert "in the acknowledgement" in sent
    assert "in the answer" in sent
    assert 'in "a" block, 100%' in sent
    assert "typed" not in sent
