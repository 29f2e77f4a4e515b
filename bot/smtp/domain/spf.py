"""Whether a domain lets a server send its mail: SPF's evaluation (RFC 7208 4 to 6)."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.smtp.domain.spf_macros import IPAddress, Mail, expand, has_macros
from bot.smtp.domain.spf_record import Directive, UnreadableSPF, is_spf, read_spf
from bot.smtp.lookup import Records

Ask = Callable[[str, str], Awaitable[Records]]
"""Answers what a name publishes of a kind: `Asker`."""

_MOST_LOOKUPS = 10
_MOST_VOID = 2
_MOST_MAIL_SERVERS = 10
"""RFC 7208 4.6.4 sets all three."""


class Result(StrEnum):
    """What a record says of a server (RFC 7208 2.6)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105  # SPF's word
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Flaw(StrEnum):
    """What makes receivers give up on a record."""

    SEVERAL = "several"
    UNREADABLE = "unreadable"
    TOO_MANY_LOOKUPS = "too-many-lookups"
    TOO_MANY_VOID = "too-many-void"
    TOO_MANY_MAIL_SERVERS = "too-many-mail-servers"
    NO_RECORD = "no-record"
    """An included domain has none."""
    LOOP = "loop"


class Flawed(ValueError):
    """The record, or one that it includes, can't be used: `permerror`."""

    def __init__(self, flaw: Flaw, where: str = "") -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
        self.where = where
        """The term or the domain. Untrusted."""


class NoAnswer(Exception):
    """The name servers are silent: `temperror`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came of it."""

    result: Result
    trusted: frozenset[str]
    """The domains whose records speak for this one: included or redirected to."""
    flaw: Flaw | None = None
    where: str = ""
    """Of the flaw: its term or domain. Untrusted."""


_QUALIFIERS = {
    "+": Result.PASS,
    "-": Result.FAIL,
    "~": Result.SOFTFAIL,
    "?": Result.NEUTRAL,
}


async def evaluate(domain: str, mail: Mail, *, ask: Ask) -> Evaluation:
    """Return what *domain*'s record says of *mail*, as a receiver would find it."""
    evaluator = _Evaluator(mail=mail, ask=ask)
    flaw, where = None, ""
    try:
        result = await evaluator.check(domain, (), trusted=True)
    except Flawed as problem:
        result, flaw, where = Result.PERMERROR, problem.flaw, problem.where
    except NoAnswer:
        result = Result.TEMPERROR
    return Evaluation(result=result, trusted=frozenset(evaluator.trusted), flaw=flaw, where=where)


async def spf_of(domain: str, ask: Ask) -> str | None:
    """Return *domain*'s SPF record, None where it has none. Raises Flawed, NoAnswer."""
    answer = await ask(domain, "TXT")
    found = [each for each in answer.found if is_spf(each)]
    if answer.problem == "dns-timeout" or (answer.cut and not found):
        raise NoAnswer
    if len(found) > 1:
        raise Flawed(Flaw.SEVERAL, domain)
    return found[0] if found else None


@dataclass(slots=True, kw_only=True)
class _Evaluator:
    mail: Mail
    ask: Ask
    lookups: int = 0
    void: int = 0
    trusted: set[str] = field(default_factory=set)

    async def check(self, domain: str, within: tuple[str, ...], *, trusted: bool) -> Result:
        """Evaluate *domain*'s record; *within* are the records that led here."""
        if domain in within:
            raise Flawed(Flaw.LOOP, domain)
        text = await spf_of(domain, self.ask)
        if text is None:
            return Result.NONE
        try:
            record = read_spf(text)
        except UnreadableSPF as problem:
            raise Flawed(Flaw.UNREADABLE, problem.term) from None
        within = (*within, domain)
        for each in record.directives:
            if await self._fits(each, domain, within, trusted=trusted):
                return _QUALIFIERS[each.qualifier]
        if not record.redirect:
            return Result.NEUTRAL
        self._count()
        target = self._name(record.redirect, domain)
        return await self._lead_on(target, within, trusted=trusted)

    async def _fits(
        self, directive: Directive, domain: str, within: tuple[str, ...], *, trusted: bool
    ) -> bool:
        if directive.mechanism == "all":
            return True
        if directive.network is not None:
            return self.mail.address in directive.network
        self._count()
        name = self._name(directive.domain, domain)
        if directive.mechanism == "include":
            trusted = trusted and directive.qualifier == "+"
            return await self._lead_on(name, within, trusted=trusted) is Result.PASS
        if directive.mechanism == "exists":
            return bool(await self._found(name, "A", directive))
        if directive.mechanism == "ptr":
            # It needs the name of the server's address; RFC 7208 5.5 asks to do without.
            return False
        find = self._mail_servers if directive.mechanism == "mx" else self._addresses
        bits = directive.length if self.mail.address.version == 4 else directive.length6
        return any(_near(self.mail.address, each, bits) for each in await find(name, directive))

    async def _lead_on(self, name: str, within: tuple[str, ...], *, trusted: bool) -> Result:
        """Evaluate the record to which another one leads. There must be one."""
        if trusted:
            self.trusted.add(name)
        result = await self.check(name, within, trusted=trusted)
        if result is Result.NONE:
            raise Flawed(Flaw.NO_RECORD, name)
        return result

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS:
            raise Flawed(Flaw.TOO_MANY_LOOKUPS)

    def _name(self, text: str, domain: str) -> str:
        return expand(text, self.mail, domain=domain).lower() if text else domain

    @property
    def _kind(self) -> str:
        return "A" if self.mail.address.version == 4 else "AAAA"

    async def _found(self, name: str, kind: str, directive: Directive) -> tuple[str, ...]:
        answer = await self.ask(name, kind)
        if answer.problem == "dns-timeout":
            raise NoAnswer
        # What depends on the mail may well have an answer for the next one.
        if not answer.found and not has_macros(directive.domain):
            self.void += 1
            if self.void > _MOST_VOID:
                raise Flawed(Flaw.TOO_MANY_VOID, name)
        return answer.found

    async def _addresses(self, name: str, directive: Directive) -> tuple[str, ...]:
        return await self._found(name, self._kind, directive)

    async def _mail_servers(self, name: str, directive: Directive) -> tuple[str, ...]:
        servers = await self._found(name, "MX", directive)
        if len(servers) > _MOST_MAIL_SERVERS:
            raise Flawed(Flaw.TOO_MANY_MAIL_SERVERS, name)
        answers = await asyncio.gather(
            *(self.ask(each.rpartition(" ")[2], self._kind) for each in servers)
        )
        if any(each.problem == "dns-timeout" for each in answers):
            raise NoAnswer
        return tuple(address for each in answers for address in each.found)


def _near(address: IPAddress, other: str, bits: int) -> bool:
    return address in ipaddress.ip_network(f"{other}/{bits}", strict=False)
