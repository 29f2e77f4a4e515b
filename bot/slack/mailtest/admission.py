"""Who may test what, and how often. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.slack.access import Caller, Person, Refused, Role
from bot.slack.mailtest.words import patience
from bot.smtp.address import InvalidAddress, parse_address
from bot.smtp.settings import TestPolicy
from storage.admission import Admission
from storage.limits import Limit

_REMEMBERED = timedelta(minutes=15)
"""How long a request that may be delivered again is known."""


class NotAllowed(Refused):
    """This person may not send this test."""


class TooMany(Refused):
    """The limits of design: five a minute for a person, thirty an hour for a workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many tests, and codes of tests, are let through."""

    person: Limit = field(default_factory=lambda: Limit(count=5, period=timedelta(minutes=1)))
    workspace: Limit = field(default_factory=lambda: Limit(count=30, period=timedelta(hours=1)))
    confirmations: Limit = field(
        default_factory=lambda: Limit(count=10, period=timedelta(minutes=1))
    )
    """Codes that a person may give; no hourly crowd of them either, or codes could be guessed."""
    confirmations_of_workspace: Limit = field(
        default_factory=lambda: Limit(count=100, period=timedelta(hours=1))
    )


def recipient_for(person: Person, asked: str | None, policy: TestPolicy) -> str:
    """Return the address that *person* may test. Raises NotAllowed."""
    if person.role in {Role.GUEST, Role.NOBODY}:
        raise NotAllowed(
            "Guests and people of other organisations can't send test messages. "
            "Ask a member of this workspace to send one."
        )
    if person.role is Role.MEMBER and policy is TestPolicy.ADMINS:
        raise NotAllowed(
            "Only admins can send test messages in this workspace. Ask one of them; "
            "an admin can change this in `/mailsettings`, under “More options”."
        )
    own = _own_address(person)
    if person.role is Role.MEMBER and policy is TestPolicy.OWN_ADDRESS:
        if not own:
            raise NotAllowed(
                "You can send test messages to your own address only, and Slack doesn't tell us "
                "your mail address. Ask an admin to send one."
            )
        if asked is not None and asked.casefold() != own.casefold():
            raise NotAllowed(
                "You can send test messages to your own address only: type `/mailtest` alone. "
                "Admins can send them to any address, and can change this in `/mailsettings`."
            )
    if asked is None and not own:
        raise NotAllowed(
            "Slack doesn't tell us your mail address. Name one: `/mailtest name@example.com`."
        )
    return asked or own


def _own_address(person: Person) -> str:
    """Return the address in somebody's profile, in the form of `parse_address`; empty: none."""
    try:
        return parse_address(person.email)
    except InvalidAddress:
        return ""


def admission(caller: Caller, limits: Limits, *, key: str) -> Admission:
    """Return on which terms a test is let in. *key* names this very request."""
    return Admission(
        key=key,
        keep=_REMEMBERED,
        limits={
            f"test:{caller.team_id}:{caller.user_id}": limits.person,
            f"test:{caller.team_id}": limits.workspace,
        },
    )


def too_many(wait: timedelta) -> TooMany:
    """Return what is said to whoever has to wait so long."""
    return TooMany(
        "That was one test too many: five a minute for a person and thirty an hour for a "
        "workspace are let through, so that mail servers don't shut us out. "
        f"Please try again {patience(wait)}."
    )
