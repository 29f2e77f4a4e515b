"""The From domain's papers: SPF, DMARC and MX, asked for and judged within some seconds."""

import asyncio
import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from bot.smtp.domain.asking import Asker
from bot.smtp.domain.dmarc_paper import Published, dmarc_of, dmarc_paper
from bot.smtp.domain.mx_paper import mx_paper
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.domain.spf_paper import Route, SPFPaper, spf_paper
from bot.smtp.network import Network
from bot.smtp.pasted import a_labels
from bot.smtp.transcript import Transcript

_SHARE = 0.4
"""Of the time, for one answer: two in a row may fail to come, and the rest is still judged."""
_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What a domain publishes about its mail, judged for the mail of one test."""

    domain: str
    """As A-labels."""
    papers: tuple[Paper, ...]


async def papers(
    sender: str, *, transcript: Transcript, network: Network, provider: str
) -> Papers | None:
    """Judge the papers of *sender*'s domain for mail that goes as the transcript says.

    *sender* is the From address and the envelope's sender; *provider* is the settings' one.
    None where nothing can be asked: an address of no domain that the world knows. Takes
    `Deadlines.papers` at most, raises nothing, and says where the name servers gave no answer.
    """
    domain = _domain(sender)
    if domain is None:
        return None
    seconds = network.deadlines.papers
    ask = Asker(resolver=network.resolver, seconds=seconds * _SHARE)
    route = Route(
        sender=sender,
        domain=domain,
        host=transcript.host,
        address=transcript.address,
        provider=provider,
    )
    spf = asyncio.create_task(spf_paper(route, ask=ask))
    policy = asyncio.create_task(dmarc_of(domain, ask=ask))
    mx = asyncio.create_task(mx_paper(domain, ask=ask))
    tasks: list[asyncio.Task[Any]] = [spf, policy, mx]
    try:
        await asyncio.wait(tasks, timeout=seconds)
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    seen = _result(spf, SPFPaper(paper=_late("SPF", domain)))
    published = _result(policy, Published(domain=domain, silent=True))
    return Papers(
        domain=domain,
        papers=(
            seen.paper,
            dmarc_paper(domain, published, seen.cover),
            _result(mx, _late("MX", domain)),
        ),
    )


def dump_papers(found: Papers) -> dict[str, Any]:
    """Return *found* as values that JSON can hold."""
    return asdict(found)


def load_papers(document: Mapping[str, Any]) -> Papers:
    """Read what `dump_papers` returned."""
    return Papers(
        domain=document["domain"],
        papers=tuple(
            Paper(**(each | {"grade": Grade(each["grade"])})) for each in document["papers"]
        ),
    )


def _domain(sender: str) -> str | None:
    """Return the domain of *sender* as A-labels; None where no name server would know it."""
    try:
        domain = a_labels(sender.rpartition("@")[2])
    except ValueError:
        return None
    literal = domain.startswith("[") or _is_number(domain)
    return None if literal or "." not in domain.strip(".") else domain


def _is_number(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        return False
    return True


def _late(title: str, domain: str) -> Paper:
    line = f"The name servers took too long over the {title} record of {domain}. Test again later."
    return Paper(title=title, grade=Grade.UNKNOWN, line=line)


def _result(task: asyncio.Task[_Value], otherwise: _Value) -> _Value:
    if task.cancelled():
        return otherwise
    if (problem := task.exception()) is not None:
        # Papers are an aside: whatever befalls them, the test's result stands.
        _log.error("papers failed", exc_info=problem)
        return otherwise
    return task.result()
