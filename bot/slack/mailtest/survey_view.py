"""What looking further found, as people see it. Pure."""

from bot.slack.mailtest.later import Later
from bot.slack.words import Block, clean, rich, rich_text
from bot.smtp.remedy import lines

_LONGEST_LINE = 300


def survey_blocks(later: Later) -> list[Block]:
    """Show what the server's other ports answer, and what follows from it."""
    told = [clean(each, _LONGEST_LINE) for each in lines(later.survey)] if later.survey else []
    if later.remedy is not None:
        told.append(later.remedy.reason)
    if not told:
        return []
    return [
        rich(
            [
                rich_text("What we found when we looked further", bold=True),
                *(rich_text(f"\n• {each}") for each in told),
            ]
        )
    ]
