"""Who is an admin, as Slack says at that moment. Asked at every door; closed when Slack is silent.

https://docs.slack.dev/reference/objects/user-object
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError

from bot.slack.api import SlackAPI
from bot.slack.words import ADMINS_ONLY, OTHER_WORKSPACE, SLACK_SILENT


class Refused(PermissionError):
    """This person may not do this. The text is for that person."""


class NotAdmin(Refused):
    """Not an admin of this workspace."""


class SlackSilent(Refused):
    """Slack could not be asked, so the answer is no."""


class Role(Enum):
    """What a person may do here."""

    ADMIN = auto()
    MEMBER = auto()
    GUEST = auto()
    """A guest: may read what everyone may, and change and send nothing."""
    NOBODY = auto()
    """A bot, a deactivated user, or somebody of another organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A Slack user, as far as we need to know."""

    id: str
    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who stands at the door, as the verified payload says."""

    team_id: str
    user_id: str
    home_team_id: str
    """The user's own workspace: another one in a shared channel, or within an organisation."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Caller":
        """Read the caller of a slash command or an interaction."""
        if isinstance(body.get("user"), Mapping):
            user: Mapping[str, Any] = body["user"]
            team = body.get("team") or {}
            team_id = str(team.get("id") or user.get("team_id") or "")
            return cls(
                team_id=team_id,
                user_id=str(user.get("id") or ""),
                home_team_id=str(user.get("team_id") or team_id),
            )
        team_id = str(body.get("team_id") or "")
        return cls(team_id=team_id, user_id=str(body.get("user_id") or ""), home_team_id=team_id)


class Access:
    """Asks Slack who people are, and remembers the answers for half a minute."""

    def __init__(
        self,
        slack: SlackAPI,
        *,
        admins: frozenset[str],
        org_wide: Callable[[], bool],
        refused: Callable[[Caller], None] = lambda _caller: None,
        seconds: Callable[[], float] = time.monotonic,
        remembered: int = 10_000,
    ) -> None:
        self._slack = slack
        self._admins = admins
        self._org_wide = org_wide
        self._refused = refused
        self._seconds = seconds
        self._most = remembered
        self._known: OrderedDict[tuple[str, str], tuple[float, Person]] = OrderedDict()

    async def person(self, caller: Caller, *, fresh: bool = False) -> Person:
        """Return who *caller* is, asked just now if *fresh*. Raises SlackSilent."""
        if not fresh and (person := self.remembered(caller)) is not None:
            return person
        if not caller.user_id:
            return Person(id=caller.user_id, name="", email="", role=Role.NOBODY)
        try:
            answer = await asyncio.wait_for(
                self._slack.client.users_info(user=caller.user_id), self._slack.pace.identify_within
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise SlackSilent(SLACK_SILENT) from problem
        person = read_user(
            answer["user"] or {}, caller, admins=self._admins, org_wide=self._org_wide()
        )
        self._known[caller.team_id, caller.user_id] = (self._seconds(), person)
        self._known.move_to_end((caller.team_id, caller.user_id))
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return person

    def remembered(self, caller: Caller) -> Person | None:
        """Return what Slack said of *caller* within the last half minute."""
        at, person = self._known.get((caller.team_id, caller.user_id), (0.0, None))
        return person if person and self._seconds() - at <= self._slack.pace.trusted_for else None

    def was_admin(self, caller: Caller) -> bool:
        """Tell whether Slack's last answer, however old, called *caller* an admin.

        A hint on what to prepare for; it opens no door.
        """
        _, person = self._known.get((caller.team_id, caller.user_id), (0.0, None))
        return person is not None and person.role is Role.ADMIN

    async def admin(self, caller: Caller, *, fresh: bool = False) -> Person:
        """Return the admin that *caller* is. Raises NotAdmin, SlackSilent."""
        person = await self.person(caller, fresh=fresh)
        if person.role is not Role.ADMIN:
            self._refused(caller)
            foreign = person.role is Role.NOBODY and caller.home_team_id != caller.team_id
            raise NotAdmin(OTHER_WORKSPACE if foreign else ADMINS_ONLY)
        return person


def read_user(
    user: Mapping[str, Any], caller: Caller, *, admins: frozenset[str], org_wide: bool
) -> Person:
    """Judge a `users.info` answer for the workspace that *caller* acts in.

    *org_wide*: asked with the token of a whole organisation. Then the flags beside the name speak
    of no certain workspace (bolt-js#1566), and those of the organisation alone count.
    """
    profile = user.get("profile") or {}
    enterprise = user.get("enterprise_user") or {}
    at_home = caller.team_id == user.get("team_id") or caller.team_id in (
        enterprise.get("teams") or ()
    )
    shut_out = any(
        user.get(flag)
        for flag in (
            "deleted",
            "is_bot",
            "is_stranger",
            "is_invited_user",
        )
    )
    here = () if org_wide else ("is_admin", "is_owner", "is_primary_owner")
    leads = (
        any(user.get(flag) for flag in here)
        or any(enterprise.get(flag) for flag in ("is_admin", "is_owner"))
        or caller.user_id in admins
    )
    if shut_out or not at_home or user.get("id") != caller.user_id:
        role = Role.NOBODY
    elif user.get("is_restricted") or user.get("is_ultra_restricted"):
        role = Role.GUEST
    else:
        role = Role.ADMIN if leads else Role.MEMBER
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or ""
    return Person(
        id=caller.user_id, name=str(name), email=str(profile.get("email") or ""), role=role
    )
