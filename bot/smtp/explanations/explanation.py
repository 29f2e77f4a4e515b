"""The form of an entry in the tables of words: what a cause means, what to do about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.smtp.explanations.seen import Seen
from bot.smtp.settings import TLSMode

Fix = Mapping[str, str | int | bool]
"""Settings that would cure a cause, by the names of their fields."""

TO_STARTTLS: Fix = {"tls_mode": TLSMode.STARTTLS.value}
TO_TLS: Fix = {"tls_mode": TLSMode.IMPLICIT.value}
TO_587: Fix = {"tls_mode": TLSMode.STARTTLS.value, "port": TLSMode.STARTTLS.port}
TO_465: Fix = {"tls_mode": TLSMode.IMPLICIT.value, "port": TLSMode.IMPLICIT.port}
"""The change that cures many a cause: the protocol, with or without its port (RFC 8314 3.3). None
of them goes to less encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one cause means and what to do about it.

    Sentences may hold `{host}`, `{port}`, `{mode}`, `{stage}` and `{sender}`; never a word of
    the server's.
    """

    cause: str
    meaning: str
    advice: tuple[str, ...]
    providers: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    anonymous: bool | None = None
    encrypted: bool | None = None
    username_not: str = ""
    """These narrow it further; empty or None: whatever they are. The last one fits a sign-in with
    another user name than this, where a provider has one for everybody."""
    fix: Fix = field(default_factory=dict)
    link: str | None = None
    page: bool = False
    """Without a link here, the link is that of the provider (bot/smtp/providers.py)."""
    temporary: bool = False

    def fits(self, seen: Seen) -> bool:
        """Tell whether these are the words for what happened, once its cause is known."""
        return (
            (not self.providers or seen.provider in self.providers)
            and (not self.ports or seen.port in self.ports)
            and (self.anonymous is None or self.anonymous == seen.anonymous)
            and (self.encrypted is None or self.encrypted == seen.encrypted)
            and (not self.username_not or seen.username not in {None, self.username_not})
        )
