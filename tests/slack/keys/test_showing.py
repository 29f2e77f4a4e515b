import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.slack import StandIn
from bot.slack.access import Access, Caller, Refused
from bot.slack.api import SlackAPI
from bot.slack.keys.keeping import KeyRefused, Keys
from bot.slack.keys.showing import Done, Showing, place_of, typed
from bot.slack.keys.view import said_view
from bot.slack.replies import Replies
from bot.slack.work import Threads, Work
from bot.vault import Vault


class Ack:
    """Keeps what a submission was answered with."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}

    async def __call__(self, **answer: Any) -> None:
        self.answer = answer


@pytest.fixture
def ack() -> Ack:
    return Ack()


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def make_showing(api: SlackAPI, vault: Vault, clock: Any, work: Work) -> Callable[..., Showing]:
    async def redraw_form(_caller: Caller, _form: str) -> None:
        raise AssertionError("no form was open")

    threads = Threads(1)

    def make(*, patience: float) -> Showing:
        api.pace = replace(api.pace, answer_within=patience, again_after=())
        return Showing(
            access=Access(api, admins=frozenset(), org_wide=lambda: False),
            slack=api,
            threads=threads,
            replies=Replies(slack=api, work=work),
            keys=Keys(vault=vault, clock=clock),
            redraw_form=redraw_form,
            clock=clock,
        )

    return make


async def said(text: str) -> Done:
    return Done(text=text, view=said_view(text))


async def test_a_quick_deed_is_the_answer(
    make_showing: Any, ack: Ack, caller: Caller, work: Work
) -> None:
    showing = make_showing(patience=5)
    await showing.promptly(ack, caller, said("Done."), doing="Doing ...")
    assert ack.answer == {"response_action": "update", "view": said_view("Done.")}
    assert len(work) == 0


async def test_a_refusal_is_an_answer_too(make_showing: Any, ack: Ack, caller: Caller) -> None:
    async def refuse() -> Done:
        raise Refused("Not you.")

    await make_showing(patience=5).promptly(ack, caller, refuse(), doing="Doing ...")
    assert ack.answer == {"response_action": "update", "view": said_view("Not you.")}


async def test_a_slow_deed_is_waited_for_in_the_view_and_told_there(
    make_showing: Any, ack: Ack, caller: Caller, work: Work, slack: StandIn, tickets: Any
) -> None:
    go = asyncio.Event()

    async def slow() -> Done:
        await go.wait()
        return Done(text="It was renamed.")

    showing = make_showing(patience=0.01)
    await showing.promptly(ack, caller, slow(), doing="Renaming ...")
    waiting = ack.answer["view"]
    assert waiting["blocks"][0]["text"]["text"] == "Renaming ..."
    await showing.slack.open_view(tickets.trigger(), waiting)
    go.set()
    await work.drain(seconds=5, grace=1)
    modal = slack.person("UADMIN").screen()
    assert modal is not None
    assert "It was renamed." in modal.text()


async def test_what_no_view_takes_any_more_comes_as_a_direct_message(
    make_showing: Any, ack: Ack, caller: Caller, work: Work, slack: StandIn
) -> None:
    showing = make_showing(patience=5)
    slack.weather.fail("views.update", status="fatal_error")
    for words in ("First.", "Second."):
        await showing.waiting(ack, caller, said(words), doing="Doing ...")
        await work.drain(seconds=5, grace=1)
        assert [each.shown for each in slack.messages("DUADMIN")][-1] == words


def test_a_view_of_nobodys_is_refused() -> None:
    for metadata in ("", "[]", "{}x", '{"other": 1}'):
        with pytest.raises(KeyRefused, match="no longer open for you"):
            place_of({"private_metadata": metadata})


def test_what_nobody_touched_is_what_was_drawn() -> None:
    blocks = [{"block_id": "name", "element": {"initial_value": "Drawn"}}]
    view: dict[str, Any] = {"blocks": blocks, "state": {"values": {}}}
    assert typed(view, "name", "name") == "Drawn"
    assert typed(view, "other", "name") == ""
    view["state"]["values"] = {"name": {"name": {"value": None}}}
    assert typed(view, "name", "name") == ""
