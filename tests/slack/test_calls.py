"""Every call to Slack is counted once, however often it is tried."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.metrics import Metrics
from bot.slack.words import notice

Figure = Callable[..., float | None]


@pytest.fixture
def figure(metrics: Metrics) -> Figure:
    def read(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    return read


def calls(figure: Figure, method: str, outcome: str) -> float | None:
    return figure("mailsettings_web_api_calls_total", method=method, outcome=outcome)


def retries(figure: Figure, method: str) -> float | None:
    return figure("mailsettings_web_api_retries_total", method=method)


async def test_a_call_that_slack_takes_is_ok_and_timed(api: SlackAPI, figure: Figure) -> None:
    await api.who_we_are("xoxb-1-bot-token")
    assert calls(figure, "auth.test", "ok") == 1
    assert figure("mailsettings_web_api_seconds_count", method="auth.test") == 1
    assert retries(figure, "auth.test") is None


async def test_a_call_that_slack_refuses_says_so(slack: Any, api: SlackAPI, figure: Figure) -> None:
    slack.weather.fail("views.open", 1, status="invalid_arguments")
    with pytest.raises(SlackFailure):
        await api.open_view("a trigger", notice("Mail settings", "Hello"))
    assert calls(figure, "views.open", "refused") == 1


async def test_a_call_that_is_tried_again_is_one_call_and_a_retry(
    slack: Any, api: SlackAPI, figure: Figure
) -> None:
    slack.weather.fail("auth.test", 1, status=503)
    await api.who_we_are("xoxb-1-bot-token")
    assert calls(figure, "auth.test", "ok") == 1
    assert retries(figure, "auth.test") == 1


async def test_a_rate_limit_that_stays_is_one(slack: Any, api: SlackAPI, figure: Figure) -> None:
    slack.weather.fail("views.open", 1, status="ratelimited")
    with pytest.raises(SlackFailure):
        await api.open_view("a trigger", notice("Mail settings", "Hello"))
    assert calls(figure, "views.open", "ratelimited") == 1


async def test_a_slack_that_is_away_is_unreachable(
    slack: Any, api: SlackAPI, figure: Figure
) -> None:
    slack.weather.down()
    with pytest.raises(SlackFailure):
        await api.open_view("a trigger", notice("Mail settings", "Hello"))
    assert calls(figure, "views.open", "unreachable") == 1


async def test_a_response_url_is_counted_without_its_address(
    api: SlackAPI, metrics: Metrics, tickets: Any, figure: Figure
) -> None:
    address = tickets.response_url()
    await api.respond(address, "Hello")
    assert calls(figure, "response_url", "ok") == 1
    with pytest.raises(SlackFailure):
        await api.respond(f"{address}x", "Hello")
    assert calls(figure, "response_url", "refused") == 1
    told = str([each.samples for each in metrics.registry.collect()])
    assert address.rpartition("/")[2] not in told
