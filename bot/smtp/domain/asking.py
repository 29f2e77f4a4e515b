"""Questions to name servers about one domain: each asked once, and not without end."""

import re
from dataclasses import dataclass, field

from bot.smtp.lookup import Records, Resolver

_MOST_QUESTIONS = 100
"""SPF alone may rightly ask ten times ten (RFC 7208 4.6.4), but no domain that works does."""

_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_=+/-]{1,63}(\.[A-Za-z0-9_=+/-]{1,63})*")


@dataclass(slots=True, kw_only=True)
class Asker:
    """Remembers each answer, so that the same question costs nothing the second time."""

    resolver: Resolver
    seconds: float
    """For one answer."""
    known: dict[tuple[str, str], Records] = field(default_factory=dict)
    left: int = _MOST_QUESTIONS

    async def __call__(self, name: str, kind: str) -> Records:
        """Return what *name* publishes of *kind*; what can't be a name does not exist."""
        name = name.removesuffix(".").lower()
        if not _NAME.fullmatch(name):
            return Records(problem="dns-nxdomain")
        if (name, kind) not in self.known:
            if not self.left:
                return Records(problem="dns-timeout")
            self.left -= 1
            answer = await self.resolver.records(name, kind, seconds=self.seconds)
            self.known[name, kind] = answer
        return self.known[name, kind]
