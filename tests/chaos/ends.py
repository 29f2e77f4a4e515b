"""How a test ends in a channel, read from its messages."""

import re
from collections.abc import Iterator
from typing import Any

ENDS = {
    "accepted": r"accepted the message for (\S+) in ",
    "unknown": r"^Unknown: .* may have accepted the message for (\S+)$",
    "interrupted": r"^The test message to (\S+) was interrupted$",
}
"""How a test with a healthy server may end."""
UNDER_WAY = r"^Testing mail to (\S+) \.\.\.$"


def ends(messages: list[Any]) -> Iterator[tuple[str, str, Any]]:
    """Give how tests ended, for whom, and in which message."""
    for message in messages:
        for how, words in ENDS.items():
            if message.by_bot and (found := re.search(words, message.text)):
                yield how, found[1], message
