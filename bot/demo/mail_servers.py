"""All mail servers of the demo: started together, listening on loopback, stopped together."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from ssl import SSLContext
from weakref import WeakSet

from bot.demo.certificates import Authority
from bot.demo.inbox import Inbox
from bot.demo.mail import Mailbox, serve_smtp
from bot.demo.servers import SERVERS, DemoServer, Manner
from bot.smtp.settings import TLSMode

ADDRESS = "127.0.0.1"

_GREETINGS = {
    Manner.SILENT: b"",
    Manner.IMAP: b"* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE STARTTLS AUTH=PLAIN] "
    b"Dovecot ready.\r\n",
}
"""Of the servers that speak no SMTP."""


class MailServers:
    """The servers of the table; `ports` tells where each listens."""

    def __init__(self, *, inbox: Inbox, met: Callable[[DemoServer], None]) -> None:
        self.ports: dict[str, int] = {}
        """By the server's id, once it listens."""
        self._inbox = inbox
        self._met = met
        self._listening: list[asyncio.Server] = []
        self._open: WeakSet[asyncio.Protocol] = WeakSet()

    async def start(self, authority: Authority) -> None:
        """Listen, each on its usual port where that is free, else on any free one."""
        for each in SERVERS:
            tls = authority.context(each.host, each.certificate, wants_client=each.wants_client)
            listening = await _listen(
                self._maker(each, tls),
                port=each.usual_port,
                tls=tls if each.speaks is TLSMode.IMPLICIT else None,
            )
            self._listening.append(listening)
            self.ports[each.id] = listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every connection, also those that a test is waiting on."""
        for each in self._listening:
            each.close()
        for connection in list(self._open):
            transport = getattr(connection, "transport", None)
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        await asyncio.sleep(0)  # the connections hear of it in the loop's next turn

    def _maker(self, server: DemoServer, tls: SSLContext) -> Callable[[], asyncio.Protocol]:
        mailbox = Mailbox(server=server, inbox=self._inbox)
        greeting = _GREETINGS.get(server.manner)

        def make() -> asyncio.Protocol:
            self._met(server)
            made = serve_smtp(mailbox, tls) if greeting is None else _Stranger(greeting)
            self._open.add(made)
            return made

        return make


class _Stranger(asyncio.Protocol):
    """Greets in its own way, then listens and says nothing."""

    def __init__(self, greeting: bytes) -> None:
        self.transport: asyncio.WriteTransport | None = None
        self._greeting = greeting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self.transport = transport
            transport.write(self._greeting)


async def _listen(
    make: Callable[[], asyncio.Protocol], *, port: int, tls: SSLContext | None
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        return await loop.create_server(make, ADDRESS, port, ssl=tls)
    return await loop.create_server(make, ADDRESS, 0, ssl=tls)
