"""The demo's name server as any resolver meets it, and the resolver that knows no other."""

import asyncio
from typing import Any

import dns.asyncquery
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import pytest

from bot.demo.names import ADDRESS, NameServer, closed_resolver
from bot.demo.servers import SERVERS
from bot.demo.zone import zone_of
from bot.smtp.lookup import Addresses, Records, Unresolved

ZONE = {
    ("here.example.com", "A"): ["127.0.0.1"],
    ("_submissions._tcp.example.com", "SRV"): ["0 1 465 here.example.com."],
    ("alias.example.com", "CNAME"): ["here.example.com."],
    ("lost.example.com", "CNAME"): ["nowhere.example.net."],
    ("crowd.example.com", "TXT"): [f"{number} {'x' * 100}" for number in range(300)],
}


@pytest.fixture
async def server(name_server: Any) -> NameServer:
    made: NameServer = await name_server(ZONE)
    return made


async def ask(server: NameServer, name: str, kind: str, *, tcp: bool = False) -> Any:
    query = dns.message.make_query(name, kind)
    send = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await send(query, ADDRESS, port=server.port, timeout=5)


@pytest.mark.parametrize("tcp", [False, True])
async def test_it_answers_by_both_protocols(server: NameServer, *, tcp: bool) -> None:
    answer = await ask(server, "HERE.example.com", "A", tcp=tcp)
    [found] = answer.answer
    assert found.to_text().lower() == "here.example.com. 60 in a 127.0.0.1"
    assert answer.rcode() == dns.rcode.NOERROR
    assert server.asked == [("here.example.com", "A")]


@pytest.mark.parametrize(
    ("name", "kind", "rcode"),
    [
        ("here.example.com", "MX", dns.rcode.NOERROR),
        ("_tcp.example.com", "SRV", dns.rcode.NOERROR),
        ("example.com", "A", dns.rcode.NOERROR),
        ("nowhere.example.com", "A", dns.rcode.NXDOMAIN),
        ("ere.example.com", "A", dns.rcode.NXDOMAIN),
        ("example.net", "A", dns.rcode.NXDOMAIN),
    ],
)
async def test_a_name_without_records_of_a_kind_is_not_one_that_does_not_exist(
    server: NameServer, name: str, kind: str, rcode: int
) -> None:
    answer = await ask(server, name, kind)
    assert answer.rcode() == rcode
    assert answer.answer == []


async def test_an_alias_is_followed(server: NameServer) -> None:
    answer = await ask(server, "alias.example.com", "A")
    assert [each.to_text() for each in answer.answer] == [
        "alias.example.com. 60 IN CNAME here.example.com.",
        "here.example.com. 60 IN A 127.0.0.1",
    ]
    assert len((await ask(server, "alias.example.com", "CNAME")).answer) == 1
    lost = await ask(server, "lost.example.com", "A")
    assert lost.rcode() == dns.rcode.NXDOMAIN
    assert len(lost.answer) == 1


async def test_what_is_too_long_for_a_datagram_is_asked_for_again(server: NameServer) -> None:
    short = await ask(server, "crowd.example.com", "TXT")
    assert short.flags & dns.flags.TC
    assert short.answer == []
    whole = await ask(server, "crowd.example.com", "TXT", tcp=True)
    assert len(whole.answer[0]) == 300
    found = await closed_resolver(server.port).records("crowd.example.com", "TXT", seconds=5)
    assert len(found.found) == 64


async def test_it_can_be_held_up_and_let_go(server: NameServer) -> None:
    server.held = {"here.example.com"}
    asking = asyncio.create_task(ask(server, "here.example.com", "A"))
    await ask(server, "alias.example.com", "A")
    assert not asking.done()
    server.go.set()
    assert (await asking).rcode() == dns.rcode.NOERROR


async def test_it_says_that_it_is_broken(server: NameServer) -> None:
    server.broken = {("here.example.com", "MX")}
    assert (await ask(server, "here.example.com", "MX")).rcode() == dns.rcode.SERVFAIL
    assert (await ask(server, "here.example.com", "A")).rcode() == dns.rcode.NOERROR


async def test_it_can_be_silent_about_everything(server: NameServer) -> None:
    server.silent = {""}
    found = await closed_resolver(server.port).records("here.example.com", "A", seconds=0.2)
    assert found == Records(problem="dns-timeout")
    assert server.asked[0] == ("here.example.com", "A")


async def test_it_can_be_slow_and_lie(server: NameServer) -> None:
    server.delay = 0.05
    server.lies = lambda query: dns.message.make_response(query).to_wire()
    assert (await ask(server, "nowhere.example.com", "A")).rcode() == dns.rcode.NOERROR


async def test_what_is_no_question_gets_no_answer(server: NameServer) -> None:
    update = dns.message.make_query("here.example.com", "A")
    update.set_opcode(dns.opcode.UPDATE)
    reader, writer = await asyncio.open_connection(ADDRESS, server.port)
    for each in (b"rubbish", update.to_wire(), dns.message.Message(id=1).to_wire()):
        writer.write(len(each).to_bytes(2, "big") + each)
    right = dns.message.make_query("here.example.com", "A").to_wire()
    writer.write(len(right).to_bytes(2, "big") + right)
    length = int.from_bytes(await reader.readexactly(2), "big")
    answer = dns.message.from_wire(await reader.readexactly(length))
    assert len(answer.answer) == 1
    writer.close()


async def test_it_stops_while_somebody_waits(server: NameServer) -> None:
    server.held = {"here.example.com"}
    reader, writer = await asyncio.open_connection(ADDRESS, server.port)
    asking = asyncio.create_task(ask(server, "here.example.com", "A"))
    await ask(server, "alias.example.com", "A")
    await server.stop()
    assert await reader.read() == b""
    asking.cancel()
    writer.close()


@pytest.fixture
async def demo_server(name_server: Any) -> NameServer:
    made: NameServer = await name_server(zone_of({"smtp": 5870, "smtps": 4650}))
    return made


async def test_the_demos_names_are_known(demo_server: NameServer) -> None:
    resolver = closed_resolver(demo_server.port)
    for each in SERVERS:
        assert await resolver.addresses(each.host, seconds=5) == Addresses(found=("127.0.0.1",))


@pytest.mark.parametrize(
    "name", ["smtp.gmail.com", "aspmx.l.google.com", "8.8.8.8", "::1", "127.0.0.1", "localhost"]
)
async def test_nothing_else_is_known(demo_server: NameServer, name: str) -> None:
    found = await closed_resolver(demo_server.port).addresses(name, seconds=5)
    assert isinstance(found, Unresolved)
    assert found.cause == "dns-nxdomain"
    assert name in found.text


async def test_a_domain_of_the_demo_is_no_server_and_says_so(demo_server: NameServer) -> None:
    found = await closed_resolver(demo_server.port).addresses("demo.example", seconds=5)
    assert isinstance(found, Unresolved)
    assert found.has_mx


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("demo.example", "MX", "10 smtp.demo.example."),
        ("demo.example", "TXT", "v=spf1 a:smtp.demo.example a:smtps.demo.example -all"),
        ("_dmarc.demo.example", "TXT", "v=DMARC1; p=quarantine; rua=mailto:dmarc@demo.example"),
        ("_submissions._tcp.demo.example", "SRV", "0 1 4650 smtps.demo.example."),
        ("_submission._tcp.demo.example", "SRV", "0 1 5870 smtp.demo.example."),
        ("acme.example", "MX", "1 aspmx.l.google.com."),
    ],
)
async def test_the_demos_domains_say_how_they_use_mail(
    demo_server: NameServer, name: str, kind: str, found: str
) -> None:
    records = await closed_resolver(demo_server.port).records(name, kind, seconds=5)
    assert records == Records(found=(found,))
