"""The conversation with a connected mail server, stage by stage (RFC 5321, 3207, 4954)."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

from bot.smtp.authentication import PREFERENCE, exchange_for, offered_mechanisms
from bot.smtp.dialogue import Answer, Dialogue
from bot.smtp.journal import Journal, line_of
from bot.smtp.message import Built
from bot.smtp.network import Deadlines, Network
from bot.smtp.redaction import Redaction
from bot.smtp.replies import capabilities_of, foreign_service, queue_id_of
from bot.smtp.settings import MailServer, TLSMode
from bot.smtp.ssl_keys import SSLKeyKind
from bot.smtp.transcript import Reply, Stage, TLSFacts
from bot.smtp.wire import ConversationEnded, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who mails to whom (RFC 5321 2.3.1), both as `parse_address` returns them."""

    sender: str
    recipient: str


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a conversation has found out so far, without credentials."""

    address: str | None = None
    tls: TLSFacts | None = None
    greeting: str = ""
    capabilities: tuple[str, ...] = ()
    mechanism: str | None = None
    queue_id: str | None = None
    reply: Reply | None = None
    dot_sent: bool = False
    """The server may have taken the message."""


class Session:
    """A conversation for one message. All its stages raise ConversationEnded and nothing else."""

    def __init__(
        self,
        wire: Wire,
        server: MailServer,
        *,
        envelope: Envelope,
        network: Network,
        journal: Journal,
        findings: Findings,
    ) -> None:
        public = frozenset({envelope.sender, envelope.recipient})
        self._wire = wire
        self._server = server
        self._envelope = envelope
        self._network = network
        self._journal = journal
        self._findings = findings
        self._offered: tuple[str, ...] = ()  # EHLO's lines as they came: never shown
        self._dialogue = Dialogue(
            wire,
            journal=journal,
            redaction=Redaction(username=server.username, password=server.password, public=public),
        )

    async def open(self) -> None:
        """Go as far as the server wants before it hears of mail."""
        if self._server.tls_mode is TLSMode.IMPLICIT:
            async with self._stage(Stage.TLS):
                await self._shake_hands(self._wire.start_tls)
                self._journal.passed(_protection(self._findings.tls))
        async with self._stage(Stage.GREETING):
            answer = (await self._greeting()).exactly(220)
            self._findings.greeting = answer.reply.text
            self._journal.passed(line_of(answer.reply))
        async with self._stage(Stage.EHLO):
            await self._say_hello()
            offers = ", ".join(each.partition(" ")[0] for each in self._findings.capabilities)
            self._journal.passed(f"Offers {offers or 'no extensions'}")
        if self._server.tls_mode is TLSMode.STARTTLS:
            async with self._stage(Stage.TLS):
                self._require_starttls()
                await self._shake_hands(self._dialogue.start_tls)
                await self._say_hello()  # what was offered in clear could be anybody's
                self._journal.passed(_protection(self._findings.tls))
        if self._server.username is not None:
            async with self._stage(Stage.AUTHENTICATION):
                await self._log_in(self._server.username, self._server.password or "")

    async def give_envelope(self, message: Built | None) -> None:
        """Name sender and recipient; without a message, take them back with RSET."""
        try:
            await self._name_both(message)
        except ConversationEnded as end:
            if end.reply is not None:
                # Else a QUIT might be read as mail, and the server's log complains of a lost line.
                await self._aside(self._dialogue.hear_out())
            raise
        if message is None:
            # The result is known, and nothing will be sent, whatever comes of this.
            await self._aside(self._dialogue.ask("RSET"))

    async def _name_both(self, message: Built | None) -> None:
        sender, recipient = self._envelope.sender, self._envelope.recipient
        international = not (sender + recipient).isascii() or (message and message.smtputf8)
        possible = not international or self._offers("SMTPUTF8")
        mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
        if message and self._offers("SIZE"):
            mail += f" SIZE={len(message.content)}"
        if international and possible:
            mail += " SMTPUTF8"
        async with self._stage(Stage.SENDER):
            if not possible and (recipient.isascii() or not sender.isascii()):
                raise _smtputf8_missing()
            if possible and self._offers("PIPELINING"):
                await self._dialogue.send_ahead(mail, rcpt, "DATA" if message else "RSET")
            await self._ask(mail)
        async with self._stage(Stage.RECIPIENT):
            if not possible:
                raise _smtputf8_missing()
            await self._ask(rcpt)

    async def give_message(
        self, message: Built, before_final_dot: Callable[[], Awaitable[None]] | None
    ) -> None:
        """Send *message* and hear what becomes of it."""
        async with self._stage(Stage.MESSAGE):
            (await self._dialogue.ask("DATA")).wanted(3)
            if before_final_dot is not None:
                await _announced(before_final_dot)
            await self._dialogue.send_message(message.content)
            self._journal.passed(f"{len(message.content)} bytes sent")
        try:
            async with self._journal.during(Stage.ACCEPTED, seconds=self._deadlines.final):
                answer = (await self._dialogue.finish_message()).wanted(2)
                self._findings.reply = answer.reply
                self._findings.queue_id = queue_id_of(answer.reply.text)
                self._journal.passed(line_of(answer.reply))
        finally:
            self._findings.dot_sent = self._dialogue.dot_sent

    def leave(self) -> None:
        """Take leave where the server would understand it, and close. Waits for nothing."""
        if self._dialogue.at_rest:
            self._wire.farewell()
        self._wire.close()

    @property
    def _deadlines(self) -> Deadlines:
        return self._network.deadlines

    def _stage(self, stage: Stage) -> AbstractAsyncContextManager[None]:
        return self._journal.during(stage, seconds=self._deadlines.stage)

    def _offers(self, keyword: str) -> bool:
        return any(each.upper().split()[0] == keyword for each in self._offered)

    async def _ask(self, command: str) -> None:
        answer = (await self._dialogue.ask(command)).wanted(2)
        self._journal.passed(line_of(answer.reply))

    async def _aside(self, waiting: Awaitable[object]) -> None:
        """Wait a little for what the result doesn't hang on."""
        with suppress(ConversationEnded, TimeoutError):
            async with asyncio.timeout_at(self._journal.until(self._deadlines.aside)):
                await waiting

    async def _greeting(self) -> Answer:
        """Return the greeting. A server that says nothing may be waiting for TLS: ask it."""
        if self._server.tls_mode is TLSMode.IMPLICIT:
            return await self._dialogue.answer()
        patience = self._journal.until(self._deadlines.stage - self._deadlines.aside)
        try:
            async with asyncio.timeout_at(patience):
                return await self._dialogue.answer()
        except TimeoutError:
            if self._dialogue.heard_nothing and (seen := await self._answer_to_tls()):
                raise ConversationEnded(*foreign_service(seen)) from None
            raise

    async def _answer_to_tls(self) -> bytes:
        try:
            probe = await Wire.connect(*self._wire.peer)
        except OSError:
            return b""
        try:
            return await probe.first_answer_to_hello(self._network.tls, self._server.host)
        finally:
            probe.close()

    async def _say_hello(self) -> None:
        name = self._server.helo_name or self._envelope.sender.rpartition("@")[2]
        answer = await self._dialogue.ask(f"EHLO {name}")
        if answer.raw.code in {500, 502, 504}:
            answer = await self._dialogue.ask(f"HELO {name}")
        self._offered = capabilities_of(answer.wanted(2).lines)
        self._findings.capabilities = capabilities_of(tuple(answer.reply.text.split("\n")))

    def _require_starttls(self) -> None:
        if self._offers("STARTTLS"):
            return
        text = "The server doesn't offer STARTTLS."
        if any("XXXX" in each.upper() for each in self._offered):
            text += " Something between us and it, such as a firewall, overwrites what it offers."
        raise ConversationEnded("starttls-not-offered", text)

    async def _shake_hands(self, start: Callable[[ssl.SSLContext, str], Awaitable[None]]) -> None:
        key = self._server.ssl_key
        self._wire.shows_certificate = key is not None and key.kind is SSLKeyKind.CLIENT
        try:
            await start(await self._network.tls_for(key), self._server.host)
        finally:
            self._findings.tls = self._wire.tls_facts

    async def _log_in(self, username: str, password: str) -> None:
        offered = offered_mechanisms(self._offered)
        if not offered:
            raise ConversationEnded("auth-not-offered", "The server doesn't offer to log in.")
        mechanism = next((each for each in PREFERENCE if each in offered), None)
        if mechanism is None:
            raise ConversationEnded(
                "auth-mech-not-offered",
                "The server doesn't let anybody log in with PLAIN, LOGIN or CRAM-MD5.",
            )
        self._findings.mechanism = mechanism
        exchange = exchange_for(mechanism, username=username, password=password)
        (await self._dialogue.authenticate(exchange)).exactly(235)
        self._journal.passed(f"Signed in with {mechanism}")


def _protection(facts: TLSFacts | None) -> str:
    if facts is None or not facts.chain:
        return "Encrypted; the certificate is valid, but its dates can't be shown"
    until = facts.chain[0].not_after
    return f"{facts.version}, certificate valid until {until.day} {until:%B %Y}"


async def _announced(before_final_dot: Callable[[], Awaitable[None]]) -> None:
    try:
        await before_final_dot()
    except Exception:  # noqa: BLE001 - whatever it is, a message that nobody noted isn't sent
        raise ConversationEnded(
            "storage-unavailable", "We couldn't note that the message is being sent, so it wasn't."
        ) from None


def _smtputf8_missing() -> ConversationEnded:
    return ConversationEnded(
        "smtputf8-unsupported",
        "The server takes only addresses with plain letters before the @ (no SMTPUTF8).",
    )
