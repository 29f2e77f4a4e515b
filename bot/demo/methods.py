"""What each Web API method does (docs.slack.dev/reference/methods)."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.demo.block_kit import problems
from bot.demo.files import Files
from bot.demo.permits import Permits
from bot.demo.record import Json, Record
from bot.demo.views import Views
from bot.demo.web_api import Method
from bot.demo.workspace import APP, BOT, BOT_USER, Channel, Message, Refused, Workspace

TEXT_LIMIT = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """The methods, bound to one workspace."""

    workspace: Workspace
    views: Views
    permits: Permits
    files: Files
    record: Record
    scopes: set[str]
    origin: str
    """The stand-in's own address."""
    ticket: Callable[[], str]
    """Hands out the right to one Socket Mode connection."""

    def table(self) -> dict[str, Method]:
        """Name every method that the stand-in knows."""
        channels = ("channels:read", "groups:read", "im:read", "mpim:read")
        write = ("chat:write",)
        return {
            "api.test": Method(call=self.api_test, caller="anybody"),
            "auth.test": Method(call=self.auth_test),
            "apps.connections.open": Method(call=self.connections_open, caller="app"),
            "users.info": Method(
                call=self.users_info, needs=("users:read",), required=("user",), reads=True
            ),
            "team.info": Method(call=self.team_info, needs=("team:read",), reads=True),
            "views.open": Method(call=self.views_open, required=("trigger_id", "view")),
            "views.push": Method(call=self.views_push, required=("trigger_id", "view")),
            "views.update": Method(call=self.views_update, required=("view",)),
            "chat.postMessage": Method(call=self.post, needs=write, required=("channel",)),
            "chat.update": Method(call=self.edit, needs=write, required=("channel", "ts")),
            "chat.postEphemeral": Method(
                call=self.post_ephemeral, needs=write, required=("channel", "user")
            ),
            "conversations.open": Method(
                call=self.conversations_open, needs=("im:write",), required=("users",)
            ),
            "conversations.info": Method(
                call=self.conversations_info, needs=channels, required=("channel",), reads=True
            ),
            "files.info": Method(
                call=self.files.info, needs=("files:read",), required=("file",), reads=True
            ),
            "files.delete": Method(
                call=self.files.delete, needs=("files:write",), required=("file",)
            ),
        }

    def api_test(self, _: Json) -> Json:
        """Tell that calls arrive."""
        return {}

    def auth_test(self, _: Json) -> Json:
        """Tell whose token it is."""
        return {
            "url": f"{self.origin}/",
            "team": self.workspace.name,
            "team_id": self.workspace.team_id,
            "user": self.workspace.users[BOT_USER].name,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def connections_open(self, _: Json) -> Json:
        """Hand out the address of a Socket Mode connection."""
        return {"url": f"{self.origin.replace('http', 'ws', 1)}/link?ticket={self.ticket()}"}

    def users_info(self, arguments: Json) -> Json:
        """Describe a person; the mail address only with the scope users:read.email."""
        user_id = str(arguments["user"])
        if user_id not in self.workspace.users:
            raise Refused("user_not_found")
        return {
            "user": self.workspace.users[user_id].as_json(
                with_email="users:read.email" in self.scopes,
                with_locale=_true(arguments.get("include_locale")),
            )
        }

    def team_info(self, _: Json) -> Json:
        """Describe the workspace."""
        name = self.workspace.name
        return {"team": {"id": self.workspace.team_id, "name": name, "domain": name.lower()}}

    def views_open(self, arguments: Json) -> Json:
        """Open a modal for the person whose trigger id it is."""
        trigger = self.permits.redeem(str(arguments["trigger_id"]))
        return {"view": self.views.open(arguments["view"], user=trigger.user).as_json()}

    def views_push(self, arguments: Json) -> Json:
        """Put a view on top of the modal in which the person acted."""
        trigger = self.permits.redeem(str(arguments["trigger_id"]))
        return {"view": self.views.push(arguments["view"], stack=trigger.stack).as_json()}

    def views_update(self, arguments: Json) -> Json:
        """Draw an open view anew, found by view_id or external_id."""
        if not arguments.get("view_id") and not arguments.get("external_id"):
            self.record.violate("views.update needs view_id or external_id (invalid_arguments)")
            raise Refused("invalid_arguments")
        view = self.views.find(
            view_id=arguments.get("view_id"), external_id=arguments.get("external_id")
        )
        self.views.update(arguments["view"], view=view, stale_hash=arguments.get("hash"))
        return {"view": view.as_json()}

    def post(self, arguments: Json) -> Json:
        """Post a message of the bot."""
        self.inspect(arguments, "chat.postMessage")
        channel = self.workspace.postable(str(arguments["channel"]), scopes=self.scopes)
        return _posted(self.workspace.post(arguments, channel=channel.id))

    def edit(self, arguments: Json) -> Json:
        """Rewrite a message of the bot's own; an ephemeral one can't be rewritten so."""
        self.inspect(arguments, "chat.update")
        message = self.workspace.message(str(arguments["channel"]), str(arguments["ts"]))
        if message.visible_to is not None:
            raise Refused("message_not_found")
        if not message.by_bot:
            raise Refused("cant_update_message")
        rewrite(message, arguments)
        return _posted(message)

    def post_ephemeral(self, arguments: Json) -> Json:
        """Show a message to one person of a channel."""
        self.inspect(arguments, "chat.postEphemeral")
        channel = self.workspace.postable(str(arguments["channel"]), scopes=self.scopes)
        user = str(arguments["user"])
        if user not in channel.members:
            raise Refused("user_not_in_channel")
        message = self.workspace.post(arguments, channel=channel.id, visible_to=user)
        return {"message_ts": message.ts}

    def conversations_open(self, arguments: Json) -> Json:
        """Open the direct message with one person."""
        user = str(arguments["users"])
        if user not in self.workspace.users:
            raise Refused("user_not_found")
        return {"channel": {"id": self.workspace.direct_message(user).id}}

    def conversations_info(self, arguments: Json) -> Json:
        """Describe a conversation that the bot may see."""
        channel = self.workspace.channel(str(arguments["channel"]))
        if not channel.bot_is_member and (channel.private or channel.direct):
            raise Refused("channel_not_found")
        return {"channel": _described(channel)}

    def inspect(self, message: Json, what: str) -> None:
        """Check a message's text and blocks. Raises Refused; a broken rule is a violation."""
        text, blocks = message.get("text") or "", message.get("blocks") or []
        if not text and not blocks:
            self.record.violate(f"{what}: a message needs text (no_text)")
            raise Refused("no_text")
        if not text:
            self.record.violate(f"{what}: text must stand beside blocks, for screen readers")
        if len(text) > TEXT_LIMIT:
            self.record.violate(f"{what}: the text is longer than {TEXT_LIMIT} (msg_too_long)")
            raise Refused("msg_too_long")
        found = problems(blocks, "message") if blocks else []
        for each in found:
            self.record.violate(f"{what}: {each}")
        if found:
            raise Refused("invalid_blocks", errors=found)


def rewrite(message: Message, new: Json) -> None:
    """Replace what a message says."""
    message.text, message.blocks = new.get("text") or "", new.get("blocks") or []
    message.edits += 1


def _posted(message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts, "message": message.as_json()}


def _described(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.direct,
        "is_private": channel.private,
        "is_member": channel.bot_is_member,
        "is_archived": channel.archived,
        "creator": APP,
    }


def _true(value: object) -> bool:
    return value in (True, 1, "1", "true", "True")
