"""One of a domain's papers: how it stands, in a sentence, and what to publish. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a paper stands, for this mail."""

    GOOD = "good"
    NOTE = "note"
    """Nothing is wrong that can be seen from here, but there is something to know."""
    WARNING = "warning"
    UNKNOWN = "unknown"
    """The name servers gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What one kind of record says of a domain's mail."""

    title: str
    """'SPF', 'DMARC' or 'MX'."""
    grade: Grade
    line: str
    """One sentence or two for people, in our words. May name domains that a record names."""
    record: str = ""
    """The record as published. Untrusted text, bounded."""
    publish: str = ""
    """What to publish, where something is: 'TXT record at acme.com: v=spf1 ...'."""
