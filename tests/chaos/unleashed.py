"""Chaos let loose on a stand-in for Slack, a slow mail server and bots that a story brings."""

import asyncio
import random
import secrets
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from bot.smtp.settings import Password, TLSMode
from bot.vault import Vault
from tests.chaos.deeds import Bots, Chaos
from tests.chaos.truths import PASSWORD, settled


def prepare(vault: Vault, configure: Callable[..., None], port: int) -> None:
    """Save settings with a password past the form, which is another story."""
    account = {"host": "localhost", "anonymous": False, "username": "login@example.com"}
    configure(vault, port, tls_mode=TLSMode.IMPLICIT, **account)
    found = vault.settings.get("T1")
    assert found is not None
    password = Password(
        value=PASSWORD,
        destination=found.value.destination,
        set_by="UADMIN",
        set_at=datetime.now(UTC),
    )
    configure(vault, port, tls_mode=TLSMode.IMPLICIT, password=password, **account)


def slowly(chance: random.Random) -> dict[str, Any]:
    """Return what a mail server says, each after a moment of its own: there is time to die."""

    def after_a_moment(said: bytes) -> Any:
        async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(chance.uniform(0, 0.15))
            writer.write(said)

        return say

    said = {
        "greeting": b"220 localhost\r\n",
        "ehlo": b"250-localhost\r\n250 AUTH PLAIN\r\n",
        "auth": b"235 2.7.0 Welcome\r\n",
        "rcpt": b"250 2.1.5 Fine\r\n",
        "dot": b"250 2.0.0 Ok: queued as 4F1\r\n",
    }
    return {point: after_a_moment(each) for point, each in said.items()}


@pytest.fixture
def tireless(quick: tuple[str, ...]) -> tuple[str, ...]:
    """What Python is told to run: without limits on tests, which would end the chaos early."""
    return (*quick, "--tireless")


@pytest.fixture
async def unleash(
    slack: Any, saying: Any, authority: trustme.CA, configure: Any, *, proof: bool
) -> Callable[..., Awaitable[Chaos]]:
    """Have people save and test, with these bots, as many times as the long form or the short."""

    async def unleash(bots: Bots, vault: Vault, **more: Any) -> Chaos:
        seed = secrets.randbits(32)
        chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        port, server = await saying(context=context, **slowly(chance))
        prepare(vault, configure, port)
        chaos = Chaos(slack, bots, vault, chance, server, **more)
        times = 500 if proof else 20
        try:
            await chaos.reign(saves=times, tests=times)
            await settled(chaos)
        except BaseException as problem:
            problem.add_note(f"Seed {seed}; {dict(chaos.deeds)}; violations: {slack.violations}")
            problem.add_note("\n".join([*bots.log()][-60:]))
            raise
        print(f"Seed {seed}; {dict(chaos.deeds)}")  # noqa: T201 - figures, for `pytest -s`
        return chaos

    return unleash
