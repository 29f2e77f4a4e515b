"""Sentences and Block Kit pieces that features share. Pure; the one place that escapes."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Block = dict[str, Any]

ADMINS_ONLY = (
    "Only this workspace's owners and admins can change mail settings. "
    "Ask one of them; the workspace's member directory shows who they are."
)
SLACK_SILENT = (
    "Slack didn't tell us who you are, so nothing was changed. This is usually over in a minute: "
    "please try again."
)
OTHER_WORKSPACE = (
    "This bot works for workspaces that have installed it. "
    "People from other organisations can't use it, also in shared channels."
)
OPERATOR = "operator"
"""Stands in records where a person at the command line acted, not a Slack user."""

_SPACES = {"\n", "\t"}
_LONGEST_SECTION = 3000
"""Characters (docs.slack.dev/reference/block-kit/blocks/section-block)."""


def clean(text: str, limit: int = 2000) -> str:
    """Return foreign *text* without control, bidirectional and invisible characters, cut short."""
    kept = "".join(
        each
        for each in text
        if each in _SPACES or unicodedata.category(each) not in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
    )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def escape(text: str) -> str:
    """Return *text* so that Slack's mrkdwn shows no mention, link or command of it as live.

    https://docs.slack.dev/messaging/formatting-message-text: `&`, `<` and `>` are all there is.
    `*`, `_`, `~` and backticks have no escape: foreign text goes to `plain` or `rich` instead.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = 300) -> str:
    """Write one line of foreign *text* as code in mrkdwn: nothing within is live."""
    line = " ".join(clean(text, limit).split()).replace("`", "'")
    return f"`{escape(line) or '-'}`"


def mention(user_id: str) -> str:
    """Name a user so that Slack shows the person's name (in mrkdwn)."""
    return "the operator" if user_id == OPERATOR else f"<@{escape(user_id)}>"


def moment(at: datetime) -> str:
    """Name a moment so that Slack shows it in the reader's own time zone (in mrkdwn)."""
    fallback = at.astimezone(UTC).strftime("%-d %B %Y, %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_long_pretty}} at {{time}}|{fallback}>"


def plain(text: str) -> Block:
    """Make a text object in which nothing is live."""
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: str) -> Block:
    """Make a section of mrkdwn that we wrote; foreign parts are escaped by the caller."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def sections(lines: Iterable[str]) -> list[Block]:
    """Make as few sections as hold *lines*, each of which fits into one."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < _LONGEST_SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(each) for each in texts]


def context(text: str) -> Block:
    """Make a line of small print, in mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def button(text: str, action_id: str, *, value: str = "", style: str = "") -> Block:
    """Make a button."""
    element: Block = {"type": "button", "action_id": action_id, "text": plain(text)}
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    return element


def actions(*elements: Block, block_id: str) -> Block:
    """Make a row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def rich(*sections: Sequence[Block]) -> Block:
    """Make a rich text block with a line for each of *sections*: nothing in it is live."""
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": list(elements)} for elements in sections
        ],
    }


def rich_text(text: str, **style: bool) -> Block:
    """Make a piece of rich text, taken to the letter by Slack."""
    element: Block = {"type": "text", "text": text}
    return element | {"style": style} if style else element


def rich_person(user_id: str) -> Block:
    """Name a user in rich text, so that Slack shows the person's name."""
    if user_id == OPERATOR:
        return rich_text("the operator")
    return {"type": "user", "user_id": user_id}


def rich_emoji(name: str) -> Block:
    """Make an emoji in rich text, by its short code."""
    return {"type": "emoji", "name": name}


def preformatted(text: str) -> Block:
    """Make a block of foreign text in fixed width, taken to the letter by Slack."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [rich_text(text)]}],
    }


def modal(title: str, blocks: list[Block], *, callback_id: str, **more: Any) -> Block:  # noqa: ANN401  # JSON
    """Make a modal; *more* has submit, close, private_metadata."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "blocks": blocks,
    }
    for name, value in more.items():
        view[name] = plain(value) if name in {"submit", "close"} else value
    return view


def notice(title: str, text: str) -> Block:
    """Make a modal that only says something."""
    return modal(title, [section(text)], callback_id="notice", close="Close")


def span(time: timedelta) -> str:
    """Say how long something took, in its largest unit."""
    seconds = max(0, int(time.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second") if seconds else "less than a second"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def listed(names: Sequence[str]) -> str:
    """Join *names* as a sentence does: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
