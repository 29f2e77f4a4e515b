"""The form of an entry in the tables: a cause, how it is recognised, what it means. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.smtp.settings import TLSMode
from bot.smtp.transcript import Stage

Fix = Mapping[str, str | int | bool]
"""Settings that would cure a cause, by the names of their fields."""

TO_STARTTLS: Fix = {"tls_mode": TLSMode.STARTTLS.value}
TO_TLS: Fix = {"tls_mode": TLSMode.IMPLICIT.value}
TO_587: Fix = {"tls_mode": TLSMode.STARTTLS.value, "port": TLSMode.STARTTLS.port}
TO_465: Fix = {"tls_mode": TLSMode.IMPLICIT.value, "port": TLSMode.IMPLICIT.port}
"""The change that cures many a cause: the protocol, with or without its port (RFC 8314 3.3). None
of them goes to less encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the tables look at."""

    cause: str
    """`reply`, or the cause that the conversation named by itself."""
    stage: Stage
    code: int = 0
    enhanced: str = ""
    text: str = ""
    """The reply in lower case, all its lines as one."""
    provider: str = "other"
    port: int
    anonymous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A pattern of replies. What is left out fits every reply."""

    words: str = ""
    """A regular expression, searched in `Seen.text`. Stems, because the wording drifts."""
    codes: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()

    def fits(self, seen: Seen) -> bool:
        """Tell whether a reply is one of these."""
        return (
            (not self.codes or seen.code in self.codes)
            and (not self.enhanced or seen.enhanced in self.enhanced)
            and (not self.stages or seen.stage in self.stages)
            and re.search(self.words, seen.text) is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one cause means and what to do about it.

    Sentences may hold `{host}`, `{port}`, `{mode}`, `{stage}` and `{sender}`; never a word of
    the server's.
    """

    cause: str
    meaning: str
    advice: tuple[str, ...]
    said: tuple[Said, ...] = ()
    """The replies that have this cause, besides a conversation's own word for it."""
    providers: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    anonymous: bool | None = None
    """These three narrow it further; empty or None: whatever they are."""
    fix: Fix = field(default_factory=dict)
    link: str | None = None
    temporary: bool = False

    def fits(self, seen: Seen) -> bool:
        """Tell whether this is what happened."""
        return (
            (not self.providers or seen.provider in self.providers)
            and (not self.ports or seen.port in self.ports)
            and (self.anonymous is None or self.anonymous == seen.anonymous)
            and (
                any(each.fits(seen) for each in self.said)
                if seen.cause == "reply"
                else seen.cause == self.cause
            )
        )
