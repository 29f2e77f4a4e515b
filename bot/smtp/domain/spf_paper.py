"""SPF, judged: whether this server's mail may come from the domain (RFC 7208)."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.domain.spf import Ask, Evaluation, Flaw, Flawed, NoAnswer, Result, evaluate, spf_of
from bot.smtp.domain.spf_macros import Mail
from bot.smtp.domain.vouching import Sending, sending_of

_NOWHERE = ipaddress.ip_address("203.0.113.113")
"""An address that no mail server has (RFC 5737). A record that lets it send lets everybody."""

_LONGEST_QUOTE = 60


class Cover(StrEnum):
    """Whether SPF proves, to DMARC, that the mail comes from the From domain."""

    YES = "yes"
    THEIRS = "theirs"
    """It is checked at the mail service's own domain."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class SPFPaper:
    """The paper, and what DMARC needs to know of it."""

    paper: Paper
    cover: Cover = Cover.UNCERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which way the mail goes, as far as it can be seen from here."""

    sender: str
    domain: str
    host: str
    """The submission server's name or address."""
    address: str | None
    """The IP address that was connected to."""
    provider: str


async def spf_paper(route: Route, *, ask: Ask) -> SPFPaper:
    """Judge the From domain's SPF record for mail that goes this way."""
    sending = sending_of(route.provider, route.host)
    try:
        record = await spf_of(route.domain, ask)
    except NoAnswer:
        return _unknown(route.domain)
    except Flawed:
        return _several(route.domain)
    if record is None:
        return _missing(route, sending)
    everybody = await _evaluated(route, _NOWHERE, ask)
    return (
        _broken(route.domain, record, everybody)
        or _by_service(route.domain, sending, record, everybody)
        or await _by_address(route, sending, record, everybody, ask)
    )


def _broken(domain: str, record: str, everybody: Evaluation) -> SPFPaper | None:
    if everybody.flaw is not None:
        return _flawed(domain, record, everybody)
    return _open(domain, record) if everybody.result is Result.PASS else None


def _by_service(
    domain: str, sending: Sending | None, record: str, everybody: Evaluation
) -> SPFPaper | None:
    if sending is None:
        return None
    if everybody.trusted.intersection(sending.includes):
        return _good(f"{domain} lets {sending.label} send its mail.", record)
    return _theirs(domain, sending, record) if sending.return_path else None


async def _by_address(
    route: Route, sending: Sending | None, record: str, everybody: Evaluation, ask: Ask
) -> SPFPaper:
    server = everybody
    if route.address is not None:
        server = await _evaluated(route, ipaddress.ip_address(route.address), ask)
    if server.result is Result.PASS:
        line = f"Servers like {route.host} ({route.address}) may send mail for {route.domain}."
        return _good(line, record)
    if Result.TEMPERROR in {server.result, everybody.result}:
        return _unknown(route.domain, record)
    return _not_seen(route, sending, record)


async def _evaluated(
    route: Route, address: ipaddress.IPv4Address | ipaddress.IPv6Address, ask: Ask
) -> Evaluation:
    mail = Mail(sender=route.sender, address=address, helo=route.host)
    return await evaluate(route.domain, mail, ask=ask)


def _paper(grade: Grade, line: str, *, record: str = "", publish: str = "") -> Paper:
    return Paper(title="SPF", grade=grade, line=line, record=record, publish=publish)


def _good(line: str, record: str) -> SPFPaper:
    return SPFPaper(paper=_paper(Grade.GOOD, line, record=record), cover=Cover.YES)


def _unknown(domain: str, record: str = "") -> SPFPaper:
    part = "a part of " if record else ""
    what = f"{part}the SPF record of {domain}"
    line = f"The name servers gave no answer about {what}. Test again later."
    return SPFPaper(paper=_paper(Grade.UNKNOWN, line, record=record))


def _several(domain: str) -> SPFPaper:
    line = (
        f"{domain} has several SPF records, so mail servers use none of them. "
        "Put all they say into one, and remove the others."
    )
    publish = f"One TXT record at {domain} that begins with v=spf1"
    return SPFPaper(paper=_paper(Grade.WARNING, line, publish=publish))


def _missing(route: Route, sending: Sending | None) -> SPFPaper:
    domain = route.domain
    if sending is not None and sending.return_path:
        return _theirs(domain, sending, "")
    line = f"{domain} has no SPF record, so it doesn't say which servers may send its mail."
    publish = f"TXT record at {domain}: v=spf1 {_term(route, sending)} ~all"
    return SPFPaper(paper=_paper(Grade.WARNING, line, publish=publish))


def _term(route: Route, sending: Sending | None) -> str:
    if sending is not None and sending.includes:
        # A service with data centres has a domain for each, which its server's name ends with.
        theirs = (each for each in sending.includes if route.host.endswith(f".{each}"))
        return f"include:{next(theirs, sending.includes[0])}"
    try:
        address = ipaddress.ip_address(route.host)
    except ValueError:
        return f"a:{route.host}"
    return f"ip{address.version}:{address}"


def _theirs(domain: str, sending: Sending, record: str) -> SPFPaper:
    line = (
        f"{sending.label} sends with a return path of its own, so mail servers check SPF there "
        f"({sending.return_path}) and not at {domain}."
    )
    return SPFPaper(paper=_paper(Grade.NOTE, line, record=record), cover=Cover.THEIRS)


def _open(domain: str, record: str) -> SPFPaper:
    line = (
        f"The SPF record of {domain} lets every computer on the internet send its mail. "
        "Name the servers that may, and end it with ~all."
    )
    return SPFPaper(paper=_paper(Grade.WARNING, line, record=record))


def _flawed(domain: str, record: str, evaluation: Evaluation) -> SPFPaper:
    where = _quoted(evaluation.where)
    what = {
        Flaw.SEVERAL: f"leads to {where or 'a domain'}, which has several SPF records",
        Flaw.UNREADABLE: f"has a term that mail servers can't read{where and f': {where}'}",
        Flaw.TOO_MANY_LOOKUPS: "asks for more than ten look-ups, and mail servers stop there",
        Flaw.TOO_MANY_VOID: "names more than two domains that have no such record",
        Flaw.TOO_MANY_MAIL_SERVERS: "names a domain with more than ten mail servers",
        Flaw.NO_RECORD: f"leads to {where or 'a domain'}, which has no SPF record",
        Flaw.LOOP: "leads back to itself",
    }[evaluation.flaw or Flaw.UNREADABLE]
    line = f"The SPF record of {domain} {what}. Mail servers treat that as an error: correct it."
    return SPFPaper(paper=_paper(Grade.WARNING, line, record=record))


def _quoted(text: str) -> str:
    """Quote a term or a domain of a record, unless it would spoil the sentence."""
    plain = text.isascii() and text.isprintable() and text and len(text) <= _LONGEST_QUOTE
    return f"“{text}”" if plain else ""


def _not_seen(route: Route, sending: Sending | None, record: str) -> SPFPaper:
    line = (
        f"It can't be known from here whether the SPF record of {route.domain} lets this mail "
        f"through: {route.host} may hand it on from another address, which counts and isn't seen."
    )
    publish = ""
    if sending is not None:
        line = (
            f"The SPF record of {route.domain} doesn't include {sending.label}. Unless it lists "
            "the addresses of those servers itself, mail servers see mail from one it doesn't name."
        )
        publish = f"In that record, before “all”: {_term(route, sending)}"
    return SPFPaper(paper=_paper(Grade.NOTE, line, record=record, publish=publish))
