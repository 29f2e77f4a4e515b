"""Where a test is shown: at Slack's pace, and to the end whatever the weather."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.slack import StandIn
from bot.slack.api import SlackAPI, SlackFailure
from bot.slack.mailtest.places import ChannelPlace, Live, ViewPlace, tell
from bot.slack.mailtest.view import Content, view_of
from bot.slack.pace import Pace
from bot.slack.words import section

MakePlace = Callable[..., ChannelPlace]
PACE = Pace(again_after=(0.0, 0.0), edit_every=0.01)


def content(text: str) -> Content:
    return Content(text=text, blocks=[section(text)])


@pytest.fixture
def noted() -> list[str]:
    """The time stamps that were noted."""
    return []


@pytest.fixture
def place_in(api: SlackAPI, tickets: Any, noted: list[str]) -> MakePlace:
    async def note(ts: str) -> None:
        noted.append(ts)

    def make(channel: str, **more: Any) -> ChannelPlace:
        url = more.pop("response_url", tickets.response_url(channel=channel))
        values = {"slack": api, "channel": channel, "response_url": url, "asked_by": "UADMIN"}
        return ChannelPlace(**values, first=content("one"), on_posted=note, **more)

    return make


async def test_a_message_is_posted_once_and_then_edited(
    slack: StandIn, place_in: MakePlace, noted: list[str]
) -> None:
    place = place_in("C1")
    for text in ("one", "two"):
        await place.show(content(text), last=False)
    assert await tell(place, content("three"), pace=PACE)
    [message] = slack.messages("C1")
    assert (message.shown, message.edits) == ("three", 2)
    assert noted == [message.ts]
    assert place.response_url not in repr(place)


async def test_an_end_comes_by_an_edit_also_where_nothing_was_shown_before(
    slack: StandIn, place_in: MakePlace, noted: list[str]
) -> None:
    """Whoever dies before the message is noted would have told the end for others to tell again."""
    place = place_in("C1")
    slack.weather.fail("chat.update", status="internal_error")
    with pytest.raises(SlackFailure):
        await place.show(content("end"), last=True)
    [message] = slack.messages("C1")
    assert (message.shown, noted) == ("one", [message.ts])
    assert await tell(place, content("end"), pace=PACE)
    assert [each.shown for each in slack.messages("C1")] == ["end"]


async def test_where_nothing_may_be_edited_the_end_is_a_message_of_its_own(
    slack: StandIn, place_in: MakePlace
) -> None:
    slack.weather.fail("chat.update", 100, status="edit_window_closed")
    assert await tell(place_in("C1"), content("end"), pace=PACE)
    assert [each.shown for each in slack.messages("C1")] == ["one", "end"]


async def test_a_message_that_was_deleted_is_posted_anew_at_the_end(
    slack: StandIn, place_in: MakePlace, noted: list[str]
) -> None:
    place = place_in("C1")
    await place.show(content("one"), last=False)
    slack.workspace.messages.clear()
    with pytest.raises(SlackFailure):
        await place.show(content("two"), last=False)
    assert await tell(place, content("three"), pace=PACE)
    [message] = slack.messages("C1")
    assert message.shown == "three"
    assert len(noted) == 2


async def test_where_the_bot_may_not_post_the_response_url_gets_start_and_end_alone(
    slack: StandIn, place_in: MakePlace, noted: list[str]
) -> None:
    place = place_in("C2")
    for text in ("one", "two", "three"):
        await place.show(content(text), last=False)
    await place.show(content("four"), last=True)
    assert [each.shown for each in slack.messages("C2")] == ["one", "four"]
    assert noted == []


async def test_where_neither_is_left_the_end_goes_to_whoever_asked(
    slack: StandIn, place_in: MakePlace
) -> None:
    place = place_in("C2", response_url="")
    with pytest.raises(SlackFailure):
        await place.show(content("one"), last=False)
    assert await tell(place, content("two"), pace=PACE)
    assert slack.messages("C2") == []
    [message] = slack.messages("DUADMIN")
    assert message.shown == "two"


async def test_a_passing_trouble_closes_no_channel(slack: StandIn, place_in: MakePlace) -> None:
    place = place_in("C1")
    slack.weather.fail("chat.postMessage", status="internal_error")
    with pytest.raises(SlackFailure):
        await place.show(content("one"), last=False)
    await place.show(content("two"), last=False)
    assert [each.shown for each in slack.messages("C1")] == ["two"]


async def test_an_end_that_slack_takes_nowhere_is_given_up_in_the_end(
    slack: StandIn, place_in: MakePlace
) -> None:
    slack.weather.fail("chat.postMessage", 9, status="internal_error")
    slack.weather.fail("response_url", 9, status=404)
    assert not await tell(place_in("C1"), content("one"), pace=PACE)
    assert slack.messages("C1") == []


async def test_an_end_is_told_as_soon_as_the_trouble_is_over(
    slack: StandIn, place_in: MakePlace
) -> None:
    slack.weather.fail("chat.postMessage", 2, status="internal_error")
    slack.weather.fail("response_url", 2, status=404)
    assert await tell(place_in("C1"), content("one"), pace=PACE)
    assert [each.shown for each in slack.messages("C1")] == ["one"]


async def test_a_view_is_redrawn_and_a_closed_one_is_nobodys_loss(
    api: SlackAPI, tickets: Any
) -> None:
    view_id = await api.open_view(tickets.trigger(), view_of(content("one")))
    place = ViewPlace(slack=api, view_id=view_id)
    await place.show(content("two"), last=False)
    assert tickets.shown(view_id) == "two"
    assert await tell(ViewPlace(slack=api, view_id="VGONE"), content("three"), pace=PACE)


class Wall:
    """A place of our own, which may refuse for a while."""

    def __init__(self, *, refuse: int = 0) -> None:
        self.shown: list[str] = []
        self.refuse = refuse
        self.changed = asyncio.Event()

    async def show(self, content: Content, *, last: bool) -> None:
        assert not last
        self.changed.set()
        if self.refuse:
            self.refuse -= 1
            raise SlackFailure("internal_error", passing=True)
        self.shown.append(content.text)

    async def next(self) -> None:
        await asyncio.wait_for(self.changed.wait(), 30)
        self.changed.clear()


async def test_of_what_comes_in_between_the_newest_is_shown() -> None:
    wall = Wall()
    live = Live(wall, content("one"), pace=PACE, is_ours=lambda: True)
    showing = asyncio.create_task(live.run())
    await wall.next()
    for text in ("two", "three", "four"):
        live.show(content(text))
    await wall.next()
    live.end()
    await asyncio.wait_for(showing, 30)
    assert wall.shown == ["one", "four"]


async def test_what_slack_refuses_in_between_is_passed_over() -> None:
    wall = Wall(refuse=1)
    live = Live(wall, content("one"), pace=PACE, is_ours=lambda: True)
    showing = asyncio.create_task(live.run())
    await wall.next()
    live.show(content("two"))
    await wall.next()
    live.end()
    await asyncio.wait_for(showing, 30)
    assert wall.shown == ["two"]


async def test_after_the_end_nothing_is_shown_any_more() -> None:
    wall = Wall()
    live = Live(wall, content("one"), pace=PACE, is_ours=lambda: True)
    live.end()
    await live.run()
    assert wall.shown == []


async def test_while_a_test_may_be_another_replicas_nothing_is_shown() -> None:
    wall, ours = Wall(), [True, False, True]
    live = Live(wall, content("one"), pace=PACE, is_ours=lambda: ours.pop(0))
    showing = asyncio.create_task(live.run())
    await wall.next()
    live.show(content("two"))
    while len(ours) > 1:  # noqa: ASYNC110 - what was not shown tells nobody
        await asyncio.sleep(0)
    live.show(content("three"))
    await wall.next()
    live.end()
    await asyncio.wait_for(showing, 30)
    assert wall.shown == ["one", "three"]
