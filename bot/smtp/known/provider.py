"""The form of an entry: where a provider's server is, and what it asks for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.smtp.settings import TLSMode

# Sources that the tables name by a letter; all facts were taken one by one, none as a whole.
#   N  nodemailer, lib/well-known/services.json, commit eaf12a0 of 2026-08-04 (MIT-0)
#   I  Thunderbird's ISPDB, github.com/thunderbird/autoconfig, c6ad796 of 2026-03-12 (MPL-2.0)
#   P  github.com/chatmail/provider-db, 2026-07 (MPL-2.0): who wants an app password
# Where I and N differ, I is followed where it offers TLS from the start (RFC 8314 3.3). What is
# written without a date was read on 2026-11-28.

FULL_ADDRESS = "Your full address, like name@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A choice of "Mail provider", and what choosing it fills in."""

    id: str
    label: str
    host: str = ""
    port: int = TLSMode.STARTTLS.port
    tls_mode: TLSMode = TLSMode.STARTTLS
    username_hint: str = ""
    """What its user name is, in a few words, shown in the empty field."""
    requirements: tuple[str, ...] = ()
    """Sentences for the form: what must be so at the provider before a test can pass."""
    limits: str = ""
    """A sentence for the form on how much may be sent, where the provider says it."""
    link: str | None = None
    """Where the person does it."""
    takes_passwords: bool = True
    """False: no password, of whatever kind, lets anybody send through it."""
    domains: tuple[str, ...] = ()
    """What its own addresses end with, after the @."""
    mx: tuple[str, ...] = ()
    """What the names of the servers that receive mail for its customers end with."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Another server than `host`, for some of `domains` and `mx`."""
    hosts: str = ""
    """A regular expression for its other servers, matched with the whole name."""

    def host_for(self, key: str) -> str:
        """Return the server for *key*, one of `domains` or `mx`."""
        return self.elsewhere.get(key, self.host)
