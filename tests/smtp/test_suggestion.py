"""bot/smtp/suggestion.py, with a name server of ours that may be in any mood."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.names import NameServer, closed_resolver
from bot.smtp.fields import parse_host
from bot.smtp.settings import TLSMode
from bot.smtp.suggestion import Suggestion, domain_of, of_records, suggest

SUBMISSIONS, SUBMISSION = "_submissions._tcp", "_submission._tcp"

ZONE = {
    ("workspace.example", "MX"): ["5 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."],
    ("workspace.example", "TXT"): ["nothing"],
    ("both.example", "MX"): ["0 both-example.mail.protection.outlook.com."],
    ("_submissions._tcp.both.example", "SRV"): ["0 1 465 smtp.both.example."],
    ("own.example", "MX"): ["10 mail.own.example.", "50 fb.mail.gandi.net."],
    ("_submissions._tcp.own.example", "SRV"): ["0 1 4650 smtps.own.example."],
    ("_submission._tcp.own.example", "SRV"): ["0 1 587 smtp.own.example."],
    ("_submission._tcp.later.example", "SRV"): ["0 1 587 smtp.later.example."],
    ("_submissions._tcp.guest.example", "SRV"): ["0 1 465 mail.host.example."],
    ("_submissions._tcp.fast.example", "SRV"): ["0 1 465 smtp.fastmail.com."],
    ("none.example", "MX"): ["0 ."],
    ("_submissions._tcp.none.example", "SRV"): ["0 0 0 ."],
    ("personal.example", "MX"): ["0 personal.olc.protection.outlook.com."],
    ("crowd.example", "MX"): [f"{each} mx{each}.crowd.example." for each in range(700)],
    ("_submissions._tcp.crowd.example", "SRV"): [
        f"{each} 1 465 smtp{each}.crowd.example." for each in range(700)
    ],
    ("round.example", "CNAME"): ["and.round.example."],
    ("and.round.example", "CNAME"): ["round.example."],
    ("xn--bcher-kva.example", "MX"): ["1 aspmx.l.google.com."],
    ("broken.example", "MX"): ["1 aspmx.l.google.com."],
}

HANDLED = "The mail records of {} say that {} handles its mail."
PUBLISHED = "{} publishes this server for sending its mail."
STRANGE = " It belongs to another domain: use it only if you know it."

Ask = Callable[..., Any]


@pytest.fixture
async def names(name_server: Any) -> NameServer:
    made: NameServer = await name_server(ZONE)
    return made


@pytest.fixture
def ask(names: NameServer) -> Ask:
    async def suggestion(address: str, *, seconds: float = 5) -> Suggestion | None:
        return await suggest(address, resolver=closed_resolver(names.port), seconds=seconds)

    return suggestion


async def test_a_providers_own_address_needs_no_name_server(ask: Ask, names: NameServer) -> None:
    assert await ask(" Ana@GMail.com ") == Suggestion(
        domain="gmail.com",
        host="smtp.gmail.com",
        port=465,
        tls_mode=TLSMode.IMPLICIT,
        provider="gmail",
        why="gmail.com is a domain of Gmail / Google Workspace.",
    )
    assert names.asked == []


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@example.com", "a@b@c", "ana@[192.0.2.1]"])
async def test_what_is_no_address_has_no_server(ask: Ask, names: NameServer, address: str) -> None:
    assert await ask(address) is None
    assert names.asked == []


@pytest.mark.parametrize(
    ("domain", "host", "port", "tls_mode", "provider", "why"),
    [
        (
            *("workspace.example", "smtp.gmail.com", 465, TLSMode.IMPLICIT, "gmail"),
            HANDLED.format("workspace.example", "Gmail / Google Workspace"),
        ),
        (
            *("both.example", "smtp.office365.com", 587, TLSMode.STARTTLS, "microsoft365"),
            HANDLED.format("both.example", "Microsoft 365"),
        ),
        (
            *("own.example", "smtps.own.example", 4650, TLSMode.IMPLICIT, "other"),
            PUBLISHED.format("own.example"),
        ),
        (
            *("later.example", "smtp.later.example", 587, TLSMode.STARTTLS, "other"),
            PUBLISHED.format("later.example"),
        ),
        (
            *("guest.example", "mail.host.example", 465, TLSMode.IMPLICIT, "other"),
            PUBLISHED.format("guest.example") + STRANGE,
        ),
        (
            *("fast.example", "smtp.fastmail.com", 465, TLSMode.IMPLICIT, "fastmail"),
            PUBLISHED.format("fast.example") + " It belongs to Fastmail.",
        ),
        (
            *("xn--bcher-kva.example", "smtp.gmail.com", 465, TLSMode.IMPLICIT, "gmail"),
            HANDLED.format("xn--bcher-kva.example", "Gmail / Google Workspace"),
        ),
    ],
)
async def test_what_a_domain_publishes_leads_to_a_server(
    ask: Ask,
    domain: str,
    host: str,
    port: int,
    tls_mode: TLSMode,
    provider: str,
    why: str,
) -> None:
    assert await ask(f"ana@{domain}") == Suggestion(
        domain=domain, host=host, port=port, tls_mode=tls_mode, provider=provider, why=why
    )


async def test_a_domain_in_its_own_letters_is_asked_for_in_ascii(ask: Ask) -> None:
    found = await ask("ana@bücher.example")
    assert found.domain == "xn--bcher-kva.example"


async def test_a_provider_that_takes_no_password_is_told_as_such(ask: Ask) -> None:
    assert (await ask("ana@personal.example")).usable is False
    assert (await ask("ana@hotmail.com")).usable is False
    assert (await ask("ana@workspace.example")).usable is True


@pytest.mark.parametrize("domain", ["none.example", "nowhere.example", "round.example"])
async def test_nothing_published_is_nothing_suggested(ask: Ask, domain: str) -> None:
    assert await ask(f"ana@{domain}") is None


async def test_hundreds_of_records_are_looked_at_in_part(ask: Ask) -> None:
    found = await ask("ana@crowd.example")
    assert found.host.endswith(".crowd.example")


async def test_all_is_asked_side_by_side_and_waited_for_once(ask: Ask, names: NameServer) -> None:
    names.silent = {""}
    begun = asyncio.get_running_loop().time()
    assert await ask("ana@own.example", seconds=0.5) is None
    assert asyncio.get_running_loop().time() - begun < 1.4
    assert {kind for _name, kind in names.asked} == {"MX", "SRV"}


async def test_one_answer_is_enough(ask: Ask, names: NameServer) -> None:
    names.broken = {"own.example"}
    names.silent = {"_submissions._tcp.own.example"}
    found = await ask("ana@own.example", seconds=0.5)
    assert found.host == "smtp.own.example"


def of_service(*records: str, service: str = SUBMISSIONS) -> tuple[str, int] | None:
    found = of_records("own.example", mx=(), services={service: records})
    return None if found is None else (found.host, found.port)


def test_the_lowest_priority_counts_then_the_highest_weight() -> None:
    assert of_service(
        "10 100 465 c.own.example.",
        "0 1 465 a.own.example.",
        "0 9 466 b.own.example.",
    ) == ("b.own.example", 466)


@pytest.mark.parametrize(
    "record",
    [
        "0 0 0 .",
        "0 1 465 .",
        "0 1 0 smtp.own.example.",
        "0 1 65536 smtp.own.example.",
        "0 1 465 192.0.2.1.",
        "0 1 465 localhost.",
        "0 1 465 <!channel>.own.example.",
        "0 1 465 a b",
        "0 x 465 smtp.own.example.",
        "-1 1 465 smtp.own.example.",
        "٣ 1 465 smtp.own.example.",
        "0 1 465",
        "",
    ],
)
def test_a_record_that_makes_no_sense_is_passed_over(record: str) -> None:
    assert of_service(record) is None
    assert of_service(record, "9 1 465 smtp.own.example.") == ("smtp.own.example", 465)
    assert of_records("own.example", mx=[record], services={}) is None


def test_a_service_that_is_not_offered_leaves_the_other() -> None:
    found = of_records(
        "own.example",
        mx=(),
        services={SUBMISSIONS: ["0 0 0 ."], SUBMISSION: ["0 1 587 smtp.own.example."]},
    )
    assert found is not None
    assert (found.port, found.tls_mode) == (587, TLSMode.STARTTLS)


def test_a_spare_server_says_nothing_of_the_provider() -> None:
    assert (
        of_records("own.example", mx=["20 fb.mail.gandi.net.", "10 mx.own.example."], services={})
        is None
    )


@given(
    mx=st.lists(st.text(max_size=40), max_size=5),
    first=st.lists(st.text(max_size=60), max_size=5),
    second=st.lists(
        st.builds("{} {} {} {}".format, *(st.integers(-1, 70000),) * 3, st.text(max_size=20)),
        max_size=5,
    ),
)
def test_whatever_is_published_the_form_could_take_what_is_suggested(
    mx: list[str], first: list[str], second: list[str]
) -> None:
    found = of_records("own.example", mx=mx, services={SUBMISSIONS: first, SUBMISSION: second})
    if found is not None:
        assert parse_host(found.host) == found.host
        assert 1 <= found.port <= 65535


@given(st.text(max_size=60))
def test_any_text_has_a_domain_or_none(text: str) -> None:
    domain = domain_of(text)
    assert domain is None or parse_host(domain)
