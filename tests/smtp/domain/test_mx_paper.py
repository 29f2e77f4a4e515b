"""bot/smtp/domain/mx_paper.py, against a name server of ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.mx_paper import mx_paper
from bot.smtp.lookup import Records

DOMAIN = "acme.example"
MX = (DOMAIN, "MX")


@pytest.mark.parametrize(
    ("zone", "grade", "said"),
    [
        ({MX: ["10 mx.example."], ("mx.example", "A"): ["192.0.2.1"]}, "good", "takes mail"),
        ({MX: ["10 mx.example."], ("mx.example", "AAAA"): ["2001:db8::1"]}, "good", "takes mail"),
        ({MX: ["10 mx.example."]}, "warning", "The mail servers of acme.example have no address"),
        ({MX: ["0 ."]}, "warning", "a null MX"),
        ({MX: ["10 broken.example."]}, "unknown", "no answer"),
        ({(DOMAIN, "A"): ["192.0.2.1"]}, "note", "has no MX record"),
        ({(DOMAIN, "TXT"): ["hello"]}, "warning", "no mail server and no address"),
        ({}, "warning", "no mail server and no address"),
        ({(DOMAIN, "CNAME"): ["broken.example."]}, "unknown", "no answer"),
    ],
)
async def test_whether_answers_arrive_is_judged(
    names: Any, ask: Any, zone: dict[tuple[str, str], list[str]], grade: str, said: str
) -> None:
    names.zone = zone
    names.broken = {"broken.example"}
    if (DOMAIN, "CNAME") in zone:
        names.broken.add(DOMAIN)
    paper = await mx_paper(DOMAIN, ask=ask)
    assert said in paper.line
    assert paper.grade == grade
    assert bool(paper.publish) is (grade in {"warning", "note"})


async def test_silence_about_the_domains_own_address_is_unknown(ask: Any, names: Any) -> None:
    async def half(name: str, kind: str) -> Records:
        return Records(problem="dns-timeout") if kind == "AAAA" else await ask(name, kind)

    names.zone = {(DOMAIN, "TXT"): ["hello"]}
    assert (await mx_paper(DOMAIN, ask=half)).grade == "unknown"


async def test_the_most_preferred_servers_are_shown_first(names: Any, ask: Any) -> None:
    names.zone = {
        MX: [f"{each} mx{each}.example." for each in (40, 5, 30, 20, 10)],
        ("mx10.example", "A"): ["192.0.2.1"],
    }
    paper = await mx_paper(DOMAIN, ask=ask)
    assert paper.record.splitlines() == [
        "5 mx5.example",
        "10 mx10.example",
        "20 mx20.example",
        "30 mx30.example",
    ]


@given(
    st.lists(st.text() | st.from_regex(r"[0-9]{1,6} [a-z.]{0,9}", fullmatch=True)),
    st.sampled_from([None, "dns-nxdomain", "dns-timeout"]),
)
async def test_any_answer_is_judged(found: list[str], problem: str | None) -> None:
    async def ask(_name: str, kind: str) -> Records:
        return Records(found=tuple(found) if kind == "MX" else (), problem=problem)

    assert (await mx_paper(DOMAIN, ask=ask)).line.endswith(".")
