"""DMARC, judged: what receivers are asked to do with this mail (RFC 7489, RFC 9989)."""

from dataclasses import dataclass

from dmarc import DMARC, DMARCDisposition, Policy, RecordSyntaxError, RecordValueError

from bot.smtp.domain.organisation import organisational_domain
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.domain.spf import Ask
from bot.smtp.domain.spf_paper import Cover

_ASKED = {
    DMARCDisposition.QUARANTINE: "put mail that isn't proven to be its own among the spam",
    DMARCDisposition.REJECT: "refuse mail that isn't proven to be its own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The DMARC records for a domain, and where they were found."""

    domain: str
    """Where they are, or should be: the From domain, else its organisational domain."""
    inherited: bool = False
    records: tuple[str, ...] = ()
    silent: bool = False
    """The name servers gave no answer."""


async def dmarc_of(domain: str, *, ask: Ask) -> Published:
    """Find the records at *domain*, else at its organisational domain (RFC 7489 6.6.3).

    RFC 9989 walks up label by label; where a record stands between the two, it may find another.
    """
    own = await _published(domain, ask)
    if own.records or own.silent:
        return own
    organisation = await organisational_domain(domain)
    return own if organisation == domain else await _published(organisation, ask, inherited=True)


async def _published(domain: str, ask: Ask, *, inherited: bool = False) -> Published:
    answer = await ask(f"_dmarc.{domain}", "TXT")
    records = tuple(each for each in answer.found if _is_dmarc(each))
    silent = answer.problem == "dns-timeout" or (answer.cut and not records)
    return Published(domain=domain, inherited=inherited, records=records, silent=silent)


def _is_dmarc(text: str) -> bool:
    tag, _equals, value = text.partition(";")[0].partition("=")
    return tag.strip() == "v" and value.strip() == "DMARC1"


def dmarc_paper(domain: str, published: Published, cover: Cover) -> Paper:
    """Judge the policy for mail from *domain*, whose SPF *cover* is known. Pure."""
    at = published.domain
    if published.silent:
        line = f"The name servers gave no answer about the DMARC record of {at}. Test again later."
        return _paper(Grade.UNKNOWN, line)
    if not published.records:
        line = (
            f"{at} has no DMARC record: mail servers aren't told what to do with mail that only "
            "pretends to come from it, and some distrust all of it."
        )
        return _paper(Grade.WARNING, line, publish=_publish(at))
    if len(published.records) > 1:
        line = f"{at} has several DMARC records, so mail servers use none of them. Keep one."
        publish = f"One TXT record at _dmarc.{at} that begins with v=DMARC1"
        return _paper(Grade.WARNING, line, publish=publish)
    record = published.records[0]
    policy, faulty = _read(record, published, domain)
    if policy is None:
        line = f"The DMARC record of {at} can't be read, so mail servers do without it."
        return _paper(Grade.WARNING, line, record=record, publish=_publish(at))
    if faulty:
        line = (
            f"A value in the DMARC record of {at} is none that mail servers know, so each does as "
            "it likes. Correct the record."
        )
        return _paper(Grade.WARNING, line, record=record)
    return _judged(domain, record, _asked(policy, inherited=published.inherited), cover)


def _paper(grade: Grade, line: str, *, record: str = "", publish: str = "") -> Paper:
    return Paper(title="DMARC", grade=grade, line=line, record=record, publish=publish)


def _publish(domain: str) -> str:
    return f"TXT record at _dmarc.{domain}: v=DMARC1; p=none"


def _read(record: str, published: Published, domain: str) -> tuple[Policy | None, bool]:
    """Return the policy, and whether a value in the record is unknown; None: unreadable."""
    reader, organisation = DMARC(), published.domain if published.inherited else None
    try:
        return reader.parse_record(record, domain, organisation), False
    except RecordValueError:
        faulty = True
    except RecordSyntaxError:
        return None, True
    try:
        return reader.parse_record(record, domain, organisation, strict=False), faulty
    except RecordSyntaxError:
        return None, True


def _asked(policy: Policy, *, inherited: bool) -> DMARCDisposition:
    """Return what is asked of receivers for mail that isn't proven."""
    asked: DMARCDisposition = policy.p
    if inherited and policy.sp is not DMARCDisposition.UNSPECIFIED:
        asked = policy.sp
    if policy.pct == 0:  # or `t=y`: one step less (RFC 7489 6.6.4, RFC 9989)
        lighter = {DMARCDisposition.REJECT: DMARCDisposition.QUARANTINE}
        return lighter.get(asked, DMARCDisposition.NONE)
    return asked


def _judged(domain: str, record: str, asked: DMARCDisposition, cover: Cover) -> Paper:
    if asked not in _ASKED:
        line = (
            f"{domain} asks mail servers to treat all its mail alike, proven to be its own or not."
        )
        return _paper(Grade.GOOD, line, record=record)
    request = f"{domain} asks mail servers to {_ASKED[asked]}"
    if cover is Cover.YES:
        line = (
            f"{request}. SPF can prove this mail; whether it did, and DKIM too, the arrived "
            "message's headers show."
        )
        return _paper(Grade.GOOD, line, record=record)
    theirs = "SPF speaks for the mail service alone, so DKIM must prove this mail"
    unknown = "Whether SPF or DKIM proves this mail can't be known from here"
    line = (
        f"{request}. {theirs if cover is Cover.THEIRS else unknown}: look for “dmarc=pass” in the "
        f"arrived message's headers. If it isn't there, set up DKIM for {domain} at the mail "
        "service."
    )
    return _paper(Grade.WARNING, line, record=record)
