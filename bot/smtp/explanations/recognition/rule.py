"""The form of a rule: the replies that have a cause. Pure."""

import functools
import re
from dataclasses import dataclass

from bot.smtp.explanations.seen import Seen
from bot.smtp.transcript import Stage

SIGNING_IN = (Stage.AUTHENTICATION,)
OPENING = (Stage.GREETING, Stage.EHLO)
MAIL = (Stage.SENDER, Stage.RECIPIENT, Stage.MESSAGE, Stage.ACCEPTED)
LATE = (Stage.RECIPIENT, Stage.MESSAGE, Stage.ACCEPTED)
CONTENT = (Stage.MESSAGE, Stage.ACCEPTED)
"""Servers report late: a bad HELO name or sender often shows at the recipient, a recipient or a
missing sign-in only after the message (facts/smtp.md 2). So stages are told wide."""

FOR_NOW = tuple(range(400, 500))
FOR_GOOD = tuple(range(500, 600))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern of replies, and their cause. What is left out fits every reply."""

    cause: str
    words: tuple[str, ...] = ()
    """Regular expressions, each of which must be found in `Seen.text`, in any order. They are
    alternatives of stems, because the wording drifts, and without an endless repetition in
    another, so that no text makes them slow."""
    unless: str = ""
    """A regular expression that must not be found."""
    codes: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    """Statuses, without their class: `7.8` stands for 4.7.8 and 5.7.8."""
    stages: tuple[Stage, ...] = ()
    providers: tuple[str, ...] = ()
    anonymous: bool | None = None
    encrypted: bool | None = None
    plain_sender: bool | None = None
    offers: str = ""
    """An EHLO keyword that was offered."""

    def fits(self, seen: Seen) -> bool:
        """Tell whether a reply is one of these."""
        return (
            (not self.codes or seen.code in self.codes)
            and (not self.stages or seen.stage in self.stages)
            and (not self.enhanced or seen.enhanced.partition(".")[2] in self.enhanced)
            and (not self.providers or seen.provider in self.providers)
            and self.anonymous in {None, seen.anonymous}
            and self.encrypted in {None, seen.encrypted}
            and self.plain_sender in {None, seen.plain_sender}
            and (not self.offers or self.offers in seen.offers)
            and all(_compiled(each).search(seen.text) for each in self.words)
            and not (self.unless and _compiled(self.unless).search(seen.text))
        )


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
