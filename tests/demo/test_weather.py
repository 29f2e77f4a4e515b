import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.demo.slack import StandIn


async def failure(bare: Any, method: str = "auth.test") -> Any:
    with pytest.raises(SlackApiError) as caught:
        await bare.client.api_call(method)
    return caught.value.response


async def test_a_failure_comes_as_often_as_told(slack: StandIn, bare: Any) -> None:
    slack.weather.fail("auth.test", 2, status=503)
    assert (await failure(bare)).status_code == 503
    assert (await failure(bare)).status_code == 503
    assert (await bare.client.auth_test())["ok"]


async def test_a_rate_limit_says_when_to_come_back(slack: StandIn, bare: Any) -> None:
    slack.weather.fail("*", status="ratelimited", retry_after=7)
    response = await failure(bare)
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "7"


async def test_any_error_of_a_method_can_be_ordered(slack: StandIn, bare: Any) -> None:
    slack.weather.fail("chat.postMessage", status="ekm_access_denied")
    with pytest.raises(SlackApiError, match="ekm_access_denied"):
        await bare.client.chat_postMessage(channel="C1", text="x")
    assert slack.messages("C1") == []


async def test_a_delay_is_waited_out(slack: StandIn, bare: Any) -> None:
    loop = asyncio.get_running_loop()
    slack.weather.delay("*", 0.05)
    started = loop.time()
    await bare.client.auth_test()
    assert loop.time() - started > 0.04


async def test_what_hangs_is_dropped_when_the_weather_clears(slack: StandIn, bare: Any) -> None:
    slack.weather.hang("auth.test")
    calling = asyncio.create_task(bare.client.auth_test())
    await slack.events.until(lambda: True if slack.record else None, what="the call to arrive")
    slack.weather.clear()
    with pytest.raises(aiohttp.ClientError):
        await calling
    assert (await bare.client.auth_test())["ok"]


async def test_when_slack_is_down_no_call_is_answered(slack: StandIn, bare: Any) -> None:
    slack.weather.down()
    with pytest.raises(aiohttp.ClientError):
        await bare.client.auth_test()
