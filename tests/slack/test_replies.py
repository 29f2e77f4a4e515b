"""Answers that come after the ack: what goes wrong is told where the person looks."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.demo.slack import StandIn
from bot.slack.access import Caller, NotAdmin
from bot.slack.api import SlackAPI
from bot.slack.replies import Replies
from bot.slack.words import notice
from bot.slack.work import Work

WORDS = "Ask one of the admins."


@pytest.fixture
def replies(api: SlackAPI) -> Replies:
    return Replies(slack=api, work=Work())


async def refuse(_caller: Caller, _body: dict[str, Any]) -> None:
    raise NotAdmin(WORDS)


def body_of(**more: Any) -> dict[str, Any]:
    return {"user": {"id": "UADMIN", "team_id": "T1"}, "team": {"id": "T1"}} | more


async def test_an_answer_gets_its_caller_and_body(replies: Replies) -> None:
    seen = []

    async def answer(caller: Caller, body: dict[str, Any]) -> None:
        seen.append((caller, body))

    body = body_of()
    replies.privately(body, answer, name="a")
    replies.in_window(body, answer, name="b")
    await replies.work.drain(seconds=5, grace=1)
    assert seen == [(Caller.of(body), body)] * 2


async def test_what_is_done_before_the_ack_is_due_is_done_before_it(replies: Replies) -> None:
    done = []

    async def answer(_caller: Caller, _body: dict[str, Any]) -> None:
        done.append(True)

    assert await replies.before_ack(body_of(), answer, name="a")
    assert done == [True]
    with pytest.raises(NotAdmin):
        await replies.before_ack(body_of(), refuse, name="a")


async def test_what_takes_longer_than_an_ack_may_goes_on_and_its_problem_is_told_beside_it(
    api: SlackAPI, slack: StandIn, tickets: Any
) -> None:
    go = asyncio.Event()
    api.pace = replace(api.pace, answer_within=0.0)
    replies = Replies(slack=api, work=Work())

    async def refuse_later(caller: Caller, body: dict[str, Any]) -> None:
        await go.wait()
        await refuse(caller, body)

    body = body_of(response_url=tickets.response_url())
    assert not await replies.before_ack(body, refuse_later, name="a")
    go.set()
    message = await slack.message("C1", containing=WORDS)
    assert message.visible_to == "UADMIN"


async def test_a_stop_waits_for_what_is_being_done_before_an_ack(replies: Replies) -> None:
    begun, go, done = asyncio.Event(), asyncio.Event(), []

    async def answer(_caller: Caller, _body: dict[str, Any]) -> None:
        begun.set()
        await go.wait()
        done.append(True)

    answering = asyncio.create_task(replies.before_ack(body_of(), answer, name="a"))
    await begun.wait()
    draining = asyncio.create_task(replies.work.drain(seconds=5, grace=1))
    go.set()
    await draining
    assert done == [True]
    assert await answering


async def test_a_problem_is_told_beside_the_command(
    replies: Replies, slack: StandIn, tickets: Any
) -> None:
    replies.privately(body_of(response_url=tickets.response_url()), refuse, name="a")
    message = await slack.message("C1", containing=WORDS)
    assert message.visible_to == "UADMIN"


async def test_a_problem_is_told_in_a_new_window(
    replies: Replies, slack: StandIn, tickets: Any
) -> None:
    replies.in_window(body_of(trigger_id=tickets.trigger()), refuse, name="a")
    modal = await slack.person("UADMIN").modal()
    await modal.shows(WORDS)


async def test_a_problem_in_a_window_is_told_on_top_of_it(
    replies: Replies, slack: StandIn, tickets: Any, api: SlackAPI
) -> None:
    root = await api.open_view(tickets.trigger(), notice("One", "first"))
    modal = await slack.person("UADMIN").modal()
    body = body_of(trigger_id=tickets.trigger(view_id=root), view={"id": root})
    replies.in_window(body, refuse, name="a")
    await modal.shows(WORDS)
    assert modal.depth == 2


@pytest.mark.parametrize("path", ["", "response/gone"])
async def test_where_nothing_else_is_left_it_is_told_in_a_direct_message(
    replies: Replies, slack: StandIn, path: str
) -> None:
    url = slack.api_url.replace("api/", path) if path else ""
    replies.privately(body_of(response_url=url), refuse, name="a")
    message = await slack.message("DUADMIN", containing=WORDS)
    assert message.visible_to is None


async def test_what_nobody_could_be_told_stands_in_the_log(
    replies: Replies, slack: StandIn
) -> None:
    slack.weather.fail("chat.postMessage", status="is_archived")
    with capture_logs() as entries:
        replies.privately(body_of(), refuse, name="a")
        await replies.work.drain(seconds=5, grace=1)
    assert entries[-1]["event"] == "nobody could be told"
    assert entries[-1]["user"] == "UADMIN"
