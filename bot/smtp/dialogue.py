"""Commands and replies over a wire: each reply belongs to its command, each line is noted."""

import contextlib
import re
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import NoReturn

from bot.smtp.authentication import Exchange, MalformedChallenge
from bot.smtp.journal import Journal
from bot.smtp.redaction import HIDDEN, Redaction
from bot.smtp.replies import (
    RawReply,
    ReplyBuffer,
    ReplyMalformed,
    ReplyTooLong,
    decode,
    foreign_service,
    split_enhanced,
)
from bot.smtp.transcript import Reply
from bot.smtp.wire import ConversationEnded, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply twice: to be shown, and as it came for the protocol to read."""

    reply: Reply
    raw: RawReply = field(repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines' texts as they came; never shown."""
        return tuple(decode(each) for each in self.raw.lines)

    def wanted(self, digit: int) -> "Answer":
        """Return itself when its code begins with *digit*, as RFC 5321 4.2.1 has clients decide.

        Raises ConversationEnded: with cause 'reply' for a refusal.
        """
        if self.raw.code // 100 != digit:
            self._end()
        return self

    def exactly(self, code: int) -> "Answer":
        """Return itself when its code is *code*: 220 alone greets, 235 alone says "logged in".

        (RFC 5321 4.3.2, RFC 4954 4.) Raises ConversationEnded as `wanted` does.
        """
        if self.raw.code != code:
            self._end()
        return self

    def refuse(self) -> None:
        """Raise ConversationEnded when this is a refusal."""
        if self.raw.code // 100 in {4, 5}:
            text = f"The server refused with {self.raw.code}."
            raise ConversationEnded("reply", text, reply=self.reply)

    def _end(self) -> NoReturn:
        self.refuse()
        raise ConversationEnded(
            "reply-malformed",
            f"The server answered {self.raw.code}, which has no place here.",
            reply=self.reply,
        )


class Dialogue:
    """One side of a conversation. Everything it notes has its credentials removed."""

    def __init__(self, wire: Wire, *, journal: Journal, redaction: Redaction) -> None:
        self.wire = wire
        self.dot_sent = False
        """From here on the server may have taken the message, whatever happens."""
        self._journal = journal
        self._redaction = redaction
        self._replies = ReplyBuffer()
        self._ahead: deque[str] = deque()
        self._owed = 1  # the greeting
        self._greeted = False
        self._mid_command = False
        self._logging_in = False

    @property
    def at_rest(self) -> bool:
        """Whether a command may be sent now: else a QUIT would be read as mail or a password."""
        return not self._owed and not self._mid_command

    @property
    def heard_nothing(self) -> bool:
        """Whether the server has not sent a single byte."""
        return not self._greeted and not self._replies

    async def answer(self) -> Answer:
        """Return the server's next reply. Raises ConversationEnded when there is none to have."""
        try:
            while (raw := self._replies.take()) is None:
                data = await self.wire.receive()
                if not data:
                    raise _closed()
                self._replies.feed(data)
        except ReplyTooLong:
            raise ConversationEnded(
                "reply-too-long", "The server sent more than any reply can hold."
            ) from None
        except ReplyMalformed as problem:
            raise self._malformed(problem.seen) from None
        self._owed -= 1
        self._greeted = True
        self._mid_command = raw.code // 100 == 3
        return self._noted(raw)

    async def ask(self, command: str, *, shown: str | None = None) -> Answer:
        """Send *command*, unless it was sent ahead, and return the reply to it."""
        if self._ahead:
            self._ahead.popleft()
        else:
            await self._send(command, shown=shown)
        return await self.answer()

    async def send_ahead(self, *commands: str) -> None:
        """Send *commands* together (PIPELINING, RFC 2920); `ask` then awaits them one by one."""
        await self._send(*commands)
        self._ahead.extend(commands)

    async def hear_out(self) -> None:
        """Hear the replies to what was sent ahead and will not be asked for any more."""
        while self._ahead:
            self._ahead.popleft()
            await self.answer()

    async def authenticate(self, exchange: Exchange) -> Answer:
        """Log in, once. What is said until the final reply stays out of the record."""
        self._logging_in = True
        answer = await self._ask_for(exchange)
        self._logging_in = False
        return answer

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Ask for TLS, shake hands, and forget all that was said before (RFC 3207 4.2)."""
        (await self.ask("STARTTLS")).wanted(2)
        if self._replies:
            raise ConversationEnded(
                "starttls-injection",
                "Unencrypted data came after encryption had been agreed on.",
            )
        self._mid_command = True  # a QUIT in clear would be no part of a handshake
        await self.wire.start_tls(context, host, after_starttls=True)
        self._mid_command = False

    async def send_message(self, content: bytes) -> None:
        """Send a message but for its final dot, once DATA was answered."""
        self._refuse_early_bytes()
        self._journal.sent(f"(message, {len(content)} bytes)")
        await self._deliver(re.sub(rb"^\.", b"..", content, flags=re.MULTILINE))

    async def finish_message(self) -> Answer:
        """Send the final dot and return the reply to the message."""
        self._journal.sent(".")
        self._owed += 1
        self.dot_sent = True
        try:
            await self._deliver(b".\r\n")
        except ConversationEnded:
            self.dot_sent = False  # nothing of it left
            raise
        return await self.answer()

    async def _deliver(self, data: bytes) -> None:
        try:
            await self.wire.send(data)
        except OSError:
            (await self.answer()).refuse()  # the server may have said why it left
            raise _closed() from None

    async def _ask_for(self, exchange: Exchange) -> Answer:
        answer = await self.ask(exchange.command, shown=f"AUTH {exchange.mechanism} {HIDDEN}")
        for answer_to in exchange.answers:
            if answer.raw.code // 100 != 3:
                break
            try:
                response = answer_to(answer.raw.lines[0].strip())
            except MalformedChallenge:
                raise ConversationEnded(
                    "reply-malformed", "The server's question about the password can't be read."
                ) from None
            answer = await self.ask(response, shown=HIDDEN)
        return answer

    async def _send(self, *commands: str, shown: str | None = None) -> None:
        if any(re.search(r"[\r\n\0]", each) for each in commands):
            raise ValueError("a command is one line")
        self._refuse_early_bytes()
        for each in commands:
            self._journal.sent(each if shown is None else shown)
        self._owed += len(commands)
        # A lost connection shows at the next read, after what the server said last.
        with contextlib.suppress(OSError):
            await self.wire.send("".join(f"{each}\r\n" for each in commands).encode())

    def _refuse_early_bytes(self) -> None:
        """End it when something came that nobody asked for: it would pass for the next reply."""
        if not self._replies:
            return
        with contextlib.suppress(ReplyMalformed, ReplyTooLong):
            if raw := self._replies.take():
                self._noted(raw).refuse()  # 421 may come at any moment
        raise ConversationEnded("reply-malformed", "The server answered before it was asked.")

    def _malformed(self, seen: bytes) -> ConversationEnded:
        # What it was is not shown: a port that isn't mail's is no business of who asks.
        self._journal.received("(no reply of SMTP)")
        if not self._greeted:
            return ConversationEnded(*foreign_service(seen))
        return ConversationEnded("reply-malformed", "The server's answer is no reply of SMTP.")

    def _noted(self, raw: RawReply) -> Answer:
        if self._logging_in and raw.code // 100 == 3:
            lines: tuple[str, ...] = (HIDDEN,)
        else:
            lines = tuple(decode(self._redaction(each)) for each in raw.lines)
        for each in lines[:-1]:
            self._journal.received(f"{raw.code}-{each}")
        self._journal.received(f"{raw.code} {lines[-1]}")
        enhanced, texts = split_enhanced(lines)
        return Answer(reply=Reply(code=raw.code, enhanced=enhanced, text="\n".join(texts)), raw=raw)


def _closed() -> ConversationEnded:
    return ConversationEnded("server-closed", "The server closed the connection.")
