"""What can be chosen as the SSL key of a mail server, as the form names it. Pure."""

from collections.abc import Mapping

from bot.slack.words import Block, clean, plain
from bot.smtp.ssl_keys import KEY_ID, NO_KEY, SSLKey

_LONGEST_OPTION = 75
"""Characters (docs.slack.dev/reference/block-kit/composition-objects/option-object)."""


def key_options(keys: Mapping[str, SSLKey | None], *, chosen: str) -> list[Block]:
    """Return the options "None" and each of *keys*; *chosen* is among them also when deleted."""
    labels = {NO_KEY: "None"} | {key_id: key_label(key) for key_id, key in keys.items()}
    if chosen not in labels and KEY_ID.fullmatch(chosen):
        labels[chosen] = "A key that was deleted"
    return [{"text": plain(label), "value": value} for value, label in labels.items()]


def key_label(key: SSLKey | None) -> str:
    """Name *key* in a choice, "Acme (client key, until 3 May 2027)"; a long name is cut.

    None is one that can't be opened.
    """
    if key is None:
        return "A key that can't be opened"
    until = key.leaf.not_after
    facts = f" ({key.kind.label}, until {until.day} {until:%B %Y})"
    return clean(key.name, _LONGEST_OPTION - len(facts)) + facts
