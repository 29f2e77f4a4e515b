"""Asks one port what it speaks: TLS, SMTP, STARTTLS, AUTH. It never signs in and sends no mail."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ssl import SSLContext

from bot.smtp.authentication import offered_mechanisms
from bot.smtp.connection import connect
from bot.smtp.dialogue import Answer, Dialogue
from bot.smtp.journal import Journal
from bot.smtp.redaction import Redaction
from bot.smtp.replies import capabilities_of
from bot.smtp.transcript import TLSFacts
from bot.smtp.wire import ConversationEnded

_CLEAR_TEXT = frozenset({"tls-on-starttls-port", "server-closed-in-handshake"})
"""What a server that begins unencrypted makes of TLS's first message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to ask, as whom, and how long."""

    host: str
    """The name that a certificate must have."""
    port: int
    addresses: tuple[str, ...]
    """Of *host*, and allowed by the address policy."""
    hello: str
    """Our name for EHLO; empty: our address."""
    tls: SSLContext
    patience: float
    """Seconds for one address, for a greeting, and for a handshake in its stead."""
    until: float
    """The loop's time at which all must be over."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a port let us know, noted as it comes, so that the end of the time loses none of it."""

    at_once: bool = False
    """It speaks TLS from the first byte."""
    greeted: bool = False
    """It greets as a mail server does, unencrypted."""
    starttls: bool = False
    """It offers STARTTLS."""
    tls: TLSFacts | None = None
    mechanisms: tuple[str, ...] = ()
    ready: bool = False
    """EHLO was answered, over verified TLS where there is TLS."""
    cause: str = ""
    """Why it went no further, in the words of `Failure.cause`."""
    milliseconds: float = 0

    @property
    def verified(self) -> bool:
        """Whether the server proved its name."""
        return self.tls is not None and self.tls.verified


async def inquire(place: Place, *, tls_first: bool) -> Heard:
    """Ask *place*, over two connections at most. Whatever answers there, this returns in time.

    *tls_first* for ports where TLS is expected. On others TLS's first message would come before
    the greeting, which some servers take for spam (postscreen(8)): they are asked in clear first.
    """
    heard = Heard()
    start = time.perf_counter()
    try:
        async with asyncio.timeout_at(place.until):
            await (_tls_first if tls_first else _in_clear)(place, heard)
    except ConversationEnded as end:
        heard.cause = end.cause
    except TimeoutError:
        heard.cause = "stage-timeout"
    heard.milliseconds = (time.perf_counter() - start) * 1000
    return heard


async def _tls_first(place: Place, heard: Heard) -> None:
    try:
        await _at_once(place, heard, until=place.until)
    except ConversationEnded as end:
        if end.cause not in _CLEAR_TEXT:
            raise
        await _in_clear(place, heard)


async def _at_once(place: Place, heard: Heard, *, until: float) -> None:
    """Speak TLS from the first byte. Raises TimeoutError when there is no TLS *until* then."""
    async with _conversation(place) as dialogue:
        try:
            async with asyncio.timeout_at(until):
                await dialogue.wire.start_tls(place.tls, place.host)
        except ConversationEnded as end:
            heard.at_once = end.cause not in _CLEAR_TEXT and not end.cause.startswith("not-smtp")
            raise
        finally:
            heard.tls = dialogue.wire.tls_facts
        heard.at_once = True
        (await dialogue.answer()).exactly(220)
        heard.mechanisms = offered_mechanisms(await _hello(place, dialogue))
        heard.ready = True


async def _in_clear(place: Place, heard: Heard) -> None:
    async with _conversation(place) as dialogue:
        greeting = await _greeting(place, heard, dialogue)
        if greeting is None:
            return
        greeting.exactly(220)
        heard.greeted = True
        offered = await _hello(place, dialogue)
        if any(each.upper().split()[0] == "STARTTLS" for each in offered):
            heard.starttls = True
            try:
                await dialogue.start_tls(place.tls, place.host)
            finally:
                heard.tls = dialogue.wire.tls_facts
            offered = await _hello(place, dialogue)
        heard.mechanisms = offered_mechanisms(offered)
        heard.ready = True


async def _greeting(place: Place, heard: Heard, dialogue: Dialogue) -> Answer | None:
    """Return the first reply, or None where it was TLS that the server waited for."""
    try:
        async with asyncio.timeout(place.patience):
            return await dialogue.answer()
    except TimeoutError:
        pass
    if dialogue.heard_nothing:
        try:
            soon = asyncio.get_running_loop().time() + place.patience
            await _at_once(place, heard, until=soon)
        except (ConversationEnded, TimeoutError):
            if heard.at_once:
                raise
        else:
            return None
    return await dialogue.answer()  # slow, but perhaps it comes yet


@asynccontextmanager
async def _conversation(place: Place) -> AsyncIterator[Dialogue]:
    """Connect, and leave as a guest does. Raises ConversationEnded."""
    wire, _line = await connect(
        place.addresses, place.port, seconds_each=place.patience, until=place.until
    )
    dialogue = Dialogue(
        wire,
        journal=Journal(watch=lambda _step: None, seconds=0),
        redaction=Redaction(username=None, password=None),
    )
    try:
        yield dialogue
    finally:
        if dialogue.at_rest:
            wire.farewell()
        wire.close()


async def _hello(place: Place, dialogue: Dialogue) -> tuple[str, ...]:
    """Say EHLO and return what is offered. Who knows only HELO has neither TLS nor AUTH."""
    answer = await dialogue.ask(f"EHLO {place.hello or dialogue.wire.own_literal}")
    return capabilities_of(answer.wanted(2).lines)
