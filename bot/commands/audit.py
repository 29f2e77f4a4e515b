"""`mailsettings audit`: who did what, and whether the log is whole."""

import json
import os
from datetime import UTC

from bot.commands.console import Console, Stop
from bot.commands.workspace import choose
from bot.slack.history import Happening, History
from bot.vault import Vault
from storage.errors import BrokenChain, InvalidEnvelope


def show(
    vault: Vault, console: Console, *, workspace: str | None, limit: int, as_json: bool
) -> int:
    """Show the newest entries of a workspace, the newest first. Raises Stop, StorageError."""
    team_id = choose(vault, workspace)
    happenings = History(vault=vault).read(team_id, limit) if team_id else ()
    if as_json:
        console.document([_document(each) for each in happenings])
        return os.EX_OK
    for happening in happenings:
        each = happening.entry
        at = each.at.astimezone(UTC)
        known = {key: value for key, value in each.detail.items() if value is not None}
        detail = " ".join(f"{key}={_short(value)}" for key, value in known.items())
        console.say(
            f"{each.number:>5}  {at:%Y-%m-%d %H:%M:%S}Z  {each.actor}  {each.action}  {detail}"
        )
        for change in happening.changes:
            if change.after is not None:
                before = "" if change.before is None else f"{_line(change.before)} → "
                console.say(f"       {change.label}: {before}{_line(change.after)}")
    if not happenings:
        console.say("Nothing has been written down yet.")
    return os.EX_OK


def verify(vault: Vault, console: Console) -> int:
    """Tell whether every entry is as it was written. Raises Stop when not, StorageError."""
    try:
        vault.audit.verify()
    except (BrokenChain, InvalidEnvelope) as problem:
        raise Stop(
            f"{problem} Somebody changed the database outside this program: compare it with a "
            "backup.",
            os.EX_UNAVAILABLE,
        ) from problem
    console.say("The audit log is whole: every entry is as it was written.")
    return os.EX_OK


def _document(happening: Happening) -> dict[str, object]:
    entry = happening.entry
    return {
        "number": entry.number,
        "workspace": entry.workspace,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "detail": dict(entry.detail),
        "hash": entry.hash,
        "changes": [
            {"field": each.field, "before": each.before, "after": each.after}
            for each in happening.changes
        ],
    }


def _line(value: str) -> str:
    # A value must not look like another line of the log.
    return " ".join(value.split())


def _short(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
