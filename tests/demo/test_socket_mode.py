import asyncio
import json
from typing import Any

import pytest
from aiohttp import WSMsgType

from bot.demo.slack import StandIn


@pytest.fixture
async def link(slack: StandIn, bare: Any) -> Any:
    """Connect without an SDK; give the WebSocket after its hello."""
    opened = []

    async def connect() -> Any:
        async with bare.session.post(
            slack.api_url + "apps.connections.open",
            headers={"Authorization": "Bearer xapp-1-app"},
        ) as response:
            url = (await response.json())["url"]
        socket = await bare.session.ws_connect(url)
        opened.append(socket)
        return socket, await socket.receive_json(), url

    yield connect
    for each in opened:
        await each.close()


async def test_the_real_sdk_walks_through_a_form(slack: StandIn, socket_bot: Any, kit: Any) -> None:
    socket_bot.opens(kit.modal(kit.text("Name")))
    socket_bot.answers("form", response_action="errors", errors={"name": "Not Bob."})
    who = slack.person("admin")
    reply = await who.command("/mailsettings")
    assert (reply.status, reply.error) == (200, "")
    form = await who.modal()
    await form.type("Name", "Bob")
    assert (await form.submit()).errors == {"Name": "Not Bob."}


async def test_a_command_is_answered_in_its_acknowledgement(
    slack: StandIn, socket_bot: Any
) -> None:
    async def listener(ack: Any) -> None:
        await ack("Hello")

    socket_bot.app.command("/x")(listener)
    assert (await slack.person("admin").command("/x")).text == "Hello"
    (sent,) = [each for each in slack.record if each.what == "command"]
    assert (await slack.replay(sent)).ok


async def test_the_real_sdk_takes_events_and_comes_back_when_asked_to(
    slack: StandIn, socket_bot: Any
) -> None:
    async def listener(event: dict[str, Any]) -> None:
        events.append(event)

    events: list[dict[str, Any]] = []
    socket_bot.app.event("tokens_revoked")(listener)
    await slack.sockets.refresh()
    await slack.connected()
    assert (await slack.event({"type": "tokens_revoked", "tokens": {}})).ok
    await slack.events.until(lambda: events or None, what="the event")


async def test_without_a_connection_nothing_is_delivered(slack: StandIn) -> None:
    reply = await slack.person("admin").command("/x")
    assert (reply.status, reply.error) == (None, "dispatch_failed")


async def test_a_connection_says_hello_and_payloads_take_turns(slack: StandIn, link: Any) -> None:
    (first, hello, _), (second, again, _) = await link(), await link()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert again["num_connections"] == 2
    await slack.connected(2)
    commands = [
        asyncio.create_task(slack.person("admin").command("/x", text)) for text in ("a", "b")
    ]
    texts = []
    for socket in (first, second):
        envelope = await socket.receive_json()
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"]
        texts.append(envelope["payload"]["text"])
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert texts == ["a", "b"]
    assert [each.status for each in await asyncio.gather(*commands)] == [200, 200]


async def test_an_address_serves_for_one_connection(slack: StandIn, link: Any, bare: Any) -> None:
    _, _, url = await link()
    async with bare.session.get(url.replace("ws", "http", 1)) as response:
        assert response.status == 403
    slack.forgive("used twice")


async def test_ten_connections_are_the_limit(slack: StandIn, link: Any) -> None:
    for _ in range(10):
        await link()
    socket, goodbye, _ = await link()
    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "too_many_websockets")
    assert (await socket.receive()).type is WSMsgType.CLOSE
    assert slack.sockets.connections == 10
    slack.forgive("More than 10")


async def test_bytes_acknowledge_nothing(slack: StandIn, link: Any) -> None:
    socket, _, _ = await link()
    await socket.send_bytes(b"{}")
    await slack.events.until(lambda: slack.violations or None, what="the violation")
    slack.forgive("acknowledges nothing")


@pytest.mark.parametrize("text", ["hello", "[]", '{"envelope_id": "unknown"}'])
async def test_what_acknowledges_nothing_is_a_violation(
    slack: StandIn, link: Any, text: str
) -> None:
    socket, _, _ = await link()
    await socket.send_str(text)
    await slack.events.until(lambda: slack.violations or None, what="the violation")
    slack.forgive("acknowledges nothing")


async def test_an_event_acknowledged_with_a_payload_is_a_violation(
    slack: StandIn, link: Any
) -> None:
    socket, _, _ = await link()
    sending = asyncio.create_task(slack.event({"type": "app_home_opened"}))
    envelope = await socket.receive_json()
    assert not envelope["accepts_response_payload"]
    await socket.send_str(
        json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "x"}})
    )
    assert (await sending).ok
    slack.forgive("acknowledged with a payload")


async def test_a_connection_that_breaks_before_the_answer_is_no_violation(
    slack: StandIn, link: Any
) -> None:
    socket, _, _ = await link()
    sending = asyncio.create_task(slack.person("admin").command("/x"))
    await socket.receive_json()
    await socket.close()
    assert (await sending).error == "dispatch_failed"


async def test_a_client_that_answers_no_ping_is_dropped_and_blamed_for_nothing(
    slack: StandIn, link: Any
) -> None:
    slack.sockets.ping_every = 0.1
    await link()  # and reads no more: aiohttp answers a ping as it reads
    await slack.connected()
    await slack.events.until(
        lambda: True if slack.sockets.connections == 0 else None, what="the end"
    )


async def test_a_connection_that_is_closing_takes_nothing_more(slack: StandIn, link: Any) -> None:
    await link()
    slack.sockets._connections[0]._writer.transport.abort()
    assert (await slack.person("admin").command("/x")).error == "dispatch_failed"


async def test_the_end_of_one_connection_leaves_the_other_one_waiting(
    slack: StandIn, link: Any
) -> None:
    (first, _, _), (second, _, _) = await link(), await link()
    sending = asyncio.create_task(slack.person("admin").command("/x"))
    envelope = await first.receive_json()
    await second.close()
    await slack.events.until(
        lambda: True if slack.sockets.connections == 1 else None, what="the end"
    )
    await first.send_json({"envelope_id": envelope["envelope_id"]})
    assert (await sending).status == 200


async def test_an_answer_that_comes_too_late_is_not_counted(slack: StandIn, link: Any) -> None:
    socket, _, _ = await link()
    slack._delivery.ack_seconds = 0.05
    sending = asyncio.create_task(slack.person("admin").command("/x"))
    envelope = await socket.receive_json()
    assert (await sending).error == "operation_timeout"
    await socket.send_json({"envelope_id": envelope["envelope_id"]})
    await socket.close()
    await slack.events.until(
        lambda: True if slack.sockets.connections == 0 else None, what="the end"
    )
    slack.forgive("not acknowledged within")


async def test_connections_can_be_broken(slack: StandIn, link: Any) -> None:
    socket, _, _ = await link()
    await slack.sockets.refresh()
    assert (await socket.receive_json())["reason"] == "refresh_requested"
    await link()
    await slack.connected()
    dropping = asyncio.create_task(slack.sockets.drop())
    assert (await socket.receive()).type is WSMsgType.CLOSE
    await dropping
    assert slack.sockets.connections == 0


async def test_only_an_app_with_a_request_url_gets_raw_requests(slack: StandIn) -> None:
    with pytest.raises(LookupError, match="Request URL"):
        await slack.send_raw({})
