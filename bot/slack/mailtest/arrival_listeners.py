"""What answers "It arrived", "It did not arrive" and `/mailtest confirm`."""

from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI
from bot.slack.mailtest.arrival_view import confirmed
from bot.slack.mailtest.arrivals import Arrivals
from bot.slack.mailtest.run import TestRun
from bot.slack.mailtest.runner import Runner
from bot.slack.replies import Body, Replies
from bot.slack.words import Block, escape, rich, rich_person, rich_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalListeners:
    """The listeners that hear whether a message arrived."""

    access: Access
    slack: SlackAPI
    replies: Replies
    runner: Runner
    arrivals: Arrivals

    async def arrived(self, ack: AsyncAck, body: Body) -> None:
        """Answer "It arrived"."""
        await ack()
        self._answer(body, arrived=True)

    async def not_arrived(self, ack: AsyncAck, body: Body) -> None:
        """Answer "It did not arrive"."""
        await ack()
        self._answer(body, arrived=False)

    async def confirm(self, ack: AsyncAck, body: Body, code: str) -> None:
        """`/mailtest confirm CODE`: as "It arrived" under the test that has this code."""
        await ack()

        async def confirm(caller: Caller, body: Body) -> None:
            person = await self.access.person(caller)
            run, new = await self.arrivals.confirm(caller, person, code)
            text, block = _confirmation(run, new=new)
            await self.slack.respond(str(body.get("response_url") or ""), text, [block])

        self.replies.privately(body, confirm, name="/mailtest confirm")

    def _answer(self, body: Body, *, arrived: bool) -> None:
        async def answer(caller: Caller, body: Body) -> None:
            person = await self.access.person(caller)
            run_id = str(body["actions"][0]["value"])
            await self.runner.find(caller, run_id)
            url = str(body.get("response_url") or "")
            await self.arrivals.answer(person, run_id, arrived=arrived, response_url=url)

        tell = self.replies.in_window if "view" in body else self.replies.privately
        tell(body, answer, name="arrived" if arrived else "not arrived")


def _confirmation(run: TestRun, *, new: bool) -> tuple[str, Block]:
    """Say to whoever gave a code what came of it."""
    transcript, arrival = run.transcript, run.later.arrival
    assert transcript is not None  # noqa: S101  # for the type checker: such a run has ended
    assert arrival is not None  # noqa: S101  # the same: it was just written
    text = confirmed(run.test.recipient, run.test.code, transcript, arrival)
    pieces = [rich_text(text)]
    if not new:
        pieces += [rich_text(" "), rich_person(arrival.by), rich_text(" said so before you.")]
    elif not (run.ts or run.view_id):
        pieces.append(
            rich_text(
                " The bot may not rewrite the test's message where it stands; “It arrived” under "
                "it does that."
            )
        )
    return escape(text), rich(pieces)
