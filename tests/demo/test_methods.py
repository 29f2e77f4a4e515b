from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.demo.slack import StandIn


@pytest.fixture
def call(bare: Any) -> Any:
    """Call a method by the SDK; give the answer, or the error's code."""

    async def call(method: str, **arguments: Any) -> Any:
        try:
            return (await bare.client.api_call(method, json=arguments)).data
        except SlackApiError as problem:
            return problem.response["error"]

    return call


@pytest.fixture
def read(bare: Any) -> Any:
    async def read(method: str, **arguments: Any) -> Any:
        try:
            return (await bare.client.api_call(method, params=arguments)).data
        except SlackApiError as problem:
            return problem.response["error"]

    return read


async def test_a_user_is_described_as_slack_does(slack: StandIn, read: Any) -> None:
    slack.add_user("U1", name="ana", is_admin=True, tz="Asia/Tokyo")
    user = (await read("users.info", user="U1", include_locale="true"))["user"]
    assert (user["name"], user["is_admin"], user["is_owner"]) == ("ana", True, False)
    assert (user["tz"], user["locale"]) == ("Asia/Tokyo", "en-GB")
    assert user["profile"]["email"] == "ana@acme.example"
    assert "locale" not in (await read("users.info", user="U1"))["user"]
    assert await read("users.info", user="U9") == "user_not_found"


async def test_the_mail_address_needs_its_own_scope(slack: StandIn, read: Any) -> None:
    slack.scopes.remove("users:read.email")
    assert "email" not in (await read("users.info", user="UADMIN"))["user"]["profile"]


async def test_strangers_and_the_deactivated_have_less_in_them(slack: StandIn, read: Any) -> None:
    org = {"id": "U3", "enterprise_id": "E1", "is_admin": True, "is_owner": False, "teams": ["T1"]}
    slack.add_user("U1", deleted=True, is_admin=True)
    slack.add_user("U2", is_stranger=True, team_id="T2", email="")
    slack.add_user("U3", enterprise_user=org)
    gone = (await read("users.info", user="U1"))["user"]
    assert gone["deleted"]
    assert "is_admin" not in gone
    stranger = (await read("users.info", user="U2", include_locale="1"))["user"]
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T2")
    assert "locale" not in stranger
    assert "email" not in stranger["profile"]
    assert (await read("users.info", user="U3"))["user"]["enterprise_user"] == org


async def test_methods_of_other_scopes_answer_once_granted(
    slack: StandIn, call: Any, read: Any
) -> None:
    assert await call("conversations.open", users="UADMIN") == "missing_scope"
    slack.scopes.update({"team:read", "im:write", "channels:read"})
    assert (await read("team.info"))["team"]["name"] == "Acme"
    channel = (await call("conversations.open", users="UADMIN"))["channel"]["id"]
    assert (await read("conversations.info", channel=channel))["channel"]["is_im"]
    assert (await read("conversations.info", channel="C1"))["channel"]["is_member"]
    assert await read("conversations.info", channel="C2") == "channel_not_found"
    assert await call("conversations.open", users="U9") == "user_not_found"


async def test_messages_go_only_where_the_bot_may_post(slack: StandIn, call: Any) -> None:
    slack.add_channel("C3", name="random", members={"UADMIN"})
    slack.add_channel("C4", bot_is_member=True, archived=True)
    slack.add_channel("C5", bot_is_member=True, restricted=True)
    slack.add_user("U1", deleted=True)

    async def post(channel: str) -> Any:
        answer = await call("chat.postMessage", channel=channel, text="Hello")
        return answer if isinstance(answer, str) else answer["channel"]

    assert await post("C1") == "C1"
    assert await post("UADMIN") == "DUADMIN"
    assert await post("C2") == await post("D1") == await post("C9") == "channel_not_found"
    assert await post("U1") == "channel_not_found"
    assert await post("C3") == "not_in_channel"
    assert await post("C4") == "is_archived"
    assert await post("C5") == "restricted_action"
    slack.scopes.add("chat:write.public")
    assert await post("C3") == "C3"


async def test_a_message_is_edited_by_its_author_only(slack: StandIn, call: Any, kit: Any) -> None:
    posted = await call("chat.postMessage", channel="C1", text="one", thread_ts="1.1")
    assert posted["message"]["text"] == "one"
    assert posted["message"]["thread_ts"] == "1.1"
    edited = await call(
        "chat.update", channel="C1", ts=posted["ts"], text="two", blocks=[kit.section("*two*")]
    )
    assert edited["message"]["edited"]
    message = await slack.message("C1", containing="two")
    assert (message.edits, message.shown) == (1, "two")
    theirs = slack.workspace.post({"text": "mine"}, channel="C1", user="UADMIN")
    hidden = slack.workspace.post({"text": "psst"}, channel="C1", visible_to="UADMIN")

    async def edit(ts: str) -> Any:
        return await call("chat.update", channel="C1", ts=ts, text="x")

    assert await edit(theirs.ts) == "cant_update_message"
    assert await edit(hidden.ts) == await edit("9.9") == "message_not_found"


async def test_an_ephemeral_message_is_for_one_member(slack: StandIn, call: Any) -> None:
    shown = await call("chat.postEphemeral", channel="C1", user="UADMIN", text="psst")
    assert shown["message_ts"]
    slack.add_channel("C3", bot_is_member=True)
    refused = await call("chat.postEphemeral", channel="C3", user="UADMIN", text="psst")
    assert refused == "user_not_in_channel"
    assert [each.text for each in slack.messages("C1", seen_by="UADMIN")] == ["psst"]
    assert slack.messages("C1", seen_by="UMEMBER") == []


@pytest.mark.parametrize(
    ("message", "error", "violation"),
    [
        ({}, "no_text", "needs text"),
        ({"text": "x" * 40_001}, "msg_too_long", "msg_too_long"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "invalid_blocks", "unknown block"),
    ],
)
async def test_a_message_that_breaks_a_rule_is_refused(
    slack: StandIn, call: Any, message: dict[str, Any], error: str, violation: str
) -> None:
    assert await call("chat.postMessage", channel="C1", **message) == error
    slack.forgive(violation)


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
async def test_blocks_without_text_are_a_violation(slack: StandIn, bare: Any) -> None:
    await bare.client.chat_postMessage(channel="C1", blocks=[{"type": "divider"}])
    slack.forgive("text must stand beside blocks")


async def test_a_view_needs_a_name_to_be_updated(slack: StandIn, call: Any, kit: Any) -> None:
    view = kit.modal(kit.section("words"))
    assert await call("views.update", view=view) == "invalid_arguments"
    slack.forgive("view_id or external_id")
