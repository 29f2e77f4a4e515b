"""Socket Mode's far side: connections, envelopes, acknowledgements.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.demo.door import Kind, Packet, Undelivered
from bot.demo.record import Json, Record
from bot.demo.workspace import APP

CONNECTION_LIMIT = 10

_TYPES: dict[Kind, str] = {
    "command": "slash_commands",
    "interactive": "interactive",
    "event": "events_api",
}


@dataclass(slots=True, kw_only=True)
class _Waiting:
    connection: web.WebSocketResponse
    answer: asyncio.Future[tuple[int, str]]
    takes_payload: bool


@dataclass(slots=True, kw_only=True)
class SocketMode:
    """All WebSocket connections of the app; a payload goes to one of them."""

    record: Record
    ping_every: float = 10.0
    """Seconds between pings; a client that does not answer one is dropped."""
    _tickets: set[str] = field(default_factory=set)
    _connections: list[web.WebSocketResponse] = field(default_factory=list)
    _leaving: list[web.WebSocketResponse] = field(default_factory=list)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    @property
    def connections(self) -> int:
        """How many connections can take a payload."""
        return len(self._connections)

    def ticket(self) -> str:
        """Hand out the right to connect once."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self.record.violate("A Socket Mode address was used twice, or made up")
            return web.Response(status=403)
        self._tickets.remove(ticket)
        connection = web.WebSocketResponse(heartbeat=self.ping_every, timeout=1)
        await connection.prepare(request)
        if len(self._connections) >= CONNECTION_LIMIT:
            self.record.violate(f"More than {CONNECTION_LIMIT} Socket Mode connections")
            await connection.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await connection.close()
            return connection
        self._connections.append(connection)
        await connection.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "connection_info": {"app_id": APP},
                "debug_info": {"host": "stand-in", "approximate_connection_time": 18060},
            }
        )
        self.record.tell()
        try:
            async for message in connection:
                # A client that answers no ping, as a process that sleeps, ends in an error.
                if message.type is not WSMsgType.ERROR:
                    self._take(str(message.data))
        finally:
            self._forget(connection)
        return connection

    def pack(self, kind: Kind, payload: Json) -> Packet:
        """Return the envelope."""
        envelope = {
            "envelope_id": secrets.token_hex(16),
            "type": _TYPES[kind],
            "payload": payload,
            "accepts_response_payload": kind != "event",
        }
        return Packet(body=json.dumps(envelope))

    async def send(self, packet: Packet) -> tuple[int, str]:
        """Send an envelope over the next connection and wait for its acknowledgement."""
        if not self._connections:
            raise Undelivered("no Socket Mode connection")
        connection = self._connections.pop(0)
        self._connections.append(connection)  # the next payload goes to another one
        envelope = json.loads(packet.body)
        answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = _Waiting(
            connection=connection,
            answer=answer,
            takes_payload=envelope["accepts_response_payload"],
        )
        try:
            await connection.send_str(packet.body)
        except ConnectionError as problem:
            raise Undelivered(str(problem)) from problem
        return await answer

    async def refresh(self) -> None:
        """Ask every client to connect anew, as Slack does every few hours."""
        self._leaving, self._connections = self._connections, []
        for each in self._leaving:
            await each.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
            )

    async def drop(self) -> None:
        """Break every connection without a word."""
        for each in [*self._connections, *self._leaving]:
            await each.close(code=1001)

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        waiting = self._waiting.pop(str(envelope_id), None)
        if waiting is None:
            self.record.violate(f"Over Socket Mode came what acknowledges nothing: {text[:200]}")
            return
        payload = message.get("payload")
        if payload and not waiting.takes_payload:
            self.record.violate("An event was acknowledged with a payload")
        if not waiting.answer.done():
            waiting.answer.set_result((200, json.dumps(payload) if payload else ""))

    def _forget(self, connection: web.WebSocketResponse) -> None:
        for group in (self._connections, self._leaving):
            if connection in group:
                group.remove(connection)
        for waiting in self._waiting.values():
            if waiting.connection is connection and not waiting.answer.done():
                waiting.answer.set_exception(Undelivered("the connection broke"))
        self.record.tell()
