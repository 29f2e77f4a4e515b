"""What looking further found, as people see it. Pure."""

from bot.slack.mailtest.later import Later
from bot.slack.words import Block, clean, rich, rich_text
from bot.smtp.remedy import lines

_LONGEST_LINE = 300


def survey_blocks(later: Later) -> list[Block]:
    """Show what the server's other ports answer, and what follows from it."""
    told = [clean(each, _LONGEST_LINE) for each in lines(later.survey)] if later.survey else []
    if not told and later.remedy is None:
        return []
    heading = "What we found when we looked further" if told else "What may help"
    pieces = [rich_text(heading, bold=True)]
    if later.remedy is not None:
        pieces.append(rich_text(f"\n{later.remedy.reason}"))
    return [rich([*pieces, *(rich_text(f"\n• {each}") for each in told)])]
