"""bot/smtp/domain/spf.py, against a name server of ours."""

import ipaddress
from typing import Any

import pytest

from bot.smtp.domain.asking import Asker
from bot.smtp.domain.spf import Evaluation, Flaw, Result, evaluate
from bot.smtp.domain.spf_macros import Mail

DOMAIN = "acme.example"
FOUR, SIX = "192.0.2.7", "2001:db8::7"


async def result(ask: Asker, address: str = FOUR) -> Evaluation:
    mail = Mail(
        sender=f"team@{DOMAIN}", address=ipaddress.ip_address(address), helo="smtp.acme.example"
    )
    return await evaluate(DOMAIN, mail, ask=ask)


ZONE = {
    ("a.example", "A"): ["192.0.2.7"],
    ("a.example", "AAAA"): ["2001:db8::7"],
    ("near.example", "A"): ["192.0.2.200"],
    ("near.example", "AAAA"): ["2001:db8::ffff"],
    ("m.example", "MX"): ["20 far.example.", "10 a.example."],
    ("null.example", "MX"): ["0 ."],
    ("far.example", "A"): ["198.51.100.1"],
    ("pass.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"],
    ("fail.example", "TXT"): ["some other text", "v=spf1 -all"],
    ("open.example", "TXT"): ["v=spf1 all"],
    ("7.2.0.192.allow.acme.example", "A"): ["127.0.0.2"],
    ("alias.example", "CNAME"): ["pass.example."],
}


@pytest.mark.parametrize(
    ("record", "four", "six"),
    [
        ("v=spf1", "neutral", "neutral"),
        ("v=spf1 ?all", "neutral", "neutral"),
        ("v=spf1 ~all", "softfail", "softfail"),
        ("v=spf1 a:a.example -all", "pass", "pass"),
        ("v=spf1 -a:a.example all", "fail", "fail"),
        ("v=spf1 a:near.example -all", "fail", "fail"),
        ("v=spf1 a:near.example/24//112 -all", "pass", "pass"),
        ("v=spf1 mx:m.example -all", "pass", "pass"),
        ("v=spf1 mx:null.example -all", "fail", "fail"),
        ("v=spf1 a mx -all", "fail", "fail"),
        ("v=spf1 ip4:192.0.2.7 -all", "pass", "fail"),
        ("v=spf1 ip6:2001:db8::/64 -all", "fail", "pass"),
        ("v=spf1 ptr -all", "fail", "fail"),
        ("v=spf1 exists:%{ir}.allow.%{d} -all", "pass", "fail"),
        ("v=spf1 include:pass.example -all", "pass", "pass"),
        ("v=spf1 include:alias.example -all", "pass", "pass"),
        ("v=spf1 ~include:pass.example -all", "softfail", "softfail"),
        ("v=spf1 include:fail.example ~all", "softfail", "softfail"),
        ("v=spf1 redirect=pass.example", "pass", "pass"),
        ("v=spf1 redirect=fail.example", "fail", "fail"),
        ("v=spf1 ?all redirect=pass.example", "neutral", "neutral"),
        ("v=spf1 include:%{d1}.example redirect=open.%{d1}", "permerror", "permerror"),
    ],
)
async def test_a_record_says_of_a_server_what_the_rfc_says(
    names: Any, ask: Asker, record: str, four: str, six: str
) -> None:
    names.zone = ZONE | {(DOMAIN, "TXT"): [record]}
    assert (await result(ask)).result == four
    assert (await result(ask, SIX)).result == six


@pytest.mark.parametrize(
    ("zone", "flaw", "where"),
    [
        ({DOMAIN: "v=spf1 inlcude:pass.example -all"}, Flaw.UNREADABLE, "inlcude:pass.example"),
        ({DOMAIN: "v=spf1 include:nobody.example -all"}, Flaw.NO_RECORD, "nobody.example"),
        ({DOMAIN: "v=spf1 redirect=nobody.example"}, Flaw.NO_RECORD, "nobody.example"),
        ({DOMAIN: f"v=spf1 include:{DOMAIN} -all"}, Flaw.LOOP, DOMAIN),
        (
            {DOMAIN: "v=spf1 include:b.example", "b.example": f"v=spf1 redirect={DOMAIN}"},
            Flaw.LOOP,
            DOMAIN,
        ),
        (
            {DOMAIN: "v=spf1 a:x.example a:y.example mx:z.example -all"},
            Flaw.TOO_MANY_VOID,
            "z.exam",
        ),
        ({DOMAIN: f"v=spf1 {'a:far.example ' * 11}-all"}, Flaw.TOO_MANY_LOOKUPS, ""),
        ({DOMAIN: f"v=spf1 {'ptr ' * 11}-all"}, Flaw.TOO_MANY_LOOKUPS, ""),
        ({DOMAIN: "v=spf1 mx:many.example -all"}, Flaw.TOO_MANY_MAIL_SERVERS, "many.example"),
        ({DOMAIN: "v=spf1 include:two.example"}, Flaw.SEVERAL, "two.example"),
        ({DOMAIN: f"v=spf1 include:{'x' * 70}.example"}, Flaw.NO_RECORD, "x" * 70),
    ],
)
async def test_a_record_that_cannot_be_used_says_why(
    names: Any, ask: Asker, zone: dict[str, str], flaw: Flaw, where: str
) -> None:
    names.zone = ZONE | {(name, "TXT"): [text] for name, text in zone.items()}
    names.zone["many.example", "MX"] = [f"{each} mx{each}.example." for each in range(11)]
    names.zone["two.example", "TXT"] = ["v=spf1 -all", "v=spf1 ~all"]
    found = await result(ask)
    assert (found.result, found.flaw) == (Result.PERMERROR, flaw)
    assert found.where.startswith(where)


async def test_includes_without_end_end(names: Any, ask: Asker) -> None:
    names.zone = {
        (f"i{each}.example", "TXT"): [f"v=spf1 include:i{each + 1}.example -all"]
        for each in range(50)
    }
    names.zone[DOMAIN, "TXT"] = ["v=spf1 include:i0.example -all"]
    assert (await result(ask)).flaw is Flaw.TOO_MANY_LOOKUPS
    assert len(names.asked) == 11


async def test_what_has_no_answer_for_this_mail_alone_is_not_held_against_the_record(
    names: Any, ask: Asker
) -> None:
    names.zone = {(DOMAIN, "TXT"): [f"v=spf1 {'exists:%{i}.a.example ' * 4}~all"]}
    assert (await result(ask)).result is Result.SOFTFAIL


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:silent.example -all",
        "v=spf1 a:silent.example -all",
        "v=spf1 mx:mute.example -all",
        "v=spf1 mx:silent.example -all",
        "v=spf1 exists:silent.example -all",
    ],
)
async def test_silence_leaves_it_open(names: Any, ask: Asker, record: str) -> None:
    ask.seconds = 0.3
    names.zone = {(DOMAIN, "TXT"): [record], ("mute.example", "MX"): ["10 silent.example."]}
    names.silent = {"silent.example"}
    assert (await result(ask)).result is Result.TEMPERROR


async def test_who_speaks_for_a_domain_is_told(names: Any, ask: Asker) -> None:
    """Only what is included or redirected to, with a plus all the way."""
    names.zone = ZONE | {
        (DOMAIN, "TXT"): [
            "v=spf1 include:One.example ~include:doubtful.example redirect=b.example"
        ],
        ("one.example", "TXT"): ["v=spf1 include:two.example -all"],
        ("two.example", "TXT"): ["v=spf1 -all"],
        ("b.example", "TXT"): ["v=spf1 -all"],
        ("doubtful.example", "TXT"): ["v=spf1 include:hidden.example -all"],
        ("hidden.example", "TXT"): ["v=spf1 -all"],
    }
    found = await result(ask)
    assert found.result is Result.FAIL
    assert found.trusted == {"one.example", "two.example", "b.example"}


async def test_a_domain_without_a_record_says_nothing(names: Any, ask: Asker) -> None:
    names.zone = {(DOMAIN, "TXT"): ["hello"]}
    assert (await result(ask)).result is Result.NONE


async def test_the_number_of_questions_is_bounded(names: Any, ask: Asker) -> None:
    names.zone = {
        (DOMAIN, "TXT"): [f"v=spf1 {' '.join(f'mx:m{each}.example' for each in range(10))} -all"]
    } | {
        (f"m{each}.example", "MX"): [f"10 x{each}-{server}.example." for server in range(10)]
        for each in range(10)
    }
    ask.left = 50
    assert (await result(ask)).result is Result.TEMPERROR
    assert len(names.asked) == 50
