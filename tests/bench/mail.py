"""The two mail servers of the benchmark: one that never says a word, and a healthy one."""

import asyncio
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

_PATIENCE = 180


class SilentServer:
    """Takes every connection and never greets."""

    def __init__(self) -> None:
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()

    async def start(self) -> Self:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._keep, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def until(self, connections: int) -> None:
        """Wait until so many connections are open. Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE):
            while len(self._writers) < connections:
                self._changed.clear()
                await self._changed.wait()

    def hang_up(self) -> None:
        """Close all connections."""
        for each in self._writers:
            each.close()

    def stop(self) -> None:
        """Close everything."""
        self._server.close()
        self.hang_up()

    async def _keep(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._changed.set()
        try:
            while await reader.read(2**16):
                pass
        except ConnectionError:
            pass  # it is gone in another way
        finally:
            self._writers.remove(writer)
            writer.close()


class HealthyServer:
    """Takes every message (aiosmtpd), without TLS and without login."""

    def __init__(self) -> None:
        self.port = 0

    async def start(self) -> Self:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example.com", loop=loop), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Take no more connections."""
        self._server.close()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Take a message."""
        return "250 2.0.0 Ok: queued as 4F1234567"
