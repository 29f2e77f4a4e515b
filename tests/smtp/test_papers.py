"""bot/smtp/papers.py: whole papers from a name server of ours, in good weather and bad."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest

from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.lookup import Resolver
from bot.smtp.network import Deadlines, Network
from bot.smtp.papers import Papers, dump_papers, load_papers, papers
from bot.smtp.transcript import Outcome, Transcript

Ask = Callable[..., Awaitable[dict[str, Paper]]]
SENDER = "team@acme.example"
SERVER = "192.0.2.7"
GOOD_ZONE = {
    ("acme.example", "TXT"): ["hello", "v=spf1 include:_spf.google.com ~all"],
    ("acme.example", "MX"): ["10 mx.acme.example."],
    ("mx.acme.example", "A"): ["192.0.2.25"],
    ("_spf.google.com", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ~all"],
    ("_dmarc.acme.example", "TXT"): ["v=DMARC1; p=reject; rua=mailto:d@acme.example"],
}


def transcript(host: str = "smtp.acme.example", address: str | None = SERVER) -> Transcript:
    return Transcript(outcome=Outcome.ACCEPTED, host=host, port=587, steps=(), address=address)


@pytest.fixture
def judged(world: Network) -> Ask:
    """Judge a sender's papers; each by its title."""

    async def ask(sender: str = SENDER, *, provider: str = "other", **sent: Any) -> Any:
        found = await papers(
            sender, transcript=transcript(**sent), network=world, provider=provider
        )
        assert found is not None
        assert load_papers(json.loads(json.dumps(dump_papers(found)))) == found
        assert [each.title for each in found.papers] == ["SPF", "DMARC", "MX"]
        return {each.title: each for each in found.papers}

    return ask


async def test_good_papers_are_good(names: Any, judged: Ask) -> None:
    names.zone = GOOD_ZONE
    found = await judged(host="smtp.gmail.com")
    assert {each.grade for each in found.values()} == {Grade.GOOD}
    assert found["SPF"].line == "acme.example lets Google send its mail."
    assert found["SPF"].record == "v=spf1 include:_spf.google.com ~all"
    assert "SPF can prove this mail" in found["DMARC"].line
    assert found["MX"].record == "10 mx.acme.example"
    assert not any(each.publish for each in found.values())


@pytest.mark.parametrize(
    "sender", ["", "nobody", "a@", "a@localhost", "a@[192.0.2.1]", "a@192.0.2.1", "a@b\u2488c.de"]
)
async def test_where_nothing_can_be_asked_there_are_no_papers(
    names: Any, world: Network, sender: str
) -> None:
    answer = await papers(sender, transcript=transcript(), network=world, provider="gmail")
    assert answer is None
    assert not names.asked


async def test_a_domain_in_another_script_is_asked_for_by_its_a_labels(
    names: Any, judged: Ask
) -> None:
    names.zone = {
        ("xn--bcher-kva.example", "TXT"): ["v=spf1 a -all"],
        ("xn--bcher-kva.example", "A"): [SERVER],
    }
    found = await judged("team@bücher.example")
    assert found["SPF"].grade is Grade.GOOD
    assert found["DMARC"].publish == "TXT record at _dmarc.xn--bcher-kva.example: v=DMARC1; p=none"
    assert found["MX"].grade is Grade.NOTE


async def test_a_domain_that_does_not_exist_lacks_every_paper(names: Any, judged: Ask) -> None:
    names.zone = {}
    found = await judged()
    assert {each.grade for each in found.values()} == {Grade.WARNING}
    assert found["SPF"].publish == ("TXT record at acme.example: v=spf1 a:smtp.acme.example ~all")
    assert all(each.publish for each in found.values())


@pytest.mark.parametrize("trouble", ["silence", "SERVFAIL", "lies", "rubbish", "a loop"])
async def test_without_an_answer_nothing_is_claimed(
    names: Any, world: Network, trouble: str
) -> None:
    def other_question(query: dns.message.Message) -> bytes:
        answer = dns.message.make_response(dns.message.make_query("evil.example.", "TXT"))
        answer.id = query.id
        answer.answer.append(dns.rrset.from_text("evil.example.", 60, "IN", "TXT", '"v=spf1 all"'))
        return answer.to_wire()

    match trouble:
        case "silence":
            names.silent = {""}
        case "SERVFAIL":
            names.broken = {"acme.example", "_dmarc.acme.example"}
        case "lies":
            names.lies = other_question
        case "rubbish":
            names.lies = lambda query: query.id.to_bytes(2) + b"\xff\xc0\x0c rubbish"
        case _:
            for each in ("acme.example", "_dmarc.acme.example"):
                names.zone[each, "CNAME"] = [f"x.{each}."]
                names.zone[f"x.{each}", "CNAME"] = [f"{each}."]
    network = replace(world, deadlines=Deadlines(papers=1))
    async with asyncio.timeout(3):
        found = await papers(SENDER, transcript=transcript(), network=network, provider="other")
    assert found is not None
    assert [each.grade for each in found.papers] == [Grade.UNKNOWN] * 3
    assert not any(each.publish for each in found.papers)


async def test_what_was_known_in_time_is_told(names: Any, world: Network) -> None:
    """Nine silent servers one after another would take longer than there is."""
    names.zone = GOOD_ZONE | {
        ("acme.example", "MX"): [f"{each} mx{each}.acme.example." for each in range(3)],
        ("acme.example", "TXT"): ["v=spf1 a:slow.example -all"],
    }
    names.silent = {"slow.example", *(f"mx{each}.acme.example" for each in range(3))}
    network = replace(world, deadlines=Deadlines(papers=0.5))
    found = await papers(SENDER, transcript=transcript(), network=network, provider="other")
    assert found is not None
    spf, dmarc, mx = found.papers
    assert (spf.grade, mx.grade) == (Grade.UNKNOWN, Grade.UNKNOWN)
    assert dmarc.record == GOOD_ZONE["_dmarc.acme.example", "TXT"][0]


async def test_time_that_is_over_ends_what_is_under_way(names: Any, world: Network) -> None:
    """Each answer comes in its time, but there are too many of them."""
    names.zone = GOOD_ZONE | {
        (f"i{each}.example", "TXT"): [f"v=spf1 include:i{each + 1}.example -all"]
        for each in range(9)
    }
    names.zone["acme.example", "TXT"] = ["v=spf1 include:i0.example -all"]
    names.delay = 0.15
    network = replace(world, deadlines=Deadlines(papers=0.6))
    async with asyncio.timeout(1):
        found = await papers(SENDER, transcript=transcript(), network=network, provider="other")
    assert found is not None
    spf, dmarc, mx = found.papers
    assert (spf.grade, dmarc.grade, mx.grade) == (Grade.UNKNOWN, Grade.WARNING, Grade.GOOD)
    assert "took too long" in spf.line


async def test_whatever_befalls_the_papers_is_logged_and_raised_nowhere(
    world: Network, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configuration = tmp_path / "resolv.conf"
    configuration.write_text("nameserver nonsense\n")
    network = replace(world, resolver=Resolver(configuration=configuration))
    with caplog.at_level(logging.ERROR):
        found = await papers(SENDER, transcript=transcript(), network=network, provider="other")
    assert found is not None
    assert {each.grade for each in found.papers} == {Grade.UNKNOWN}
    assert "papers failed" in caplog.text


async def test_hundreds_of_records_are_looked_through_as_far_as_it_goes(
    names: Any, judged: Ask
) -> None:
    names.zone = dict(GOOD_ZONE)
    names.zone["acme.example", "TXT"] = [f"verification={each}" for each in range(400)]
    names.zone["_dmarc.acme.example", "TXT"] = [f"v=DMARC1; p=none; x={n}" for n in range(400)]
    names.zone["acme.example", "MX"] = [f"{each} mx{each}.acme.example." for each in range(400)]
    found = await judged()
    assert found["SPF"].grade is Grade.UNKNOWN
    assert "several" in found["DMARC"].line
    assert "that were looked up" in found["MX"].line
    assert found["MX"].record.count("\n") == 3
    assert len(names.asked) < 40


async def test_a_record_as_long_as_dns_allows_is_bounded(names: Any, judged: Ask) -> None:
    names.zone = {
        ("acme.example", "TXT"): ["v=spf1 " + "ip4:192.0.2.1 " * 4000 + "-all"],
        ("_dmarc.acme.example", "TXT"): ["v=DMARC1; p=none; x=" + "ü" * 30_000],
    }
    found = await judged()
    assert len(found["SPF"].record) == 4096
    assert len(found["DMARC"].record) == 4096


async def test_two_papers_are_compared_whole() -> None:
    paper = Paper(title="MX", grade=Grade.NOTE, line="A line.", record="10 mx", publish="MX")
    found = Papers(domain="acme.example", papers=(paper,))
    assert dump_papers(found)["papers"][0]["grade"] == "note"
    assert load_papers(dump_papers(found)) == found
