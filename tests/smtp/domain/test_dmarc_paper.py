"""bot/smtp/domain/dmarc_paper.py, against a name server of ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.domain.dmarc_paper import Published, dmarc_of, dmarc_paper
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.domain.spf_paper import Cover

DOMAIN = "news.acme.co.uk"


async def judged(ask: Any, cover: Cover = Cover.YES, domain: str = DOMAIN) -> Paper:
    return dmarc_paper(domain, await dmarc_of(domain, ask=ask), cover)


@pytest.mark.parametrize(
    ("record", "cover", "grade", "said"),
    [
        ("v=DMARC1; p=none", "uncertain", "good", "all its mail alike"),
        ("v=DMARC1;p=none;", "theirs", "good", "all its mail alike"),
        ("v=DMARC1; p=reject", "yes", "good", "refuse mail that isn't proven"),
        ("v=DMARC1; p=quarantine", "yes", "good", "among the spam"),
        ("v=DMARC1; p=reject", "uncertain", "warning", "can't be known from here: look for"),
        ("v=DMARC1; p=reject", "theirs", "warning", "DKIM must prove this mail: look for"),
        ("v=DMARC1; p=reject; pct=0", "uncertain", "warning", "among the spam"),
        ("v=DMARC1; p=quarantine; t=y", "uncertain", "good", "all its mail alike"),
        ("v=DMARC1; p=reject; pct=50", "yes", "good", "refuse"),
        ("v=DMARC1; sp=none; p=Reject; foo=bar", "yes", "good", "refuse"),
        ("v=DMARC1; p=reject; aspf=x", "yes", "warning", "is none that mail servers know"),
        ("v=DMARC1; p=reject; pct=all", "yes", "warning", "is none that mail servers know"),
        ("v=DMARC1; p=refuse", "yes", "warning", "can't be read"),
        ("v=DMARC1", "yes", "warning", "can't be read"),
        ("v=DMARC1; rua=mailto:a@acme.co.uk", "yes", "warning", "can't be read"),
        ("v=DMARC1; p=reject; nonsense", "yes", "warning", "can't be read"),
    ],
)
async def test_a_policy_is_judged_by_what_proves_the_mail(
    names: Any, ask: Any, record: str, cover: str, grade: str, said: str
) -> None:
    names.zone = {(f"_dmarc.{DOMAIN}", "TXT"): ["v=spf1 -all", "v=DMARC1a; p=none", record]}
    paper = await judged(ask, Cover(cover))
    assert said in paper.line
    assert (paper.grade, paper.record) == (grade, record)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("v=DMARC1; p=reject", "refuse"),
        ("v=DMARC1; p=reject; sp=none", "all its mail alike"),
        ("v=DMARC1; p=none; sp=quarantine", "among the spam"),
    ],
)
async def test_the_policy_of_the_organisation_serves_its_subdomains(
    names: Any, ask: Any, record: str, said: str
) -> None:
    names.zone = {("_dmarc.acme.co.uk", "TXT"): [record]}
    paper = await judged(ask)
    assert said in paper.line
    assert paper.record == record
    assert names.asked == [(f"_dmarc.{DOMAIN}", "TXT"), ("_dmarc.acme.co.uk", "TXT")]


async def test_a_missing_policy_is_proposed_for_the_whole_organisation(
    names: Any, ask: Any
) -> None:
    names.zone = {("_dmarc.co.uk", "TXT"): ["v=DMARC1; p=reject"]}
    paper = await judged(ask)
    assert paper.grade is Grade.WARNING
    assert paper.publish == "TXT record at _dmarc.acme.co.uk: v=DMARC1; p=none"
    alone = await judged(ask, domain="acme.example")
    assert alone.publish == "TXT record at _dmarc.acme.example: v=DMARC1; p=none"


async def test_several_policies_are_none(names: Any, ask: Any) -> None:
    names.zone = {(f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}
    paper = await judged(ask)
    assert paper.grade is Grade.WARNING
    assert "several" in paper.line
    assert not paper.record


@pytest.mark.parametrize("silent", [DOMAIN, "acme.co.uk"])
async def test_silence_is_unknown(names: Any, ask: Any, silent: str) -> None:
    names.broken = {f"_dmarc.{silent}"}
    assert (await judged(ask)).grade is Grade.UNKNOWN


@given(
    records=st.lists(
        (st.text() | st.text("pstadkimfrc=; 0129:,yn\t\n", max_size=60)).map(
            lambda text: f"v=DMARC1;{text}"
        ),
        max_size=2,
    ),
    cover=st.sampled_from(Cover),
    inherited=st.booleans(),
)
def test_any_record_is_judged(records: list[str], cover: Cover, *, inherited: bool) -> None:
    published = Published(domain="acme.co.uk", records=tuple(records), inherited=inherited)
    paper = dmarc_paper(DOMAIN, published, cover)
    assert paper.line.endswith(".")
    assert len(paper.line) < 500
