"""The connection to a mail server: bytes and TLS. Nothing else opens a socket to one.

TLS is driven here rather than by asyncio's transport, because only so are the server's
certificates readable after their verification failed.
"""

import asyncio
import contextlib
import socket
import ssl

from bot.smtp.certificates import presented_chain
from bot.smtp.handshake import LEFT_AT_OUR_CERTIFICATE, clear_text_problem, tls_problem
from bot.smtp.transcript import Reply, TLSFacts

_CHUNK = 16 * 1024


class ConversationEnded(Exception):
    """Why a conversation can't go on. `submit` makes a `Failure` of it; it goes no further."""

    def __init__(self, cause: str, text: str, *, reply: Reply | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.text = text
        self.reply = reply


class Wire:
    """A connected socket, in clear until `start_tls`. It waits as long as it is let.

    Deadlines are the caller's, by `asyncio.timeout_at`: absolute, so dripping stretches nothing.
    """

    def __init__(self, connected: socket.socket, *, peer: tuple[str, int]) -> None:
        self.peer = peer
        """IP address and port."""
        self.tls_facts: TLSFacts | None = None
        """Also there when the server was not believed."""
        self.shows_certificate = False
        """The context has a client certificate, for a server that asks."""
        self._socket = connected
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None
        self._heard_over_tls = False
        self._first_bytes = b""

    @classmethod
    async def connect(cls, address: str, port: int) -> "Wire":
        """Connect to the IP *address*. Raises OSError."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connected = socket.socket(family, socket.SOCK_STREAM)
        try:
            connected.setblocking(False)  # noqa: FBT003 - socket's own form
            # The final dot goes in a packet of its own and must not wait for the others' receipt.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connected, (address, port))
        except BaseException:
            connected.close()
            raise
        return cls(connected, peer=(address, port))

    @property
    def own_literal(self) -> str:
        """Our own address, as a client without a name gives it in EHLO (RFC 5321 4.1.3)."""
        address = self._socket.getsockname()[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    async def receive(self) -> bytes:
        """Return the next bytes, none where the stream ends. Raises ConversationEnded for TLS."""
        if self._tls is None:
            return await self._receive_raw()
        while True:
            try:
                data = self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                await self._exchange()
                continue
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                data = b""
            except ssl.SSLError as problem:
                raise ConversationEnded(*self._meaning(problem, chain_seen=True)) from None
            if not data and self.shows_certificate and not self._heard_over_tls:
                # With TLS 1.3 the handshake has succeeded by then, and some say no more.
                raise ConversationEnded(*LEFT_AT_OUR_CERTIFICATE)
            self._heard_over_tls = True
            return data

    async def send(self, data: bytes) -> None:
        """Hand all of *data* to the network. Raises OSError when the connection is gone."""
        if self._tls is not None:
            self._tls.write(data)
            data = self._outgoing.read()
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def start_tls(
        self, context: ssl.SSLContext, host: str, *, after_starttls: bool = False
    ) -> None:
        """Shake hands and verify that the server is *host*. Raises ConversationEnded."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        try:
            await self._shake_hands(tls)
        except ssl.SSLEOFError:
            raise ConversationEnded(
                "server-closed-in-handshake",
                "The server closed the connection while TLS was being set up.",
            ) from None
        except ssl.SSLError as problem:
            await self._flush()  # our alert tells the server why
            self.tls_facts = _facts(tls, verified=False)
            end = clear_text_problem(
                self._first_bytes, after_starttls=after_starttls
            ) or self._meaning(problem, chain_seen=bool(self.tls_facts.chain))
            raise ConversationEnded(*end) from None
        self.tls_facts = _facts(tls, verified=True)
        self._tls = tls

    async def first_answer_to_hello(self, context: ssl.SSLContext, host: str) -> bytes:
        """Send TLS's first message and return what comes back, to tell who is listening."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        await self._exchange()
        return self._first_bytes

    def farewell(self) -> None:
        """Say QUIT without waiting for the answer: the result is known."""
        try:
            data = b"QUIT\r\n"
            if self._tls is not None:
                self._tls.write(data)
                data = self._outgoing.read()
            self._socket.send(data)
        except OSError:
            pass  # the server left first

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _meaning(self, problem: ssl.SSLError, *, chain_seen: bool) -> tuple[str, str]:
        return tls_problem(problem, chain_seen=chain_seen, shows_ours=self.shows_certificate)

    async def _shake_hands(self, tls: ssl.SSLObject) -> None:
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._exchange()
            else:
                await self._flush()
                return

    async def _exchange(self) -> None:
        """Carry TLS's own messages: ours out, the server's in."""
        await self._flush()
        data = await self._receive_raw()
        self._first_bytes = (self._first_bytes + data)[:16]
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        with contextlib.suppress(OSError):  # the loss shows at the next read, after the last words
            await asyncio.get_running_loop().sock_sendall(self._socket, self._outgoing.read())

    async def _receive_raw(self) -> bytes:
        # asyncio reads what is there without a pause: a server that floods us would never let
        # the other conversations, or this one's deadline, have their turn.
        await asyncio.sleep(0)
        # A server that sends its TLS tickets and an answer in packets of their own lets the second
        # wait until we have acknowledged the first: of itself, Linux does that after 40 ms. The
        # option does not last (tcp(7)); where there is none, nothing is lost but time.
        with contextlib.suppress(AttributeError, OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, _CHUNK)
        except OSError:
            return b""


def _facts(tls: ssl.SSLObject, *, verified: bool) -> TLSFacts:
    cipher = tls.cipher()
    return TLSFacts(
        version=tls.version(),
        cipher=cipher[0] if cipher else None,
        chain=presented_chain(tls, whole=not verified),
        verified=verified,
    )
