from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import SCOPES, StandIn


@pytest.fixture
def post(slack: StandIn, bare: Any) -> Any:
    """POST to a method without the SDK."""

    async def send(method: str, **request: Any) -> Any:
        request.setdefault("headers", {"Authorization": "Bearer xoxb-1-bot"})
        async with bare.session.post(slack.api_url + method, **request) as response:
            assert response.status == 200
            return await response.json()

    return send


async def test_a_call_without_a_token_is_not_authed(post: Any) -> None:
    assert (await post("auth.test", headers={}))["error"] == "not_authed"


async def test_a_wrong_token_is_invalid(post: Any) -> None:
    answer = await post("auth.test", headers={"Authorization": "Bearer xoxb-other"})
    assert answer == {"ok": False, "error": "invalid_auth"}


async def test_a_token_in_the_form_will_do_and_is_not_recorded(slack: StandIn, post: Any) -> None:
    assert (await post("auth.test", headers={}, data={"token": "xoxb-1-bot"}))["ok"]
    assert not any("xoxb-1-bot" in each.raw + str(each.body) for each in slack.record)


async def test_a_bot_token_opens_no_connection(post: Any) -> None:
    assert (await post("apps.connections.open"))["error"] == "not_allowed_token_type"


async def test_an_app_token_is_no_bot_token(post: Any) -> None:
    answer = await post("auth.test", headers={"Authorization": "Bearer xapp-1-app"})
    assert answer["error"] == "not_allowed_token_type"


async def test_a_missing_scope_is_named(bare: Any) -> None:
    answer = await bare.client.api_call("auth.test")
    assert answer.headers["X-OAuth-Scopes"] == ",".join(sorted(SCOPES))
    with pytest.raises(Exception, match="missing_scope") as caught:
        await bare.client.team_info()
    assert caught.value.response["needed"] == "team:read"


async def test_an_unknown_method_is_a_violation(slack: StandIn, post: Any) -> None:
    assert (await post("chat.whisper"))["error"] == "unknown_method"
    slack.forgive("chat.whisper")


async def test_a_missing_argument_is_a_violation(slack: StandIn, post: Any) -> None:
    assert (await post("views.open", json={"view": {}}))["error"] == "invalid_arguments"
    slack.forgive("trigger_id")


@pytest.mark.parametrize(
    "request_of",
    [
        {"data": b"text", "content_type": "text/plain"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"[1]", "content_type": "application/json"},
    ],
)
async def test_a_body_that_is_neither_form_nor_json_is_a_violation(
    slack: StandIn, post: Any, request_of: dict[str, Any]
) -> None:
    headers = {
        "Authorization": "Bearer xoxb-1-bot",
        "Content-Type": request_of["content_type"],
    }
    answer = await post("chat.postMessage", data=request_of["data"], headers=headers)
    assert answer["error"] == "invalid_post_type"
    slack.forgive("invalid_post_type")


async def test_a_method_that_reads_takes_no_json(slack: StandIn, post: Any) -> None:
    assert (await post("users.info", json={"user": "UADMIN"}))["error"] == "invalid_arguments"
    slack.forgive("does not take JSON")


async def test_forms_with_json_in_them_and_queries_are_understood(
    slack: StandIn, post: Any, bare: Any
) -> None:
    blocks = '[{"type": "divider"}]'
    assert (await post("chat.postMessage", data={"channel": "C1", "text": "[", "blocks": blocks}))[
        "ok"
    ]
    (message,) = slack.messages("C1")
    assert (message.text, message.blocks) == ("[", [{"type": "divider"}])
    answer = await bare.client.api_call("users.info", http_verb="GET", params={"user": "UADMIN"})
    assert answer["user"]["name"] == "admin"
    assert (await bare.client.users_info(user="UADMIN"))["user"]["name"] == "admin"


async def test_the_real_sdk_speaks_with_it(slack: StandIn, bare: Any) -> None:
    client: AsyncWebClient = bare.client
    answer = await client.auth_test()
    assert (answer["team"], answer["team_id"], answer["bot_id"]) == ("Acme", "T1", "BBOT")
    assert answer["url"] + "api/" == slack.api_url
