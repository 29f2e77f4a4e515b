"""Names and addresses, asked of a name server of ours."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.names import NameServer
from bot.smtp.lookup import Addresses, Records, Resolver, Unresolved

ZONE = {
    ("both.example.com", "A"): ["192.0.2.1"],
    ("both.example.com", "AAAA"): ["2001:db8::1"],
    ("four.example.com", "A"): ["192.0.2.4"],
    ("six.example.com", "AAAA"): ["2001:db8::6"],
    ("many.example.com", "A"): [f"192.0.2.{each}" for each in range(1, 40)],
    ("domain.example.com", "MX"): ["10 mail.example.com."],
    ("nomail.example.com", "MX"): ["0 ."],
    ("nothing.example.com", "TXT"): ["hello"],
    ("long.example.com", "TXT"): ["v=spf1 " + "a " * 200],
    ("halfdeaf.example.com", "A"): ["192.0.2.5"],
    ("alias.example.com", "CNAME"): ["domain.example.com."],
    ("round.example.com", "CNAME"): ["round.and.round.example.com."],
    ("round.and.round.example.com", "CNAME"): ["round.example.com."],
    ("crowd.example.com", "MX"): [f"{each} mx{each}.example.com." for each in range(1, 700)],
}

Ask = Callable[..., Awaitable[Addresses | Unresolved]]


@pytest.fixture
async def names(name_server: Any) -> NameServer:
    """Answers from ZONE; it is silent about some names, and out of order about others."""
    server: NameServer = await name_server(ZONE)
    server.silent = {"silent.example.com", ("halfdeaf.example.com", "AAAA")}
    server.broken = {"broken.example.com"}
    return server


@pytest.fixture
def resolver(names: NameServer, tmp_path: Path) -> Resolver:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "# ours\n127.0.0.2 Listed.example.com other  # here\n::2 listed.example.com\n"
        "nonsense listed.example.com\n\n"
    )
    return Resolver(nameservers=("127.0.0.1",), port=names.port, hosts_file=hosts)


@pytest.fixture
def ask(resolver: Resolver) -> Ask:
    async def addresses(host: str, *, seconds: float = 5) -> Addresses | Unresolved:
        return await resolver.addresses(host, seconds=seconds)

    return addresses


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("192.0.2.9", ["192.0.2.9"]),
        ("2001:db8::9", ["2001:db8::9"]),
        ("both.example.com", ["2001:db8::1", "192.0.2.1"]),
        ("four.example.com", ["192.0.2.4"]),
        ("six.example.com", ["2001:db8::6"]),
        ("listed.example.com", ["::2", "127.0.0.2"]),
        ("other", ["127.0.0.2"]),
        ("localhost", ["::1", "127.0.0.1"]),
        ("mail.localhost", ["::1", "127.0.0.1"]),
    ],
)
async def test_a_host_has_its_addresses_by_turns(ask: Ask, host: str, found: list[str]) -> None:
    assert await ask(host) == Addresses(found=tuple(found))


async def test_what_needs_no_name_server_asks_none(ask: Ask, names: NameServer) -> None:
    for each in ("192.0.2.9", "listed.example.com", "localhost"):
        await ask(each)
    assert not names.asked


async def test_the_number_of_addresses_is_bounded(ask: Ask) -> None:
    answer = await ask("many.example.com")
    assert isinstance(answer, Addresses)
    assert len(answer.found) == 16


@pytest.mark.parametrize(
    ("host", "cause", "has_mx"),
    [
        ("nowhere.example.net", "dns-nxdomain", False),
        (f"{'a' * 64}.example.com", "dns-nxdomain", False),
        (".".join(["a" * 60] * 5), "dns-nxdomain", False),
        ("nothing.example.com", "dns-no-address", False),
        ("nomail.example.com", "dns-no-address", False),
        ("domain.example.com", "dns-no-address", True),
        ("broken.example.com", "dns-timeout", False),
    ],
)
async def test_what_has_no_address_says_why(
    ask: Ask, host: str, cause: str, *, has_mx: bool
) -> None:
    answer = await ask(host)
    assert isinstance(answer, Unresolved)
    assert (answer.cause, answer.has_mx) == (cause, has_mx)
    assert answer.text


async def test_silence_is_a_timeout(ask: Ask) -> None:
    answer = await ask("silent.example.com", seconds=0.3)
    assert isinstance(answer, Unresolved)
    assert answer.cause == "dns-timeout"


async def test_nonsense_is_no_answer(ask: Ask, names: NameServer) -> None:
    names.lies = lambda query: query.id.to_bytes(2, "big") + b"rubbish"
    answer = await ask("four.example.com", seconds=0.3)
    assert isinstance(answer, Unresolved)
    assert answer.cause == "dns-timeout"


async def test_half_an_answer_will_do(ask: Ask) -> None:
    assert await ask("halfdeaf.example.com", seconds=1) == Addresses(found=("192.0.2.5",))


async def test_a_missing_hosts_file_lists_nothing(tmp_path: Path) -> None:
    resolver = Resolver(nameservers=("127.0.0.1",), port=1, hosts_file=tmp_path / "none")
    assert await resolver.addresses("localhost", seconds=1) == Addresses(found=("::1", "127.0.0.1"))


async def test_the_systems_name_servers_are_asked(names: NameServer, tmp_path: Path) -> None:
    configuration = tmp_path / "resolv.conf"
    configuration.write_text("nameserver 127.0.0.1\nsearch example.com\n")
    resolver = Resolver(port=names.port, hosts_file=tmp_path / "none", configuration=configuration)
    for name in ("four.example.com", "four"):
        assert await resolver.addresses(name, seconds=5) == Addresses(found=("192.0.2.4",))


async def test_a_computer_without_name_servers_says_so(tmp_path: Path) -> None:
    resolver = Resolver(hosts_file=tmp_path / "none", configuration=tmp_path / "none")
    answer = await resolver.addresses("mail.example.com", seconds=5)
    assert isinstance(answer, Unresolved)
    assert answer.cause == "dns-timeout"
    assert "no name server" in answer.text
    records = await resolver.records("example.com", "TXT", seconds=5)
    assert records == Records(problem="dns-timeout")


async def test_a_record_of_several_strings_is_one_text(resolver: Resolver) -> None:
    assert await resolver.records("long.example.com", "TXT", seconds=5) == Records(
        found=("v=spf1 " + "a " * 200,)
    )


@pytest.mark.parametrize(
    ("name", "kind", "records"),
    [
        ("domain.example.com", "MX", Records(found=("10 mail.example.com.",))),
        ("domain.example.com", "SRV", Records()),
        ("nowhere.example.com", "TXT", Records(problem="dns-nxdomain")),
        ("broken.example.com", "TXT", Records(problem="dns-timeout")),
        ("round.example.com", "TXT", Records(problem="dns-timeout")),
        ("alias.example.com", "MX", Records(found=("10 mail.example.com.",))),
    ],
)
async def test_records_are_told_from_their_absence(
    resolver: Resolver, name: str, kind: str, records: Records
) -> None:
    assert await resolver.records(name, kind, seconds=5) == records


async def test_the_number_of_records_is_bounded(resolver: Resolver) -> None:
    records = await resolver.records("crowd.example.com", "MX", seconds=5)
    assert len(records.found) == 64
    assert records.problem is None


class Liar(asyncio.DatagramProtocol):
    """A name server whose answers have something wrong in them."""

    at, put, records = 0, b"", ("a.example.", "TXT", "hello")

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        answer = dns.message.make_response(dns.message.from_wire(data))
        name, kind, value = self.records
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, value))
        wire = answer.to_wire()
        at = 2 + self.at % (len(wire) - 2)  # the number stays, or it is passed over at once
        self.transport.sendto(wire[:at] + self.put + wire[at + 1 :], address)


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Liar, local_addr=("127.0.0.1", 0))
    yield protocol
    transport.close()


@settings(
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    at=st.integers(0, 200),
    put=st.binary(max_size=6) | st.just(b"\xc0\x0c" * 9),
    records=st.sampled_from(
        [
            ("a.example.", "TXT", "hello"),
            ("a.example.", "A", "192.0.2.1"),
            ("a.example.", "MX", "10 mx.a.example."),
            ("a.example.", "CNAME", "a.example."),
        ]
    ),
)
async def test_whatever_a_name_server_answers_is_a_value(
    liar: Liar, tmp_path: Path, at: int, put: bytes, records: tuple[str, str, str]
) -> None:
    liar.at, liar.put, liar.records = at, put, records
    port = liar.transport.get_extra_info("sockname")[1]
    resolver = Resolver(nameservers=("127.0.0.1",), port=port, hosts_file=tmp_path / "none")
    addresses, *found = await asyncio.gather(
        resolver.addresses("a.example", seconds=0.2),
        *(resolver.records("a.example", kind, seconds=0.2) for kind in ("TXT", "MX", "A", "SRV")),
    )
    assert isinstance(addresses, Addresses | Unresolved)
    assert all(isinstance(each, Records) for each in found)
