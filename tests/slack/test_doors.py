"""The HTTP endpoints: health for the operator, Slack's requests for Bolt, nothing for strangers."""

import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.request import SocketModeRequest
from structlog.testing import capture_logs

from bot.slack.api import SlackAPI, SlackRefused
from bot.slack.doors import Watched, make_socket, make_web
from bot.slack.metrics import Metrics

Start = Callable[..., Awaitable[TestClient[web.Request, web.Application]]]


@pytest.fixture
async def start(metrics: Metrics) -> AsyncIterator[Start]:
    clients: list[Any] = []

    async def begin(
        *, faults: list[str] | None = None, leaving: bool = False, **more: Any
    ) -> TestClient[web.Request, web.Application]:
        async def found() -> list[str]:
            return faults or []

        async def figures() -> bytes:
            return b"a_figure 1\n"

        watched = Watched(faults=found, figures=figures, leaving=lambda: leaving)
        app = make_web(watched, metrics, **({"app": None, "pages": []} | more))
        clients.append(TestClient(TestServer(app)))
        await clients[-1].start_server()
        return clients[-1]

    yield begin
    for each in clients:
        await each.close()


def bolt() -> AsyncApp:
    return AsyncApp(token="xoxb-1", signing_secret="secret")


async def test_a_living_bot_says_so(start: Start) -> None:
    client = await start()
    async with client.get("/livez") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "alive"})
    async with client.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ready"})


async def test_figures_are_told_in_prometheus_format(start: Start) -> None:
    client = await start()
    async with client.get("/metrics") as answer:
        assert (answer.status, await answer.text()) == (200, "a_figure 1\n")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_what_is_wrong_makes_it_unready_and_is_named(start: Start) -> None:
    client = await start(faults=["database"])
    async with client.get("/livez") as answer:
        assert answer.status == 200
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        assert await answer.json() == {"status": "not ready", "faults": ["database"]}


async def test_in_socket_mode_slack_has_no_door_here(start: Start) -> None:
    client = await start()
    async with client.post("/slack/events") as answer:
        assert answer.status == 404


async def test_a_leaving_bot_answers_for_its_health_alone(start: Start) -> None:
    client = await start(leaving=True, app=bolt())
    async with client.post("/slack/events") as answer:
        assert answer.status == 503
        assert "stopping" in await answer.text()
    for path in ("/livez", "/readyz", "/metrics"):
        async with client.get(path) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("stamp", ["", "yesterday", "-1", "٣", "1.5", "9" * 16])
async def test_a_time_stamp_that_is_none_is_turned_away(start: Start, stamp: str) -> None:
    client = await start(app=bolt())
    headers = {"X-Slack-Request-Timestamp": stamp}
    async with client.post("/slack/events", headers=headers) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"payload=%7B%7D", 401),
        (b"", 401),
        (b"\xff\xfe", 400),
        (b"payload=[]", 400),
        (b"payload=" + b"[" * 100_000, 400),
    ],
)
async def test_what_slack_never_signed_reaches_no_listener(
    start: Start, body: bytes, status: int
) -> None:
    client = await start(app=bolt())
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=wrong",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with client.post("/slack/events", headers=headers, data=body) as answer:
        assert answer.status == status
        assert "Traceback" not in await answer.text()


async def test_too_much_is_refused(start: Start, metrics: Metrics) -> None:
    client = await start(app=bolt())
    headers = {"X-Slack-Request-Timestamp": "1"}
    data = io.BytesIO(b"x" * (1024 * 1024 + 1))
    async with client.post("/slack/events", headers=headers, data=data) as answer:
        assert answer.status == 413
    counted = {"kind": "other", "outcome": "refused"}
    assert metrics.registry.get_sample_value("mailsettings_requests_total", counted) == 1


async def test_what_fails_shows_nothing_and_is_logged_without_its_path(start: Start) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise RuntimeError("secret words")

    client = await start(pages=[web.get("/password/{token}", fail)])
    with capture_logs() as entries:
        async with client.get("/password/secret-token") as answer:
            assert (answer.status, await answer.text()) == (500, "")
    [entry] = entries
    assert (entry["event"], entry["path"]) == ("a request failed", "password")


async def test_socket_mode_connects_where_slack_said(
    slack: Any, session: aiohttp.ClientSession, api: SlackAPI, metrics: Metrics
) -> None:
    address = await api.socket_address("xapp-1-app-token")
    socket = make_socket(
        bolt(),
        session,
        app_token="xapp-1-app-token",
        api_url=slack.api_url,
        address=address,
        metrics=metrics,
    )
    assert socket.client.wss_uri == address
    await socket.join()
    await slack.connected()
    await socket.leave()
    assert slack.sockets.connections == 0
    with pytest.raises(SlackRefused):
        await api.socket_address("xapp-2-wrong")


async def test_what_comes_as_the_connection_closes_is_not_begun(
    slack: Any, session: aiohttp.ClientSession, api: SlackAPI, metrics: Metrics
) -> None:
    begun: list[str] = []

    async def begin(ack: Any, command: dict[str, str]) -> None:
        begun.append(command["text"])
        await ack()

    async def let_in(team_id: str) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id)

    app = AsyncApp(signing_secret="secret", authorize=let_in)
    app.command("/mailtest")(begin)
    socket = make_socket(
        app,
        session,
        app_token="xapp-1-app-token",
        api_url=slack.api_url,
        address=await api.socket_address("xapp-1-app-token"),
        metrics=metrics,
    )
    await socket.join()
    await slack.connected()
    assert (await slack.person("UADMIN").command("/mailtest", "in time")).status == 200
    await socket.leave()
    late = {"command": "/mailtest", "text": "too late", "team_id": "T1"}
    await socket.handle(
        socket.client,
        SocketModeRequest(type="slash_commands", envelope_id="1", payload=late),
    )
    assert begun == ["in time"]
