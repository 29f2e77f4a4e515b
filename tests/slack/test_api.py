"""Our few calls to Slack: what it refuses is a fact, what it loses is tried again."""

from typing import Any

import aiohttp
import pytest

from bot.demo.slack import StandIn
from bot.slack.api import SlackAPI, SlackFailure, SlackRefused
from bot.slack.metrics import Metrics
from bot.slack.pace import Pace
from bot.slack.words import notice, section

VIEW, OTHER = notice("One", "first"), notice("Two", "second")
BLOCKS = [section("words")]


@pytest.fixture
def hasty(api: SlackAPI) -> SlackAPI:
    """The same without the SDK's retries, which take seconds."""
    api.client.retry_handlers.clear()
    return api


def calls(slack: StandIn, method: str) -> int:
    return len([each for each in slack.record if each.by_bot and each.what == method])


async def test_a_view_is_opened_pushed_and_redrawn(api: SlackAPI, tickets: Any) -> None:
    root = await api.open_view(tickets.trigger(), VIEW)
    above = await api.push_view(tickets.trigger(view_id=root), VIEW)
    assert await api.update_view(above, OTHER)
    assert tickets.shown(above) == "second"
    assert tickets.shown(root) == "first"


async def test_a_view_that_is_gone_or_newer_is_nobodys_loss(api: SlackAPI, tickets: Any) -> None:
    root = await api.open_view(tickets.trigger(), VIEW)
    assert not await api.update_view(root, OTHER, view_hash="0.older")
    assert not await api.update_view("VGONE", OTHER)
    assert tickets.shown(root) == "first"


async def test_a_view_is_redrawn_by_the_name_that_we_gave_it(api: SlackAPI, tickets: Any) -> None:
    root = await api.open_view(tickets.trigger(), VIEW | {"external_id": "ours"})
    assert await api.update_pushed("ours", OTHER)
    assert tickets.shown(root) == "second"
    assert not await api.update_pushed("never", OTHER)


async def test_a_refused_redraw_is_a_fact(api: SlackAPI, slack: StandIn, tickets: Any) -> None:
    root = await api.open_view(tickets.trigger(), VIEW | {"external_id": "ours"})
    slack.weather.fail("views.update", 2, status="view_too_large")
    for redraw in (api.update_view(root, OTHER), api.update_pushed("ours", OTHER)):
        with pytest.raises(SlackFailure) as failure:
            await redraw
        assert (failure.value.error, failure.value.passing) == ("view_too_large", False)


async def test_a_trigger_is_not_tried_twice(api: SlackAPI, slack: StandIn, tickets: Any) -> None:
    slack.weather.fail("views.open", status=500)
    with pytest.raises(SlackFailure):
        await api.open_view(tickets.trigger(), VIEW)
    assert calls(slack, "views.open") == 1


async def test_a_message_is_posted_and_rewritten(api: SlackAPI, slack: StandIn) -> None:
    ts = await api.post("C1", "text", BLOCKS)
    await api.edit("C1", ts, "other", [section("other words")])
    [message] = slack.messages("C1")
    assert (message.ts, message.text, message.shown, message.edits) == (
        ts,
        "other",
        "other words",
        1,
    )


@pytest.mark.parametrize(
    ("status", "error", "passing"),
    [
        ("channel_not_found", "channel_not_found", False),
        ("internal_error", "internal_error", True),
        ("ratelimited", "ratelimited", True),
        (500, "unknown", True),
    ],
)
async def test_what_slack_refuses_is_told_apart_from_what_passes(
    hasty: SlackAPI, slack: StandIn, status: str | int, error: str, passing: bool
) -> None:
    slack.weather.fail("chat.postMessage", status=status, retry_after=0)
    with pytest.raises(SlackFailure) as failure:
        await hasty.post("C1", "text", BLOCKS)
    assert (failure.value.error, failure.value.passing) == (error, passing)
    assert str(failure.value) == f"Slack answered {error}"


async def test_a_slack_that_is_down_is_a_fact_that_passes(hasty: SlackAPI, slack: StandIn) -> None:
    slack.weather.down()
    url = f"{slack.api_url.removesuffix('api/')}response/x"
    for call in (hasty.post("C1", "text", BLOCKS), hasty.respond(url, "text")):
        with pytest.raises(SlackFailure) as failure:
            await call
        assert (failure.value.error, failure.value.passing) == ("unreachable", True)


async def test_what_is_lost_is_tried_again(api: SlackAPI, slack: StandIn) -> None:
    slack.weather.fail("chat.postMessage", status="ratelimited", retry_after=0)
    await api.post("C1", "text", BLOCKS)
    assert calls(slack, "chat.postMessage") == 2


@pytest.mark.parametrize("in_channel", [True, False])
async def test_a_response_url_answers_one_person_or_the_channel(
    api: SlackAPI, slack: StandIn, tickets: Any, in_channel: bool
) -> None:
    await api.respond(tickets.response_url(), "text", BLOCKS, in_channel=in_channel)
    message = slack.messages("C1")[-1]
    assert message.visible_to == (None if in_channel else "UADMIN")
    assert message.shown == "words"


async def test_a_response_url_that_is_used_up_is_a_fact(api: SlackAPI, slack: StandIn) -> None:
    url = f"{slack.api_url.removesuffix('api/')}response/never"
    with pytest.raises(SlackFailure) as failure:
        await api.respond(url, "text")
    assert (failure.value.error, failure.value.passing) == ("response_url_404", False)
    with pytest.raises(SlackFailure) as failure:
        await api.respond("", "text")
    assert not failure.value.passing


async def test_a_response_url_in_bad_weather_may_do_later(
    hasty: SlackAPI, slack: StandIn, tickets: Any
) -> None:
    slack.weather.fail("response_url", status=503)
    with pytest.raises(SlackFailure) as failure:
        await hasty.respond(tickets.response_url(), "text")
    assert (failure.value.error, failure.value.passing) == ("response_url_503", True)


@pytest.fixture
def stranger(slack: StandIn, session: aiohttp.ClientSession, pace: Pace) -> SlackAPI:
    """A bot with a token that Slack does not know."""
    return SlackAPI(
        session, token=lambda: "xoxb-2-wrong", api_url=slack.api_url, pace=pace, metrics=Metrics()
    )


async def test_a_token_that_slack_refuses_is_told_with_its_cure(
    stranger: SlackAPI, slack: StandIn
) -> None:
    for asking, name in (
        (stranger.who_we_are("xoxb-2-wrong"), "SLACK_BOT_TOKEN"),
        (stranger.socket_address("xapp-2-wrong"), "SLACK_APP_TOKEN"),
    ):
        with pytest.raises(SlackRefused) as refused:
            await asking
        assert name in str(refused.value)
        assert "invalid_auth" in str(refused.value)
        assert "app's page" in str(refused.value)
        assert "xoxb-2" not in str(refused.value)
    assert slack.violations == []


async def test_who_we_are_is_asked_until_slack_answers(api: SlackAPI, slack: StandIn) -> None:
    slack.weather.fail("auth.test", status="internal_error")
    answer = await api.who_we_are("xoxb-1-bot-token")
    assert (answer["team_id"], answer["team"]) == ("T1", "Acme")
    assert (await api.socket_address("xapp-1-app-token")).startswith("ws://")
