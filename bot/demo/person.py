"""A person in the workspace: runs commands, presses buttons, sees modals; or forges payloads."""

from dataclasses import dataclass, field

from bot.demo.delivery import Delivery
from bot.demo.door import Answer
from bot.demo.drawing import buttons, plain, visible_text
from bot.demo.modal import Modal
from bot.demo.payloads import about, action, action_in_message, command
from bot.demo.permits import ResponseUrl
from bot.demo.record import PATIENCE, Json, parsed
from bot.demo.workspace import Channel, Message, Refused, User, mrkdwn


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReply:
    """What the person saw at once."""

    status: int | None
    """Of the acknowledgement; None: there was none in time."""
    ack_ms: float
    error: str = ""
    """What Slack says in its place: operation_timeout, dispatch_failed, or empty."""
    text: str = ""
    """All that can be read in the acknowledgement's message; empty where it had none."""
    blocks: list[Json] = field(default_factory=list)


class Person:
    """Someone with Slack open."""

    def __init__(self, slack: Delivery, user_id: str) -> None:
        self._slack = slack
        self.id = user_id
        self._stacks_seen = 0

    @property
    def user(self) -> User:
        """What the workspace says of this person now."""
        return self._slack.workspace.users[self.id]

    async def command(self, name: str, text: str = "", *, channel: str = "C1") -> CommandReply:
        """Type a slash command in a channel of this person's."""
        here = self._require_member(channel)
        if self.user.team_id != self._slack.workspace.team_id:
            raise LookupError(f"{self.user.name} is of another workspace, and has no such command.")
        path = self._slack.permits.response_url(self.id, channel, command=f"{name} {text}".strip())
        payload = command(
            name,
            text,
            user=self.user,
            channel=here,
            trigger_id=self._slack.permits.trigger(self.id),
            response_url=self._slack.origin + path,
            workspace=self._slack.workspace,
        )
        answer = await self._slack.deliver("command", payload, what="command")
        reply = CommandReply(status=answer.status, ack_ms=answer.milliseconds, error=answer.error)
        if not answer.ok or not answer.body:
            return reply
        body = parsed(answer.body) or {"text": answer.body}
        return self._shown(body, reply=reply, url=self._slack.permits.urls[path])

    async def shortcut(self, callback_id: str) -> Answer:
        """Choose a global shortcut."""
        payload = {
            "type": "shortcut",
            "callback_id": callback_id,
            "trigger_id": self._slack.permits.trigger(self.id),
            "action_ts": self._slack.workspace.next_ts(),
        }
        return await self._slack.interact(self.user, payload)

    async def modal(self, *, patience: float = PATIENCE) -> Modal:
        """Wait for the next modal that opens for this person."""

        def find() -> Modal | None:
            mine = [each for each in self._slack.views.stacks if each.user == self.id]
            if len(mine) <= self._stacks_seen:
                return None
            return Modal(self._slack, mine[self._stacks_seen], user=self.user)

        found = await self._slack.record.until(
            find, what=f"a modal for {self.user.name}", patience=patience
        )
        self._stacks_seen += 1
        return found

    def screen(self) -> Modal | None:
        """Return the modal that this person sees now, None where there is none."""
        mine = [each for each in self._slack.views.stacks if each.user == self.id and each.views]
        return Modal(self._slack, mine[-1], user=self.user) if mine else None

    def write(self, text: str, *, channel: str) -> Message:
        """Write a message in a channel of this person's; nothing in it is live."""
        self._require_member(channel)
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        message = self._slack.workspace.post({"text": escaped}, channel=channel, user=self.id)
        self._slack.record.tell()
        return message

    async def act_in_message(self, message: Message, block_id: str, action_id: str) -> Answer:
        """Press a button in a message, named by its ids."""
        for block, element in buttons(message.blocks if self._sees(message) else []):
            if (block.get("block_id", block_id), element.get("action_id")) == (block_id, action_id):
                return await self._slack.interact(
                    self.user, self._action_payload(message, block, element)
                )
        raise LookupError("This message has changed meanwhile. Look again, then try once more.")

    async def press_message(
        self, message: Message, button: str, *, confirm: bool = True
    ) -> Answer | None:
        """Press a button in a message; *confirm* answers its question, if it asks one."""
        if not self._sees(message):
            raise LookupError(f"{self.user.name} does not see this message.")
        for block, element in buttons(message.blocks):
            if plain(element["text"]) == button:
                if "confirm" in element and not confirm:
                    return None
                return await self._slack.interact(
                    self.user, self._action_payload(message, block, element)
                )
        raise LookupError(f"No button {button!r} here, but {message.buttons}.")

    async def forge_action(
        self, entry: Json, *, view: Json | None = None, message: Message | None = None
    ) -> Answer:
        """Send a block_actions payload that no client of this person would send.

        *entry* is one of `actions` (action_id, block_id, value ...); *view* is the payload of
        anybody's modal, or a made-up one. An answer of any kind is no violation.
        """
        payload: Json = {
            "type": "block_actions",
            "trigger_id": self._slack.permits.trigger(self.id),
            "actions": [{"type": "button", "block_id": "b", "action_ts": "1.1", **entry}],
        }
        if view is not None:
            payload |= {"view": view, "container": {"type": "view", "view_id": view.get("id")}}
        if message is not None:
            block, element = {"block_id": "b"}, {"type": "button", "action_id": "a"}
            payload = self._action_payload(message, block, element) | payload
        return await self._forge(payload)

    async def forge_submission(self, view: Json, *, values: Json | None = None) -> Answer:
        """Send a view_submission payload with anybody's *view*; *values* go over its state."""
        state = {"values": {**view.get("state", {}).get("values", {}), **(values or {})}}
        payload = {
            "type": "view_submission",
            "trigger_id": self._slack.permits.trigger(self.id),
            "view": {**view, "state": state},
            "response_urls": [],
        }
        return await self._forge(payload)

    async def _forge(self, payload: Json) -> Answer:
        payload = about(self.user, self._slack.workspace) | payload
        what = f"forged {payload['type']}"
        return await self._slack.deliver("interactive", payload, what=what, strict=False)

    def _action_payload(self, message: Message, block: Json, element: Json) -> Json:
        path = self._slack.permits.response_url(self.id, message.channel, source=message)
        return action_in_message(
            message,
            action(block, element, ts=self._slack.workspace.next_ts(), chosen={}),
            channel=self._slack.workspace.channels[message.channel],
            trigger_id=self._slack.permits.trigger(self.id),
            response_url=self._slack.origin + path,
        )

    def _require_member(self, channel: str) -> Channel:
        here = self._slack.workspace.channels.get(channel)
        if here is None or self.id not in here.members:
            raise LookupError(f"{self.user.name} is not in {channel}, and can't write there.")
        return here

    def _sees(self, message: Message) -> bool:
        if message.visible_to is not None:
            return message.visible_to == self.id
        return self.id in self._slack.workspace.channels[message.channel].members

    def _shown(self, body: Json, *, reply: CommandReply, url: ResponseUrl) -> CommandReply:
        try:
            message = self._slack.responses.show(body, url=url)
        except Refused:
            return reply  # the rule that was broken is in the record
        self._slack.record.tell()
        shown = message.blocks or [{"type": "section", "text": mrkdwn(message.text)}]
        return CommandReply(
            status=reply.status,
            ack_ms=reply.ack_ms,
            text=visible_text(shown),
            blocks=message.blocks,
        )
