import asyncio
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.demo.door import signed
from bot.demo.slack import StandIn


def test_slack_sdk_verifies_our_signature() -> None:
    headers = signed("a=b", "secret", sign="good", now=1_800_000_000)
    verifier = SignatureVerifier("secret", clock=_Clock())
    assert verifier.is_valid_request("a=b", headers)
    assert not verifier.is_valid_request("a=c", headers)


class _Clock:
    def now(self) -> float:
        return 1_800_000_000


@pytest.mark.parametrize("sign", ["wrong", "stale", "early", "missing", "tampered"])
async def test_a_request_that_is_not_signed_rightly_is_refused(
    slack: StandIn, bot: Any, sign: Any
) -> None:
    payload = {"type": "block_actions", "actions": [{"action_id": "a"}]}
    answer = await slack.send_raw(payload, sign=sign)
    assert answer.status == 401
    assert bot.seen == []


async def test_a_garbled_timestamp_reaches_the_bot(slack: StandIn, bot: Any) -> None:
    answer = await slack.send_raw({"command": "/x"}, kind="command", sign="garbled")
    assert answer.status == 500  # Bolt's own; ours to map to 401
    assert bot.seen == []


async def test_a_raw_request_can_have_headers_of_its_own(slack: StandIn, bot: Any) -> None:
    bot.app.command("/x")(_acknowledge)
    form = {"command": "/x", "team_id": "T1", "user_id": "UADMIN", "channel_id": "C1"}
    answer = await slack.send_raw(form, kind="command", headers={"X-Slack-Retry-Num": "1"})
    assert answer.ok
    assert slack.record[0].headers["X-Slack-Retry-Num"] == "1"


async def test_a_request_can_be_replayed_to_the_letter(slack: StandIn, bot: Any) -> None:
    bot.app.command("/x")(_acknowledge)
    await slack.person("admin").command("/x", "text")
    (sent,) = [each for each in slack.record if each.what == "command"]
    assert (await slack.replay(sent)).ok
    assert bot.seen[0] == bot.seen[1]


async def test_a_bot_that_is_not_there_is_no_violation(slack: StandIn) -> None:
    slack.connect_http("http://127.0.0.1:1/slack/events")
    reply = await slack.person("admin").command("/x")
    assert (reply.status, reply.error) == (None, "dispatch_failed")


async def test_no_answer_in_time_is_a_violation(slack: StandIn, bot: Any) -> None:
    released = asyncio.Event()

    async def slow(ack: Any) -> None:
        await released.wait()
        await ack()

    bot.app.command("/x")(slow)
    slack._delivery.ack_seconds = 0.05
    reply = await slack.person("admin").command("/x")
    released.set()
    assert (reply.status, reply.error) == (None, "operation_timeout")
    slack.forgive("not acknowledged within")


async def test_no_answer_to_an_attack_is_no_violation(slack: StandIn, bot: Any) -> None:
    async def silent() -> None:
        pass

    bot.app.action("a")(silent)
    slack._delivery.ack_seconds = 0.05
    answer = await slack.person("admin").forge_action({"action_id": "a"})
    assert answer.error == "operation_timeout"


async def test_another_status_than_200_is_a_violation(slack: StandIn, bot: Any) -> None:
    reply = await slack.person("admin").command("/unknown")
    assert (reply.status, bot.seen[0]["command"]) == (404, "/unknown")
    slack.forgive("status 404")


async def test_an_event_is_delivered_in_its_envelope(slack: StandIn, bot: Any) -> None:
    async def listener(event: dict[str, Any]) -> None:
        events.append(event)

    events: list[dict[str, Any]] = []
    bot.app.event("app_home_opened")(listener)
    assert (await slack.event({"type": "app_home_opened", "user": "UADMIN"})).ok
    await slack.events.until(lambda: events or None, what="the event")
    assert bot.seen[0]["event_id"].startswith("Ev")


async def _acknowledge(ack: Any) -> None:
    await ack()
