from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.demo.slack import StandIn


@pytest.fixture
async def respond(slack: StandIn, bot: Any) -> Any:
    """Answer a command of the admin by its response URL."""
    bot.app.command("/mailtest")(_acknowledge)
    await slack.person("admin").command("/mailtest", "bob@example.com")
    return AsyncWebhookClient(bot.seen[-1]["response_url"], session=bot.session)


async def _acknowledge(ack: Any) -> None:
    await ack()


async def test_an_answer_is_private_unless_told_otherwise(
    slack: StandIn, respond: AsyncWebhookClient, kit: Any
) -> None:
    answer = await respond.send(text="Testing ...", blocks=[kit.section("*Testing*")])
    assert (answer.status_code, answer.body) == (200, "ok")
    message = await slack.message("C1", containing="Testing")
    assert (message.visible_to, message.by_bot) == ("UADMIN", True)


async def test_an_answer_in_the_channel_shows_the_command_too(
    slack: StandIn, respond: AsyncWebhookClient
) -> None:
    await respond.send(text="one", response_type="in_channel")
    await respond.send(text="two", response_type="in_channel")
    shown = [(each.user, each.text) for each in slack.messages("C1", seen_by="UMEMBER")]
    assert shown == [
        ("UADMIN", "/mailtest bob@example.com"),
        ("UBOT", "one"),
        ("UBOT", "two"),
    ]


async def test_the_sixth_answer_is_refused(slack: StandIn, respond: AsyncWebhookClient) -> None:
    statuses = [(await respond.send(text="again")).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [404]
    slack.forgive("five times")


async def test_a_late_answer_is_refused(respond: AsyncWebhookClient, clock: Any) -> None:
    clock.now += 31 * 60
    answer = await respond.send(text="late")
    assert (answer.status_code, answer.body) == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        ({"text": "x", "response_type": "public"}, "no response_type"),
        ({"text": "x", "replace_original": True}, "no original message"),
        ({"delete_original": True}, "no original message"),
        ({"text": ""}, "needs text"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "unknown block"),
    ],
)
async def test_an_answer_that_breaks_a_rule_is_refused(
    slack: StandIn, respond: AsyncWebhookClient, body: dict[str, Any], violation: str
) -> None:
    assert (await respond.send_dict(body)).status_code == 400
    slack.forgive(violation)


async def test_an_unknown_key_is_a_violation(slack: StandIn, respond: AsyncWebhookClient) -> None:
    await respond.send_dict({"text": "x", "channel": "C1"})
    slack.forgive("unknown key 'channel'")


@pytest.mark.parametrize("raw", ["{", "[]"])
async def test_an_answer_is_a_json_object(
    slack: StandIn, respond: AsyncWebhookClient, bot: Any, raw: str
) -> None:
    async with bot.session.post(
        respond.url, data=raw, headers={"Content-Type": "application/json"}
    ) as response:
        assert response.status == 400
    slack.forgive("not JSON")


async def test_a_message_that_was_acted_on_can_be_replaced_and_deleted(
    slack: StandIn, bot: Any, kit: Any
) -> None:
    bot.ignores("press")
    row = kit.actions(kit.button("Press"))
    await bot.client.chat_postMessage(channel="C1", text="first", blocks=[row])
    message = await slack.message("C1", containing="Press")
    await slack.person("member").press_message(message, "Press")
    respond = AsyncWebhookClient(bot.seen[-1]["response_url"], session=bot.session)
    await respond.send(text="second", replace_original=True)
    assert (message.shown, message.edits) == ("second", 1)
    await respond.send(text="beside")
    await respond.send(delete_original=True)
    assert (await respond.send(delete_original=True)).body == "message_not_found"
    assert [each.text for each in slack.messages("C1")] == ["beside"]


async def test_weather_befalls_response_urls_too(
    slack: StandIn, respond: AsyncWebhookClient
) -> None:
    slack.weather.fail("response_url", status=503)
    assert (await respond.send(text="x")).status_code == 503
    assert slack.messages("C1") == []
