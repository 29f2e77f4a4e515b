"""What one person sees of the demo, as JSON for the page. Reads everything, changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.demo.drawing import plain
from bot.demo.guide import Guide
from bot.demo.inbox import Inbox
from bot.demo.record import Json
from bot.demo.servers import KEY_FILE, KEY_PASSPHRASE, SERVERS, DemoServer
from bot.demo.slack import StandIn
from bot.demo.views import View
from bot.demo.workspace import BOT_USER, Channel, Message, User

_MESSAGES = 100
"""The newest of each channel."""

COMMANDS = (
    {
        "name": "/mailsettings",
        "description": "Opens this workspace's mail settings, or shows a summary of them",
        "usage_hint": "[show | keys | history | help]",
    },
    {
        "name": "/mailtest",
        "description": "Sends a test message and shows in this channel what the mail server said",
        "usage_hint": "[--no-send] name@example.com | confirm CODE | help",
    },
)
SHORTCUTS = (
    {
        "callback_id": "mail_settings",
        "name": "Mail settings",
        "description": "Opens this workspace's mail settings",
    },
)
"""As manifest.yml has them; a test compares."""


_KEY = {"name": KEY_FILE, "path": f"/{KEY_FILE}", "passphrase": KEY_PASSPHRASE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """Draws anybody's screen."""

    slack: StandIn
    inbox: Inbox
    guide: Guide
    ports: Mapping[str, int]
    """Of the mail servers, by id."""
    public_url: str
    """Where the bot's password page is; empty: passwords are typed into the modal."""
    busy: set[str]
    """The views whose submission is under way."""

    def screen(self, user_id: str) -> Json:
        """Return all that *user_id* sees now."""
        workspace = self.slack.workspace
        channels = [each for each in workspace.channels.values() if user_id in each.members]
        return {
            "version": self.slack.events.changes,
            "me": user_id,
            "workspace": workspace.name,
            "public_url": self.public_url,
            "users": [_user(each) for each in workspace.users.values() if not each.is_bot],
            "channels": [self._channel(each, user_id) for each in channels],
            "commands": COMMANDS,
            "shortcuts": SHORTCUTS,
            "messages": {
                each.id: [
                    self._message(message)
                    for message in self.slack.messages(each.id, seen_by=user_id)[-_MESSAGES:]
                ]
                for each in channels
            },
            "modals": self._modals(user_id),
            "inbox": self.inbox.as_json(),
            "servers": [self._server(each) for each in SERVERS],
            "guide": self.guide.as_json(),
            "guide_dismissed": self.guide.dismissed(user_id),
        }

    def _channel(self, channel: Channel, user_id: str) -> Json:
        others = [self._name(each) for each in sorted(channel.members - {user_id})]
        return {
            "id": channel.id,
            "name": channel.name or ", ".join(others) or self._name(BOT_USER),
            "private": channel.private,
            "direct": channel.direct,
            "bot_is_member": channel.bot_is_member,
        }

    def _message(self, message: Message) -> Json:
        return {
            "ts": message.ts,
            "time": datetime.fromtimestamp(int(message.ts.partition(".")[0]), UTC).isoformat(),
            "user": message.user,
            "user_name": self._name(message.user),
            "is_bot": message.by_bot,
            "text": message.text,
            "blocks": message.blocks,
            "only_you": message.visible_to is not None,
            "edited": message.edits > 0,
        }

    def _modals(self, user_id: str) -> list[Json]:
        modal = self.slack.person(user_id).screen()
        return [self._view(each) for each in modal.views] if modal is not None else []

    def _view(self, view: View) -> Json:
        values: dict[str, Json] = {}
        for (block_id, action_id), field in view.form.fields.items():
            values.setdefault(block_id, {})[action_id] = field.shown
        return {
            "id": view.id,
            **{
                name: plain(view.definition[name]) if name in view.definition else ""
                for name in ("title", "submit", "close")
            },
            "blocks": view.definition["blocks"],
            "errors": view.errors,
            "values": values,
            "files": {
                each["id"]: {"name": each.get("name", ""), "size": each.get("size", 0)}
                for field in view.form.fields.values()
                if field.holds_files
                for each in field.value
            },
            "busy": view.id in self.busy,
        }

    def _server(self, server: DemoServer) -> Json:
        return {
            "id": server.id,
            "title": server.title,
            "wrong": server.wrong,
            "host": server.host,
            "port": self.ports[server.id],
            "protocol": server.tls_mode.label,
            "username": server.username,
            "password": server.password,
            "from": server.from_address,
            "expect": server.expect,
            "client_key": _KEY if server.wants_client else None,
        }

    def _name(self, user_id: str) -> str:
        return self.slack.workspace.users[user_id].name


def _user(user: User) -> Json:
    role = "member"
    if user.is_owner:
        role = "owner"
    elif user.is_admin:
        role = "admin"
    elif user.is_restricted:
        role = "guest"
    return {"id": user.id, "name": user.name, "role": role}
