"""The suggested server in the form: when it is wanted, how it looks, what using it does. Pure."""

import json
from typing import Any

from bot.slack.settings.form import Form
from bot.slack.words import Block, actions, button, plain, rich, rich_text
from bot.smtp.fields import parse_host, parse_port
from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import TLSMode
from bot.smtp.suggestion import Suggestion, domain_of


def wanted_for(form: Form) -> str | None:
    """Return the domain for which a server may be suggested: none is given yet, or None."""
    if not form.custom or form.values["host"]:
        return None
    return domain_of(form.values["from_address"])


def suggestion_blocks(form: Form) -> list[Block]:
    """Draw the suggestion, while it fits. Names out of the DNS are plain or rich: nothing is live.

    What it fills in stands higher up, maybe out of sight: so it says when that was done.
    """
    suggestion = form.suggestion
    if suggestion is None or suggestion.domain != domain_of(form.values["from_address"]):
        return []
    server = f"{suggestion.host}, port {suggestion.port}, {suggestion.tls_mode.label}"
    filled = _filled(suggestion)
    if form.custom and filled == {name: form.values[name] for name in filled}:
        return [{"type": "context", "elements": [plain(f"Filled in above: {server}.")]}]
    if wanted_for(form) is None:
        return []
    heading = rich_text(f"For {suggestion.domain}: ", bold=True)
    if not suggestion.usable:
        reasons = " ".join([suggestion.why, *PROVIDERS[suggestion.provider].requirements])
        return [rich([heading, rich_text("no server to use")], [rich_text(reasons)])]
    return [
        rich([heading, rich_text(server)], [rich_text(suggestion.why)]),
        actions(
            button("Use this server", "use_suggestion", value=json.dumps(filled)),
            block_id="suggestion",
        ),
    ]


def with_suggestion(form: Form, value: str) -> Form:
    """Fill in the server that a button's *value* names: the one that the person saw.

    Anything else than such a value changes nothing.
    """
    filled = _read(value)
    return form if filled is None else form.change(**filled)


def _filled(suggestion: Suggestion) -> dict[str, str]:
    return {
        "provider": suggestion.provider,
        "host": suggestion.host,
        "port": str(suggestion.port),
        "tls_mode": suggestion.tls_mode,
    }


def _read(value: str) -> dict[str, str] | None:
    try:
        said: Any = json.loads(value)
        return {
            "provider": PROVIDERS[said["provider"]].id,
            "host": parse_host(said["host"]),
            "port": str(parse_port(said["port"])),
            "tls_mode": TLSMode(said["tls_mode"]),
        }
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
