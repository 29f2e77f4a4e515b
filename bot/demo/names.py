"""The demo's name service: a server on loopback, out of a table, and the resolver that asks it."""

import asyncio
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.TXT import TXT

from bot.smtp.lookup import Addresses, Resolver, Unresolved
from bot.smtp.pasted import is_ip_address

ADDRESS = "127.0.0.1"

Zone = Mapping[tuple[str, str], Sequence[str]]
"""By name, without its last dot, and kind: `("example.com", "MX"): ["10 mx.example.com."]`.

Written as in a zone file; a TXT record is any text at all. That is all there is: a name that is
neither in it nor above one of its names does not exist.
"""

About = set[str | tuple[str, str]]
"""Names, or names with a kind; an empty name: every one."""

_TTL = 60
_DATAGRAM = 512
"""Octets of an answer by UDP where the question allows for no more (RFC 1035 4.2.1)."""


class NameServer:
    """Answers from `zone`; that and its moods may change while it runs."""

    def __init__(self, zone: Zone) -> None:
        self.zone = dict(zone)
        self.port = 0
        """Of UDP and TCP, once it listens."""
        self.silent: About = set()
        """About these it says nothing."""
        self.broken: About = set()
        """About these it says SERVFAIL."""
        self.held: About = set()
        """About these it says nothing before `go` is set."""
        self.go = asyncio.Event()
        self.delay = 0.0
        """Seconds that an answer takes."""
        self.lies: Callable[[dns.message.Message], bytes] | None = None
        """What it says in place of the truth."""
        self.asked: list[tuple[str, str]] = []
        """Name and kind of each question, in the order in which they came."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._datagrams: asyncio.DatagramTransport | None = None
        self._streams: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a port that is free for both protocols."""
        loop = asyncio.get_running_loop()
        while self._datagrams is None:
            self._streams = await asyncio.start_server(self._converse, ADDRESS, 0)
            self.port = self._streams.sockets[0].getsockname()[1]
            try:
                self._datagrams, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(ADDRESS, self.port)
                )
            except OSError:
                self._streams.close()

    async def stop(self) -> None:
        """Stop listening; who still waits gets no answer."""
        if self._streams is not None:
            self._streams.close()
        if self._datagrams is not None:
            self._datagrams.close()
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def receive(self, wire: bytes, sender: tuple[str, int]) -> None:
        """Answer a datagram, beside the others."""
        task = asyncio.create_task(self._send(wire, sender))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, wire: bytes, sender: tuple[str, int]) -> None:
        answer = await self._answer(wire, size=_DATAGRAM)
        if answer is not None and self._datagrams is not None:
            self._datagrams.sendto(answer, sender)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # for the type checker
        self._tasks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                wire = await self._answer(await reader.readexactly(length), size=65535)
                if wire is not None:
                    writer.write(struct.pack("!H", len(wire)) + wire)
                    await writer.drain()
        writer.transport.abort()
        self._tasks.discard(task)

    async def _answer(self, wire: bytes, *, size: int) -> bytes | None:
        """Return the answer to a message, of *size* octets or what it allows; None: say nothing."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            return None
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append((name, kind))
        about = {"", name, (name, kind)}
        if about & self.silent:
            return None
        if about & self.held:
            await self.go.wait()
        await asyncio.sleep(self.delay)
        if self.lies is not None:
            return self.lies(query)
        answer = dns.message.make_response(query, recursion_available=True)
        if about & self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(answer, name, kind)
        try:
            return answer.to_wire(max_size=max(size, query.payload))
        except dns.exception.TooBig:  # they ask again by TCP
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            return answer.to_wire()

    def _fill(self, answer: dns.message.Message, name: str, kind: str) -> None:
        """Put into *answer* what is known, with the CNAMEs that lead there; a loop as it stands."""
        passed: set[str] = set()
        while name not in passed:
            passed.add(name)
            found = kind if (name, kind) in self.zone else "CNAME"
            texts = self.zone.get((name, found))
            if not texts:
                if not any(each == name or each.endswith(f".{name}") for each, _ in self.zone):
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                return
            answer.answer.append(_records(name, found, texts))
            if found == kind:
                return
            name = texts[0].removesuffix(".")


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.receive(data, addr)


class ClosedResolver(Resolver):
    """Knows what the demo's name server knows, and nothing else: no packet leaves this computer."""

    async def addresses(self, host: str, *, seconds: float) -> Addresses | Unresolved:
        """Return the addresses of *host*, if it is one of the demo's servers."""
        local = is_ip_address(host) or host == "localhost" or host.endswith(".localhost")
        if not local:
            answer = await Resolver.addresses(self, host, seconds=seconds)
            if not isinstance(answer, Unresolved) or answer.cause != "dns-nxdomain":
                return answer
        text = f"{host} is no mail server of this demo, and the demo reaches no other."
        return Unresolved(cause="dns-nxdomain", text=text)


def closed_resolver(port: int) -> ClosedResolver:
    """Make the resolver that asks the name server on *port*, and reads no file of this computer."""
    return ClosedResolver(nameservers=(ADDRESS,), port=port, hosts_file=Path(os.devnull))


def _records(name: str, kind: str, texts: Sequence[str]) -> dns.rrset.RRset:
    if kind != "TXT":
        return dns.rrset.from_text(f"{name}.", _TTL, "IN", kind, *texts)
    records = []
    for each in texts:
        raw = each.encode()
        strings = [raw[at : at + 255] for at in range(0, len(raw), 255)] or [b""]
        records.append(TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings))
    return dns.rrset.from_rdata(dns.name.from_text(name), _TTL, *records)
