"""A relay in front of a server on loopback, which makes it as far away as servers are."""

import asyncio
import socket
from collections import deque


class Distance:
    """Everything that is sent arrives a whole round trip later; answers come back at once.

    Seen by the sender that is the same as half a round trip each way. A new connection costs one
    round trip more, for TCP's handshake: so what a mail server says first is there after two.
    """

    def __init__(self, *, to_port: int, seconds: float) -> None:
        self._to_port = to_port
        self._seconds = seconds
        self.port = 0
        """Known from `start` on."""
        self._connections: dict[asyncio.StreamWriter, asyncio.StreamWriter] = {}
        """The near end of each, and its far one."""
        self._relays: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def hang_up(self) -> None:
        """Close all connections, as Slack does with those that were idle for long."""
        for each in self._connections:
            each.close()

    async def stop(self) -> None:
        """Close everything."""
        self._server.close()
        for near, far in self._connections.items():
            near.close()
            far.close()
        await asyncio.gather(*self._relays)

    async def _relay(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        made = asyncio.get_running_loop().time()
        relay = asyncio.current_task()
        assert relay is not None
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)
        far, onward = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._connections[back] = onward
        there = asyncio.create_task(self._delayed(near, onward, since=made + self._seconds))
        first = made + 2 * self._seconds
        try:
            _acknowledge_at_once(onward)
            while chunk := await far.read(2**16):
                _acknowledge_at_once(onward)
                await asyncio.sleep(first - asyncio.get_running_loop().time())
                back.write(chunk)
        except ConnectionError:
            pass  # one end is gone, and so is the connection
        finally:
            there.cancel()
            self._connections.pop(back)
            onward.close()
            back.close()

    async def _delayed(
        self, near: asyncio.StreamReader, onward: asyncio.StreamWriter, *, since: float
    ) -> None:
        loop = asyncio.get_running_loop()
        waiting: deque[bytes] = deque()
        while chunk := await near.read(2**16):
            waiting.append(chunk)
            # Each timer sends what has waited longest: timers due at once keep no order.
            loop.call_at(
                max(loop.time(), since) + self._seconds, lambda: onward.write(waiting.popleft())
            )
        loop.call_at(loop.time() + self._seconds, onward.close)


def _acknowledge_at_once(onward: asyncio.StreamWriter) -> None:
    """Keep the system from waiting with its receipt: the distance alone is to cost time."""
    onward.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
