"""The private message of `/mailsettings history`: who did what, newest first. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.slack.changes import Change
from bot.slack.deeds import (
    CONFIRMED,
    MISSED,
    SAVES,
    TESTED,
    fields_of,
    key_sentence,
    other_sentence,
    return_of,
    revision_of,
    wait_of,
)
from bot.slack.history import Happening
from bot.slack.words import (
    Block,
    actions,
    button,
    code,
    context,
    escape,
    listed,
    mention,
    moment,
    section,
    sections,
    span,
)
from bot.smtp.settings import LABELS
from bot.smtp.transcript import Stage
from storage.audit import Entry

LISTED = 10
"""So many entries are shown at most."""
_MOST_BLOCKS = 45
"""Of the 50 of a message, with room for what stands around the entries."""
_MOST_TEXT = 10_000
"""Characters of all entries together: Slack cuts or refuses longer messages."""
_LONGEST_VALUE = 60
"""Characters of a value: what is longer is cut."""
_BY_SLACK = "slack"


def history_message(happenings: Sequence[Happening], *, newest: bool) -> tuple[str, list[Block]]:
    """Return text and blocks; *newest*: these are the newest entries, and none are left out."""
    if not happenings:
        text = "Nothing was changed or tested yet." if newest else "There is nothing older."
        return text, [section(text)] + ([] if newest else [_pages(None, newest=False)])
    blocks: list[Block] = [section("*Who changed what*, newest first")]
    length, shown = 0, 0
    for each in happenings[:LISTED]:
        entry = _entry(each)
        length += sum(len(block["text"]["text"]) for block in entry)
        if shown and (length > _MOST_TEXT or len(blocks) + len(entry) > _MOST_BLOCKS):
            break
        blocks += entry
        shown += 1
    if any(each.returnable for each in happenings[:shown]):
        blocks.append(context("“Go back to this” fills the form, and saves nothing yet."))
    older = happenings[shown - 1].entry.number if shown < len(happenings) else None
    if older is not None or not newest:
        blocks.append(_pages(older, newest=newest))
    return "Who changed what", blocks


def _pages(older: int | None, *, newest: bool) -> Block:
    buttons = [] if older is None else [button("Older", "history_older", value=str(older))]
    if not newest:
        buttons.append(button("Newest", "history_newest"))
    return actions(*buttons, block_id="history_pages")


def _entry(happening: Happening) -> list[Block]:
    entry = happening.entry
    lines = [f"{moment(entry.at)}: {_who(entry.actor)} {_deed(happening)}"]
    if not _is_terse(happening):
        lines += [_change(each) for each in happening.changes]
    blocks = sections(lines)
    if number := happening.returnable:
        blocks[0]["block_id"] = f"entry-{entry.number}"
        blocks[0]["accessory"] = button("Go back to this", "go_back", value=str(number))
    return blocks


def _who(actor: str) -> str:
    return "Slack" if actor == _BY_SLACK else mention(actor)


def _deed(happening: Happening) -> str:
    entry = happening.entry
    if entry.action in SAVES:
        return _save(happening)
    if entry.action == TESTED:
        return f"tested: {result(entry)}"
    if entry.action in {CONFIRMED, MISSED}:
        came = "arrived" if entry.action == CONFIRMED else "did not arrive"
        return f"said that a test message {came}, {span(wait_of(entry))} after it was sent"
    return key_sentence(entry) or other_sentence(entry) or escape(entry.action)


def _save(happening: Happening) -> str:
    entry = happening.entry
    number = revision_of(entry)
    former, exact = return_of(entry)
    if former:
        more = "" if exact else ", with changes"
        begin = f"went back to revision {former}{more}, which made revision {number}"
    elif other := other_sentence(entry):
        begin = f"{other}, which made revision {number}"
    elif _is_terse(happening):
        begin = "changed " + escape(listed([LABELS.get(each, each) for each in fields_of(entry)]))
    else:
        begin = f"saved revision {number}"
    return begin


def _is_terse(happening: Happening) -> bool:
    """Tell whether a save's fields are named in its sentence, since their values aren't known."""
    entry = happening.entry
    known = any(each.after is not None for each in happening.changes)
    return not (known or return_of(entry)[0] or other_sentence(entry))


def _change(change: Change) -> str:
    label = f"• *{escape(change.label)}*"
    if change.after is None:
        return f"{label}: changed"
    after = code(change.after, _LONGEST_VALUE)
    if change.before is None:
        return f"{label}: {after}"
    return f"{label}: {code(change.before, _LONGEST_VALUE)} → {after}"


def result(entry: Entry) -> str:
    """Say in mrkdwn how a test ended."""
    detail: Any = entry.detail
    outcome = escape(str(detail.get("outcome")))
    stage = str(detail.get("stage") or "")
    if outcome == "failed" and stage in set(Stage):
        return f"failed at stage {Stage(stage).label}"
    return outcome
