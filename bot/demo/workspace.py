"""A workspace as Slack keeps it: people, channels, messages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.demo.drawing import buttons, visible_text
from bot.demo.record import Json

TEAM = "T1"
APP = "AMAIL"
BOT_USER = "UBOT"
BOT = "BBOT"


class Refused(Exception):
    """A Web API method says no; `code` is Slack's word for the reason."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or a bot, as `users.info` tells (docs.slack.dev/reference/objects/user-object)."""

    id: str
    name: str
    email: str = ""
    tz: str = "Europe/Amsterdam"
    locale: str = "en-GB"
    team_id: str = TEAM
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    deleted: bool = False
    enterprise_user: Json | None = None
    """On Enterprise Grid: id, enterprise_id, is_admin, is_owner, teams."""

    def as_json(self, *, with_email: bool, with_locale: bool) -> Json:
        """Return the user object; a deactivated user has no roles in it, as with Slack."""
        profile = {"real_name": self.name.title(), "display_name": self.name, "team": self.team_id}
        if with_email and self.email:
            profile["email"] = self.email
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": profile,
        }
        if self.is_stranger:
            user["is_stranger"] = True
        if self.enterprise_user is not None:
            user["enterprise_user"] = self.enterprise_user
        if self.deleted:
            return user
        user |= {"real_name": self.name.title(), "tz": self.tz, "tz_label": self.tz}
        user |= {
            name: getattr(self, name)
            for name in (
                "is_admin",
                "is_owner",
                "is_primary_owner",
                "is_restricted",
                "is_ultra_restricted",
            )
        }
        if with_locale and not self.is_stranger:
            user["locale"] = self.locale
        return user


@dataclass(slots=True, kw_only=True)
class Channel:
    """A public or private channel, or a direct message."""

    id: str
    name: str = ""
    private: bool = False
    direct: bool = False
    bot_is_member: bool = False
    archived: bool = False
    restricted: bool = False
    """Only some may post (`restricted_action`)."""
    members: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as it stands now in its channel."""

    ts: str
    channel: str
    user: str
    team: str = TEAM
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    visible_to: str | None = None
    """The only person who sees it (ephemeral); None: everybody in the channel."""
    thread_ts: str | None = None
    edits: int = 0

    @property
    def by_bot(self) -> bool:
        """Whether our bot wrote it."""
        return self.user == BOT_USER

    @property
    def shown(self) -> str:
        """What a person reads: the blocks, or the text where there are none."""
        return visible_text(self.blocks or [{"type": "section", "text": mrkdwn(self.text)}])

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons, in order."""
        return [each["text"]["text"] for _, each in buttons(self.blocks)]

    def as_json(self) -> Json:
        """Return the message object that payloads carry."""
        message: Json = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": self.team,
            "blocks": self.blocks,
        }
        if self.by_bot:
            message |= {"bot_id": BOT, "app_id": APP}
        if self.thread_ts:
            message["thread_ts"] = self.thread_ts
        if self.edits:
            message["edited"] = {"user": self.user, "ts": self.ts}
        return message


def mrkdwn(text: str) -> Json:
    """Return *text* as a text object."""
    return {"type": "mrkdwn", "text": text}


class Workspace:
    """A workspace, "Acme" (T1) if nothing else is said, with its people, channels and messages.

    *suffix* ends the ids of its people and channels, which are unique in an organisation.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        team_id: str = TEAM,
        name: str = "Acme",
        enterprise_id: str = "",
        suffix: str = "",
    ) -> None:
        self.team_id = team_id
        self.name = name
        self.enterprise_id = enterprise_id
        """Of the organisation that it belongs to (Enterprise Grid); empty: none."""
        self.org_wide = False
        """Whether the app came with an installation for the whole organisation."""
        self.suffix = suffix
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self._clock = clock
        self._count = 0
        self._settle()

    def _settle(self) -> None:
        roles: dict[str, dict[str, Any]] = {
            "owner": {"is_admin": True, "is_owner": True, "is_primary_owner": True},
            "admin": {"is_admin": True},
            "member": {},
            "guest": {"is_restricted": True},
        }
        for name, flags in roles.items():
            user = User(
                id=f"U{name.upper()}{self.suffix}",
                name=name,
                email=f"{name}@{self.name.lower()}.example",
                team_id=self.team_id,
                **flags,
            )
            self.users[user.id] = user
        self.users[BOT_USER] = User(id=BOT_USER, name="mail", team_id=self.team_id, is_bot=True)
        people = set(self.users) - {BOT_USER}
        owner, admin, member, _ = (f"U{name.upper()}{self.suffix}" for name in roles)
        for channel in (
            Channel(id=f"C1{self.suffix}", name="general", bot_is_member=True, members=set(people)),
            Channel(
                id=f"C2{self.suffix}", name="ops", private=True, members={owner, admin, member}
            ),
            Channel(id=f"D1{self.suffix}", direct=True, members={admin, member}),
        ):
            self.channels[channel.id] = channel

    def user(self, user_id: str) -> User:
        """Return a user by id or name. Raises Refused('user_not_found')."""
        if user_id in self.users:
            return self.users[user_id]
        for each in self.users.values():
            if each.name == user_id:
                return each
        raise Refused("user_not_found")

    def channel(self, channel_id: str) -> Channel:
        """Return a channel. Raises Refused('channel_not_found')."""
        if channel_id not in self.channels:
            raise Refused("channel_not_found")
        return self.channels[channel_id]

    def direct_message(self, user_id: str) -> Channel:
        """Return the conversation of the bot with one person, opening it where needed."""
        user = self.users.get(user_id)
        if user is None or user.deleted or user.is_bot:
            raise Refused("channel_not_found")
        return self.channels.setdefault(
            f"D{user_id}",
            Channel(id=f"D{user_id}", direct=True, bot_is_member=True, members={user_id}),
        )

    def postable(self, channel_id: str, *, scopes: Iterable[str]) -> Channel:
        """Return the channel that the bot may post to; a user id means their direct message.

        Raises Refused as chat.postMessage does: channel_not_found (also where a private
        conversation does not have the bot), not_in_channel, is_archived, restricted_action.
        """
        if channel_id in self.users:
            return self.direct_message(channel_id)
        channel = self.channel(channel_id)
        if not channel.bot_is_member and (channel.private or channel.direct):
            raise Refused("channel_not_found")
        if channel.archived:
            raise Refused("is_archived")
        if not channel.bot_is_member and "chat:write.public" not in scopes:
            raise Refused("not_in_channel")
        if channel.restricted:
            raise Refused("restricted_action")
        return channel

    def post(
        self,
        content: Json,
        *,
        channel: str,
        user: str = BOT_USER,
        visible_to: str | None = None,
    ) -> Message:
        """Put a message into a channel. *content* has text, blocks, thread_ts."""
        message = Message(
            ts=self.next_ts(),
            channel=channel,
            user=user,
            team=self.team_id,
            text=content.get("text") or "",
            blocks=content.get("blocks") or [],
            visible_to=visible_to,
            thread_ts=content.get("thread_ts"),
        )
        self.messages.append(message)
        return message

    def message(self, channel: str, ts: str) -> Message:
        """Return a message. Raises Refused('message_not_found')."""
        for each in self.messages:
            if (each.channel, each.ts) == (channel, ts):
                return each
        raise Refused("message_not_found")

    def next_ts(self) -> str:
        """Return a time stamp that no other message has."""
        self._count += 1
        return f"{int(self._clock())}.{self._count:06d}"
