"""What answers `/mailtest` and the buttons under a test."""

import platform
import ssl
from dataclasses import dataclass
from importlib.metadata import version

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI
from bot.slack.mailtest.arrival_listeners import ArrivalListeners
from bot.slack.mailtest.command import HELP, Request, Usage, parse
from bot.slack.mailtest.details import handout_view
from bot.slack.mailtest.run import TestRun
from bot.slack.mailtest.runner import Runner, Spot
from bot.slack.mailtest.sequel import details_of
from bot.slack.mailtest.view import Content, view_of
from bot.slack.replies import Body, Replies
from bot.slack.words import Block, escape, rich, rich_text, section
from bot.slack.work import Threads


@dataclass(frozen=True, slots=True, kw_only=True)
class MailtestListeners:
    """The listeners of `/mailtest`; their fields are what they depend on."""

    access: Access
    slack: SlackAPI
    threads: Threads
    replies: Replies
    runner: Runner
    arrivals: ArrivalListeners

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """`/mailtest`: write down what is asked, answer, test afterwards."""
        try:
            request = parse(str(body.get("text") or ""))
        except Usage as usage:
            await ack(text=str(usage))
            return
        if request.help:
            await ack(text=HELP)
            return
        if request.confirm:
            await self.arrivals.confirm(ack, body, request.confirm)
            return
        whom = request.recipient or "your own address"

        async def start(caller: Caller, body: Body) -> None:
            await self._start(caller, body, request, key=f"command:{body['trigger_id']}")

        # What was promised outlives us, so it is written down before it is promised.
        if await self.replies.before_ack(body, start, name="/mailtest"):
            text = f"Testing mail to {whom} ... The result comes as a message here."
        else:
            text = (
                f"Testing mail to {whom} takes longer to begin than usual. If no message about it "
                "comes here within a minute, please try again."
            )
        await ack(text=escape(text), blocks=[rich([rich_text(text)])])

    async def again(self, ack: AsyncAck, body: Body) -> None:
        """Answer "Test again": the same test, asked for by whoever pressed it."""
        await ack()
        self.replies.privately(body, self._again, name="test again")

    async def details(self, ack: AsyncAck, body: Body) -> None:
        """Answer "Details": everything about a test, for admins."""
        await ack()
        self.replies.privately(body, self._details, name="details")

    async def copy(self, ack: AsyncAck, body: Body) -> None:
        """Answer "Copy for the mail team": a test as one text, for admins."""
        await ack()
        self.replies.in_window(body, self._copy, name="copy for the mail team")

    async def _start(self, caller: Caller, body: Body, request: Request, *, key: str) -> None:
        person = await self.access.person(caller)
        channel = body.get("channel") or {}
        spot = Spot(
            id=str(body.get("channel_id") or channel.get("id") or ""),
            name=str(body.get("channel_name") or channel.get("name") or ""),
            response_url=str(body.get("response_url") or ""),
        )
        await self.runner.start_in_channel(caller, person, request, spot=spot, key=key)

    async def _again(self, caller: Caller, body: Body) -> None:
        action = body["actions"][0]
        await self.runner.again(
            caller,
            await self.access.person(caller),
            str(action["value"]),
            response_url=str(body.get("response_url") or ""),
            key=f"again:{caller.user_id}:{action['action_ts']}",
        )

    async def after_save(self, caller: Caller, run_id: str, *, key: str) -> None:
        """Run a test again whose suggestion was saved. Raises Refused, StorageError."""
        await self.runner.again(caller, await self.access.person(caller), run_id, key=key)

    async def _details(self, caller: Caller, body: Body) -> None:
        await self.access.admin(caller)
        run_id = str(body["actions"][0]["value"])
        run = await self.runner.find(caller, run_id)
        if run.transcript is None:
            blocks = [section("This test is still under way. Its details come when it has ended.")]
        else:
            blocks = details_of(run, run_id)
        view = view_of(Content(text="", blocks=blocks))
        await self.slack.open_view(body["trigger_id"], view)

    async def _copy(self, caller: Caller, body: Body) -> None:
        await self.access.admin(caller)
        run = await self.runner.find(caller, str(body["actions"][0]["value"]))
        view = await self.threads(_handout, run)
        await self.slack.push_view(body["trigger_id"], view)


def _handout(run: TestRun) -> Block:
    assert run.transcript is not None  # noqa: S101  # for the type checker: the button came after
    versions = (
        f"Mail Settings {version('mailsettings')}, Python {platform.python_version()}, "
        f"{ssl.OPENSSL_VERSION}"
    )
    return handout_view(run.test, run.transcript, run.later, at=run.ended_at, versions=versions)
