"""Whichever replica gets a request: it is answered as if there were one."""

import asyncio
import ssl
from email import message_from_bytes
from typing import Any

import aiohttp
import pytest
import trustme

PUBLIC = "https://mail.acme.example"
PASSWORD = "pässword-Ünsafe 17"


def prepared(vault: Any, configure: Any, port: int) -> None:
    configure(vault, port, host="localhost")


def served(replicas: Any) -> set[int]:
    """Which replicas the balancer has had answers from."""
    return {replicas.running.index(each) for each in replicas.balancer.served}


@pytest.mark.both_doors
async def test_one_form_its_password_page_a_test_and_its_confirmation_go_through_all(
    replicas: Any, mail_server: Any, authority: trustme.CA
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = mail_server(context=context)
    anyone = replicas.running[0]
    modal = await anyone.open_settings()
    await anyone.fill(modal, host="localhost", port=server.port, password=None)
    await modal.type("Username", "login@example.com")
    await modal.press("Set password")
    await modal.shows("The link works once")
    link = modal.link("Open the password page")
    page = replicas.balancer.address + link.removeprefix(PUBLIC)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(page) as answer:
            assert answer.status == 200
        async with browser.post(page, data={"password": PASSWORD}) as answer:
            assert answer.status == 200
        await modal.shows("The new password was given")
        for _ in range(3):
            async with browser.post(page, data={"password": "another"}) as answer:
                assert answer.status == 410
    await modal.close()
    await anyone.save(modal)
    await replicas.admin.command("/mailtest", "bob@example.com")
    message = await replicas.slack.message("C1", containing="accepted the message")
    assert server.logins == ["PLAIN"]
    await replicas.admin.press_message(message, "It did not arrive")
    await replicas.slack.message("C1", containing="did not get the message")
    code = message_from_bytes(server.messages[0].content)["Subject"].rpartition("code ")[2]
    await replicas.member.command("/mailtest", f"confirm {code}")
    await replicas.slack.message("C1", containing="got the message: @UMEMBER")
    assert served(replicas) == {0, 1, 2}
    replicas.vault.audit.verify()


async def test_limits_are_counted_by_all_together(
    replicas: Any, vault: Any, configure: Any, saying: Any
) -> None:
    port, script = await saying()
    prepared(vault, configure, port)
    await asyncio.gather(
        *(replicas.admin.command("/mailtest", f"bob{n}@example.com") for n in range(7))
    )
    refused = [
        await replicas.slack.message("C1", containing="one test too many"),
        await replicas.slack.events.until(
            lambda: (
                [m for m in replicas.slack.messages("C1") if "accepted the mess" in m.shown][4:]
                or None
            ),
            what="five messages",
        ),
    ]
    assert refused[0].visible_to == "UADMIN"
    assert len(script.messages) == 5
    assert len(replicas.runs()) == 5


@pytest.mark.both_doors
async def test_what_slack_delivers_again_is_done_once_whoever_gets_it(
    replicas: Any, vault: Any, configure: Any, saying: Any, door: str
) -> None:
    async def repeat(what: str) -> None:
        [entry] = [each for each in replicas.slack.record if each.what == what]
        if door == "http":
            await asyncio.gather(*(replicas.slack.replay(entry) for _ in range(6)))
        else:  # an envelope is acknowledged by its own id, so one after the other
            for _ in range(6):
                await replicas.slack.replay(entry)

    port, script = await saying()
    prepared(vault, configure, port)
    await replicas.admin.command("/mailtest", "bob@example.com")
    await repeat("command")
    message = await replicas.slack.message("C1", containing="accepted the message")
    await replicas.admin.press_message(message, "Test again")
    await repeat("block_actions")
    await replicas.slack.events.until(
        lambda: True if len(replicas.tests()) == 2 else None, what="the second test"
    )
    for each in replicas.running:
        assert await each.stop() == 0
    assert len(script.messages) == 2
    assert len(replicas.tests()) == 2


async def test_two_quick_clicks_at_two_replicas_both_count(replicas: Any) -> None:
    modal = await replicas.running[0].open_settings()
    replicas.slack.weather.delay("views.update", 0.5)
    await modal.press("More options")
    async with asyncio.timeout(10):
        while not replicas.vault.drafts.names("T1"):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    await modal.shows("What Gmail")
    assert modal.value("Server address") == "smtp.gmail.com"
    assert "HELO name" in modal.fields()


@pytest.mark.both_doors
async def test_a_replica_that_stops_under_load_loses_nothing(
    replicas: Any, vault: Any, configure: Any, saying: Any, hold: Any, door: str
) -> None:
    moment = hold(b"250 2.0.0 Ok\r\n")
    port, script = await saying(dot=moment)
    prepared(vault, configure, port)
    people = [replicas.slack.add_user(f"U{n}", name=f"p{n}") for n in range(18)]
    first, second = people[:9], people[9:]
    await asyncio.gather(*(each.command("/mailtest", f"{each.id}@example.com") for each in first))
    await asyncio.wait_for(moment.reached.wait(), 10)
    leaving = replicas.running[1]
    leaving.process.terminate()
    await leaving.says("stopping")
    if door == "socket":  # what Slack sends while a connection is being closed reaches nobody
        await replicas.slack.events.until(
            lambda: True if replicas.slack.sockets.connections == 2 else None,
            what="the end of a connection",
        )
    replies = await asyncio.gather(
        *(each.command("/mailtest", f"{each.id}@example.com") for each in second)
    )
    assert [(reply.status, reply.error) for reply in replies if reply.status != 200] == []
    moment.go.set()
    assert await leaving.ended() == 0
    await replicas.slack.events.until(
        lambda: (
            True
            if sum("accepted the message" in each.shown for each in replicas.tests()) == 18
            else None
        ),
        what="eighteen ends",
        patience=20,
    )
    assert len(script.messages) == 18
    assert leaving.events("test ended")
    assert len(replicas.tests()) == 18
