"""bot/smtp/domain/spf_paper.py, against a name server of ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.paper import Grade
from bot.smtp.domain.spf_paper import Cover, Route, SPFPaper, spf_paper
from bot.smtp.lookup import Records

DOMAIN = "acme.example"


def route(**changes: Any) -> Route:
    values = {
        "sender": f"team@{DOMAIN}",
        "domain": DOMAIN,
        "host": "smtp.acme.example",
        "address": "192.0.2.7",
        "provider": "other",
    }
    return Route(**(values | changes))


GMAIL = {"host": "smtp.gmail.com"}
SES = {"host": "email-smtp.eu-west-1.amazonaws.com"}
ZONE = {
    ("_spf.google.com", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ~all"],
    ("mailgun.org", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ~all"],
    ("two.example", "TXT"): ["v=spf1 -all", "v=spf1 ~all"],
    ("many.example", "MX"): [f"{each} mx{each}.example." for each in range(11)],
}


@pytest.mark.parametrize(
    ("way", "record", "grade", "cover", "said"),
    [
        ({}, "ip4:192.0.2.7 -all", "good", "yes", "Servers like smtp.acme.example (192.0.2.7) may"),
        ({}, "-all", "note", "uncertain", "can't be known from here"),
        ({"address": None}, "ip4:192.0.2.7 -all", "note", "uncertain", "can't be known"),
        ({"address": "fe80::7%eth0"}, "-all", "note", "uncertain", "can't be known from here"),
        (GMAIL, "include:_spf.google.com ~all", "good", "yes", "lets Google send"),
        (GMAIL, "redirect=_spf.google.com", "good", "yes", "lets Google send"),
        (GMAIL, "ip4:192.0.2.0/24 ~all", "good", "yes", "Servers like smtp.gmail.com (192.0.2.7)"),
        (GMAIL, "-all", "note", "uncertain", "doesn't include Google"),
        (SES, "include:_spf.google.com -all", "note", "theirs", "return path of its own"),
        ({"provider": "postmark"}, "-all", "note", "theirs", "pm.mtasv.net"),
        ({"provider": "mailgun"}, "include:mailgun.org -all", "good", "yes", "lets Mailgun send"),
        ({"provider": "mailgun"}, "-all", "note", "theirs", "the domain that was set up there"),
        ({}, "+all", "warning", "uncertain", "every computer on the internet"),
        (GMAIL, "ip4:0.0.0.0/0", "warning", "uncertain", "every computer on the internet"),
        ({}, "ip4:192.0.2.7 inlcude:x.example", "warning", "uncertain", "“inlcude:x.example”"),
        ({}, "büro", "warning", "uncertain", "can't read. Mail servers treat"),
        ({}, f"a:{'x' * 90}", "warning", "uncertain", "can't read. Mail servers treat"),
        ({}, "ptr " * 11, "warning", "uncertain", "more than ten look-ups"),
        (
            {},
            "a:x.example a:y.example a:z.example",
            "warning",
            "uncertain",
            "more than two domains",
        ),
        ({}, "mx:many.example", "warning", "uncertain", "more than ten mail servers"),
        ({}, "include:nobody.example", "warning", "uncertain", "“nobody.example”, which has no"),
        ({}, f"include:{'x' * 80}.example", "warning", "uncertain", "a domain, which has no"),
        ({}, "include:two.example", "warning", "uncertain", "“two.example”, which has several"),
        ({}, f"include:{DOMAIN}", "warning", "uncertain", "leads back to itself"),
        ({}, "a:silent.example -all", "unknown", "uncertain", "a part of the SPF record"),
    ],
)
async def test_a_record_is_judged_for_the_way_that_the_mail_goes(
    names: Any, ask: Any, way: dict[str, str], record: str, grade: str, cover: str, said: str
) -> None:
    names.zone = ZONE | {(DOMAIN, "TXT"): ["hello", f"v=spf1 {record}"]}
    names.broken = {"silent.example"}
    found = await spf_paper(route(**way), ask=ask)
    assert said in found.paper.line
    assert (found.paper.grade, found.cover) == (grade, cover)
    assert found.paper.record == f"v=spf1 {record}"


@pytest.mark.parametrize(
    ("way", "publish"),
    [
        ({}, "v=spf1 a:smtp.acme.example ~all"),
        (GMAIL, "v=spf1 include:_spf.google.com ~all"),
        ({"host": "smtp.zoho.eu"}, "v=spf1 include:zoho.eu ~all"),
        ({"host": "192.0.2.7"}, "v=spf1 ip4:192.0.2.7 ~all"),
        ({"host": "2001:db8::7"}, "v=spf1 ip6:2001:db8::7 ~all"),
    ],
)
async def test_without_a_record_one_is_proposed(
    names: Any, ask: Any, way: dict[str, str], publish: str
) -> None:
    names.zone = {(DOMAIN, "TXT"): ["hello"]}
    found = await spf_paper(route(**way), ask=ask)
    assert found.paper.grade is Grade.WARNING
    assert found.paper.publish == f"TXT record at {DOMAIN}: {publish}"


async def test_what_is_missing_in_a_record_is_proposed(names: Any, ask: Any) -> None:
    names.zone = {(DOMAIN, "TXT"): ["v=spf1 -all"]}
    found = await spf_paper(route(**GMAIL), ask=ask)
    assert found.paper.publish == "In that record, before “all”: include:_spf.google.com"


async def test_a_service_with_its_own_return_path_needs_no_record_here(
    names: Any, ask: Any
) -> None:
    names.zone = {}
    found = await spf_paper(route(**SES), ask=ask)
    assert (found.paper.grade, found.cover) == (Grade.NOTE, Cover.THEIRS)
    assert not found.paper.publish


async def test_several_records_are_none(names: Any, ask: Any) -> None:
    names.zone = {(DOMAIN, "TXT"): ["v=spf1 -all", "v=spf1 include:_spf.google.com -all"]}
    found = await spf_paper(route(**GMAIL), ask=ask)
    assert found.paper.grade is Grade.WARNING
    assert found.paper.publish == f"One TXT record at {DOMAIN} that begins with v=spf1"


async def test_silence_about_the_record_is_unknown(names: Any, ask: Any) -> None:
    names.broken = {DOMAIN}
    found = await spf_paper(route(), ask=ask)
    assert found.paper.grade is Grade.UNKNOWN


TERMS = (
    *("all", "-all", "a", "mx", "ptr", "include:%{d}", "include:a.example", "exists:%{ir}.x"),
    *("redirect=a.example", "redirect=%{l}.b.example", "ip4:0.0.0.0/0", "ip6:::/0", "exp=%{d}"),
    *("?a:%{S}.example/0//0", "mx:b.example", "a:%%%_%-.example", "\x00", "ü"),
)
ANY_RECORD = st.text(max_size=200) | st.lists(st.sampled_from(TERMS), max_size=14).map(
    lambda terms: " ".join(["v=spf1", *terms])
)


@given(
    records=st.lists(ANY_RECORD, max_size=3),
    others=st.builds(
        Records,
        found=st.lists(ANY_RECORD | st.just("10 b.example."), max_size=12).map(tuple),
        problem=st.sampled_from([None, None, "dns-nxdomain", "dns-timeout"]),
    ),
    addresses=st.lists(st.sampled_from(["192.0.2.7", "198.51.100.1"]), max_size=3),
    way=st.sampled_from([{}, GMAIL, SES, {"provider": "zoho"}, {"address": "2001:db8::7"}]),
)
async def test_any_record_is_judged(
    records: list[str], others: Records, addresses: list[str], way: dict[str, str]
) -> None:
    asked = []

    async def ask(name: str, kind: str) -> Records:
        asked.append(name)
        if kind == "A":
            return Records(found=tuple(addresses))
        if kind == "AAAA":
            return Records(found=("2001:db8::7",))
        return Records(found=tuple(records)) if name == DOMAIN else others

    found = await spf_paper(route(**way), ask=ask)
    assert isinstance(found, SPFPaper)
    assert found.paper.line.endswith(".")
    assert len(found.paper.line) < 500
    assert len(asked) < 300
