"""A domain's papers as people see them, beside the test that they are about. Pure."""

from bot.slack.words import Block, clean, rich, rich_text
from bot.smtp.domain.paper import Grade, Paper
from bot.smtp.papers import Papers

_MARKS = {
    Grade.GOOD: ("✓", "fine"),
    Grade.NOTE: ("•", "to know"),
    Grade.WARNING: ("!", "needs work"),
    Grade.UNKNOWN: ("?", "not known"),
}
"""A sign and a word: colour says nothing to some readers, and a sign alone to others."""

_LONGEST_LINE = 500
_LONGEST_RECORD = 400
"""A record may be longer; what is wrong with it, the line says."""


def papers_blocks(papers: Papers) -> list[Block]:
    """Show a domain's papers: each in a line, the record, and what to publish."""
    pieces = [rich_text(f"What the records of {clean(papers.domain)} say", bold=True)]
    for each in papers.papers:
        pieces += [rich_text("\n"), *_line(each)]
        if record := clean(", ".join(each.record.splitlines()), _LONGEST_RECORD).strip():
            pieces += [rich_text("\n"), rich_text(record, code=True)]
        if publish := clean(each.publish, _LONGEST_LINE).strip():
            pieces += [rich_text("\nTo publish: "), rich_text(publish, code=True)]
    return [rich(pieces)]


def _line(paper: Paper) -> list[Block]:
    mark, word = _MARKS[paper.grade]
    return [
        rich_text(f"{mark} "),
        rich_text(clean(paper.title), bold=True),
        rich_text(f" ({word}): {clean(paper.line, _LONGEST_LINE)}"),
    ]
