"""MX, judged: whether answers and bounces reach somebody (RFC 5321 5.1, RFC 7505)."""

import asyncio

from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.domain.spf import Ask
from bot.smtp.lookup import Records

_SHOWN = 4
"""Mail servers that are looked up and shown. Senders try the most preferred ones first."""


async def mx_paper(domain: str, *, ask: Ask) -> Paper:
    """Judge whether the From domain takes mail."""
    answer = await ask(domain, "MX")
    if answer.problem == "dns-timeout":
        return _unknown(domain)
    servers = sorted(filter(None, map(_server, answer.found)))
    names = [name for _preference, name in servers][:_SHOWN]
    record = "\n".join(f"{preference} {name}" for preference, name in servers[:_SHOWN])
    if not servers:
        return await _without(domain, ask)
    if not any(names):
        line = (
            f"{domain} says that it takes no mail (a null MX): answers and bounces go nowhere, "
            "and some mail servers refuse such a sender."
        )
        return _paper(Grade.WARNING, line, record="0 .", publish=_publish(domain))
    match await _has_address([each for each in names if each], ask):
        case False:
            some = " that were looked up" if answer.cut or len(servers) > _SHOWN else ""
            line = (
                f"The mail servers of {domain}{some} have no address, "
                f"so answers and bounces {'may ' if some else ''}go nowhere."
            )
            return _paper(Grade.WARNING, line, record=record, publish=_publish(domain))
        case None:
            return _unknown(domain, record)
    return _paper(Grade.GOOD, f"{domain} takes mail: answers and bounces arrive.", record=record)


def _paper(grade: Grade, line: str, *, record: str = "", publish: str = "") -> Paper:
    return Paper(title="MX", grade=grade, line=line, record=record, publish=publish)


def _publish(domain: str) -> str:
    return f"MX record at {domain}: 10 and the name of the server that takes its mail"


def _unknown(domain: str, record: str = "") -> Paper:
    line = f"The name servers gave no answer about the mail servers of {domain}. Test again later."
    return _paper(Grade.UNKNOWN, line, record=record)


def _server(record: str) -> tuple[int, str] | None:
    preference, _space, name = record.partition(" ")
    return (int(preference), name.removesuffix(".")) if preference.isdecimal() else None


async def _without(domain: str, ask: Ask) -> Paper:
    match await _has_address([domain], ask):
        case True:
            line = (
                f"{domain} has no MX record, so answers and bounces go to the server at its own "
                "address, which may take none."
            )
            return _paper(Grade.NOTE, line, publish=_publish(domain))
        case None:
            return _unknown(domain)
    line = f"{domain} has no mail server and no address, so answers and bounces go nowhere."
    return _paper(Grade.WARNING, line, publish=_publish(domain))


async def _has_address(names: list[str], ask: Ask) -> bool | None:
    """Tell whether one of *names* has an address; None where that can't be known."""
    answers: list[Records] = await asyncio.gather(
        *(ask(name, kind) for name in names for kind in ("A", "AAAA"))
    )
    if any(each.found for each in answers):
        return True
    return None if any(each.problem == "dns-timeout" for each in answers) else False
