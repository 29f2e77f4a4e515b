"""A domain's papers as people see them, beside the test that they are about. Pure."""

from bot.slack.words import Block, clean, preformatted, rich, rich_text
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
    title = rich_text(f"What the records of {clean(papers.domain)} say", bold=True)
    pieces: list[Block] = [*rich([title])["elements"]]
    for each in papers.papers:
        pieces += _pieces(each)
    return [{"type": "rich_text", "elements": pieces}]


def _pieces(paper: Paper) -> list[Block]:
    mark, word = _MARKS[paper.grade]
    line = [
        rich_text(f"{mark} "),
        rich_text(clean(paper.title), bold=True),
        rich_text(f" ({word}): {clean(paper.line, _LONGEST_LINE)}"),
    ]
    pieces: list[Block] = [*rich(line)["elements"]]
    if record := clean(paper.record, _LONGEST_RECORD).strip():
        pieces += preformatted(record)["elements"]
    if publish := clean(paper.publish, _LONGEST_LINE).strip():
        what = [rich_text("To publish: "), rich_text(publish, code=True)]
        pieces += rich(what)["elements"]
    return pieces
