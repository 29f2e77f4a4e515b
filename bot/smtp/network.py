"""What a conversation needs of the world: names, limits, trust, time."""

import ssl
from dataclasses import dataclass, field

from bot.smtp.contexts import Contexts
from bot.smtp.lookup import Resolver
from bot.smtp.policy import AddressPolicy
from bot.smtp.ssl_keys import SSLKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds, all of them absolute: a server that drips bytes stretches none."""

    lookup: float = 10
    connection: float = 10
    """For one address. All addresses together have a stage's time."""
    stage: float = 15
    final: float = 30
    """For the reply to the message (RFC 5321 4.5.3.2.6 would give it ten minutes)."""
    total: float = 60
    aside: float = 3
    """For questions that the result doesn't hang on, out of their stage's time."""
    papers: float = 6
    """For all questions about the From domain, once the test has ended."""
    survey: float = 8
    """For looking further after a test failed. One step of it has a quarter of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One for the whole program."""

    resolver: Resolver
    policy: AddressPolicy
    tls: ssl.SSLContext
    """As `certificates.client_context` makes it. It must verify chain and name."""
    deadlines: Deadlines = Deadlines()
    contexts: Contexts = field(default_factory=Contexts, repr=False)

    async def tls_for(self, key: SSLKey | None) -> ssl.SSLContext:
        """Return the context for a server with the SSL key *key*. Raises UnusableKey."""
        return await self.contexts.of(self.tls, key)
