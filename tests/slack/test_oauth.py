"""What Slack answers to a code or a refresh token, the odd answers too."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.installed import Installation
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.metrics import Metrics
from bot.slack.oauth import OAuth
from bot.slack.pace import Pace

AT = datetime(2026, 5, 3, 10, tzinfo=UTC)
GRANTED = {"ok": True, "access_token": "xoxb-9", "team": {"id": "T9", "name": "Nine"}}
KNOWN = Installation(team_id="T9", name="Nine", bot_token="xoxb-8", refresh_token="xoxe-8")


@pytest.fixture
async def answering(
    session: aiohttp.ClientSession, pace: Pace
) -> AsyncIterator[Callable[..., Any]]:
    """Make a Slack that gives one answer."""
    runners: list[web.AppRunner] = []

    async def start(answer: Any, **headers: str) -> OAuth:
        async def handle(_request: web.Request) -> web.Response:
            return web.json_response(answer, headers=headers)

        app = web.Application()
        app.router.add_post("/api/oauth.v2.access", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        slack = SlackAPI(session, api_url=url, pace=pace, metrics=Metrics())
        return OAuth(slack=slack, client_id="1.2", client_secret="s3cret")

    yield start
    for each in runners:
        await each.cleanup()


async def test_a_code_becomes_an_installation(answering: Any) -> None:
    oauth = await answering(
        GRANTED | {"refresh_token": "xoxe-9", "expires_in": 43200, "enterprise": None},
        Date="Sun, 03 May 2026 10:00:00 GMT",
    )
    found = await oauth.install("code", redirect_uri="https://x")
    assert (found.place, found.name, found.bot_token) == ("T9", "Nine", "xoxb-9")
    assert (found.installed_at, found.expires_at) == (AT, AT + timedelta(hours=12))
    assert "s3cret" not in repr(oauth)


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True},
        {"ok": True, "access_token": "xoxb-9"},
        GRANTED | {"access_token": None},
        GRANTED | {"team": "T9"},
        GRANTED | {"is_enterprise_install": True, "enterprise": None},
    ],
)
async def test_an_answer_without_token_or_place_is_a_failure(answering: Any, answer: Any) -> None:
    with pytest.raises(SlackFailure, match="no_bot_token"):
        await (await answering(answer)).install("code", redirect_uri="https://x")


async def test_a_refusal_is_slacks_own_word(answering: Any) -> None:
    oauth = await answering({"ok": False, "error": "invalid_code"})
    with pytest.raises(SlackFailure, match="invalid_code"):
        await oauth.install("code", redirect_uri="https://x")


async def test_without_a_date_our_own_clock_counts(answering: Any) -> None:
    oauth = await answering(GRANTED, Date="no date")
    found = await oauth.install("code", redirect_uri="https://x")
    assert abs(datetime.now(UTC) - found.installed_at) < timedelta(minutes=1)
    assert found.expires_at is None


async def test_a_refresh_token_becomes_new_tokens_and_nothing_else_changes(answering: Any) -> None:
    oauth = await answering(
        GRANTED | {"refresh_token": "xoxe-9", "expires_in": 43200, "team": None}
    )
    found = await oauth.renew(KNOWN)
    assert (found.bot_token, found.refresh_token) == ("xoxb-9", "xoxe-9")
    assert (found.place, found.name) == ("T9", "Nine")
    with pytest.raises(SlackFailure, match="no_bot_token"):
        await (await answering({"ok": True})).renew(KNOWN)
