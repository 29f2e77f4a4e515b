"""A workspace's mail settings: the values, their rules, and how they are written down. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum

from bot.smtp.ssl_keys import SSLKey


class TLSMode(StrEnum):
    """How a connection is protected ("Mail protocol" on screen; RFC 8314, RFC 3207)."""

    NONE = "none"
    IMPLICIT = "implicit"
    STARTTLS = "starttls"

    @property
    def port(self) -> int:
        """The port that belongs to this mode."""
        return {TLSMode.NONE: 25, TLSMode.IMPLICIT: 465, TLSMode.STARTTLS: 587}[self]

    @property
    def label(self) -> str:
        """Its name on screen."""
        return {
            TLSMode.NONE: "SMTP (no encryption)",
            TLSMode.IMPLICIT: "SMTPS (TLS from the start)",
            TLSMode.STARTTLS: "SMTP with STARTTLS",
        }[self]


class Configuration(StrEnum):
    """Whose mail server: the operator's or the workspace's own."""

    DEFAULT = "default"
    CUSTOM = "custom"


class TestPolicy(StrEnum):
    """Who can send test messages."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    ADMINS = "admins"
    OWN_ADDRESS = "own-address"
    ANY_ADDRESS = "any-address"

    @property
    def label(self) -> str:
        """Its name on screen."""
        return {
            TestPolicy.ADMINS: "Admins only",
            TestPolicy.OWN_ADDRESS: "Members, to their own address",
            TestPolicy.ANY_ADDRESS: "Members, to any address",
        }[self]


class InvalidSettings(ValueError):
    """Settings that can't be right. `errors` has one sentence for each field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a password goes. A stored password serves only the one it was given for."""

    host: str
    port: int
    tls_mode: TLSMode
    username: str
    ssl_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A password, who gave it, when, and for which destination."""

    value: str = field(repr=False)
    destination: Destination
    set_by: str
    """A Slack user id, or `operator`."""
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """All settings of a workspace. Made by `read_form` or `load`, so always within the rules."""

    notifications: bool = True
    configuration: Configuration = Configuration.CUSTOM
    provider: str = "other"
    host: str = ""
    port: int = TLSMode.STARTTLS.port
    tls_mode: TLSMode = TLSMode.STARTTLS
    anonymous: bool = False
    username: str = ""
    password: Password | None = None
    ssl_key: str = ""
    """The id of an SSL key; empty: none, the public authorities are trusted."""
    from_address: str = ""
    sender_name: str = ""
    reply_to: str = ""
    helo_name: str = ""
    test_policy: TestPolicy = TestPolicy.OWN_ADDRESS

    @property
    def uses_ssl_key(self) -> bool:
        """An SSL key is chosen, and applies: it is kept where it doesn't."""
        custom = self.configuration is Configuration.CUSTOM
        return custom and self.tls_mode is not TLSMode.NONE and bool(self.ssl_key)

    @property
    def destination(self) -> Destination:
        """Where a password given with these settings would go."""
        return Destination(
            host=self.host,
            port=self.port,
            tls_mode=self.tls_mode,
            username=self.username,
            ssl_key=self.ssl_key,
        )

    @property
    def usable_password(self) -> str | None:
        """The password if it was given for just this destination, else None."""
        if self.password is None or self.password.destination != self.destination:
            return None
        return self.password.value


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """What a conversation needs to know of the server, whoever provides it."""

    host: str
    port: int
    tls_mode: TLSMode
    username: str | None = None
    """None: anonymous."""
    password: str | None = field(default=None, repr=False)
    helo_name: str = ""
    """Empty: the name of the From address's domain is used."""
    provider: str = "other"
    ssl_key: SSLKey | None = None
    """None: the public authorities are trusted, and nothing is shown."""


LABELS = {
    "notifications": "Email notifications",
    "configuration": "Configuration",
    "provider": "Mail provider",
    "host": "Server address",
    "port": "Server port",
    "tls_mode": "Mail protocol",
    "anonymous": "Connect anonymously",
    "username": "Username",
    "password": "Password",
    "ssl_key": "SSL key",
    "from_address": "From address",
    "sender_name": "Sender name",
    "reply_to": "Reply-to address",
    "helo_name": "HELO name",
    "test_policy": "Who can send test messages",
    "test_address": "Test message to",
}
"""What each field is called on screen."""


def changed_fields(before: MailSettings, after: MailSettings) -> tuple[str, ...]:
    """Name the fields that differ, in the order of the form. A secret is only named."""
    return tuple(
        each.name
        for each in fields(MailSettings)
        if getattr(before, each.name) != getattr(after, each.name)
    )


_ALWAYS = ("notifications", "configuration", "sender_name", "reply_to", "test_policy")
_CUSTOM = ("provider", "host", "port", "tls_mode", "anonymous", "from_address", "helo_name")


def serves_as(settings: MailSettings, other: MailSettings) -> bool:
    """Tell whether *settings* say what *other* say, of the fields that apply, but the password."""
    names = [*_ALWAYS]
    if other.configuration is Configuration.CUSTOM:
        names += _CUSTOM
        names += [] if other.anonymous else ["username"]
        names += [] if other.tls_mode is TLSMode.NONE else ["ssl_key"]
    return all(getattr(settings, each) == getattr(other, each) for each in names)


SCHEMA = 2
"""The version that `dump` writes. `load` reads every version ever written: 1 had no SSL key."""


def dump(settings: MailSettings) -> bytes:
    """Write *settings*, password included, as canonical JSON: only ever to be sealed."""
    document = {each.name: getattr(settings, each.name) for each in fields(MailSettings)}
    if (password := settings.password) is not None:
        where = password.destination
        document["password"] = {
            "value": password.value,
            "destination": {each.name: getattr(where, each.name) for each in fields(where)},
            "set_by": password.set_by,
            "set_at": password.set_at.astimezone(UTC).isoformat(),
        }
    return json.dumps(
        {"schema": SCHEMA, **document}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def load(document: bytes) -> MailSettings:
    """Read what `dump` wrote. Raises ValueError when the document is of a newer program."""
    values = json.loads(document)
    if values.pop("schema") > SCHEMA:
        raise ValueError("these settings were written by a newer version of the program")
    if (password := values["password"]) is not None:
        where = password["destination"]
        values["password"] = Password(
            value=password["value"],
            destination=Destination(**(where | {"tls_mode": TLSMode(where["tls_mode"])})),
            set_by=password["set_by"],
            set_at=datetime.fromisoformat(password["set_at"]),
        )
    values["configuration"] = Configuration(values["configuration"])
    values["tls_mode"] = TLSMode(values["tls_mode"])
    values["test_policy"] = TestPolicy(values["test_policy"])
    return MailSettings(**values)
