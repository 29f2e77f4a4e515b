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
    pieces: list[Block] = []
    lines = [[rich_text(f"What the records of {clean(papers.domain)} say", bold=True)]]
    for each in papers.papers:
        lines.append(_line(each))
        if record := clean(each.record, _LONGEST_RECORD).strip():
            pieces += [_together(lines), *preformatted(record)["elements"]]
            lines = []
        if publish := clean(each.publish, _LONGEST_LINE).strip():
            lines.append([rich_text("To publish: "), rich_text(publish, code=True)])
    if lines:
        pieces.append(_together(lines))
    return [{"type": "rich_text", "elements": pieces}]


def _line(paper: Paper) -> list[Block]:
    mark, word = _MARKS[paper.grade]
    return [
        rich_text(f"{mark} "),
        rich_text(clean(paper.title), bold=True),
        rich_text(f" ({word}): {clean(paper.line, _LONGEST_LINE)}"),
    ]


def _together(lines: list[list[Block]]) -> Block:
    """Make one section: two that follow each other would run into one line."""
    elements = [*lines[0]]
    for each in lines[1:]:
        elements += [rich_text("\n"), *each]
    section: Block = rich(elements)["elements"][0]
    return section
