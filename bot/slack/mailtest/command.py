"""What stands after `/mailtest`. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from bot.slack.words import clean, escape
from bot.smtp.address import InvalidAddress, parse_address

HELP = (
    "*Test messages* show whether mail from this workspace works.\n"
    "• `/mailtest name@example.com` sends a test message and posts each stage in this channel\n"
    "• `/mailtest` sends it to your own address in Slack\n"
    "• `/mailtest --no-send name@example.com` asks the server whether it would take the mail, "
    "and sends nothing\n"
    "• `/mailtest confirm 4821` says that the message with this code arrived, as “It arrived” "
    "under the test does\n"
    "• `/mailtest help` shows this text, to you alone\n"
    "The address and the result can be read by everyone in the channel. An admin decides in "
    "`/mailsettings` who can send test messages; five a minute for a person and thirty an hour "
    "for a workspace are let through."
)
_NO_SEND = {"--no-send", "—no-send", "–no-send", "--nosend", "-no-send"}  # noqa: RUF001  # phones type dashes
_WORD_LIMIT = 80


class Usage(ValueError):
    """Not a command that we know. The text is for the person, in mrkdwn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for."""

    recipient: str | None
    """None: the caller's own address in Slack."""
    send: bool = True
    help: bool = False
    confirm: str = ""
    """The code of a message that arrived; empty: a test is asked for."""


def parse(text: str) -> Request:
    """Read the words after `/mailtest`, escaped by Slack (`should_escape`). Raises Usage."""
    text = _typed(text)
    words = text.split()
    if [word.lower() for word in words] == ["help"]:
        return Request(recipient=None, help=True)
    if text.strip().lower().startswith("confirm") and "@" not in text:
        return Request(recipient=None, confirm=_code(text))
    addresses = [word for word in words if word.lower() not in _NO_SEND]
    send = len(addresses) == len(words)
    if len(words) - len(addresses) > 1 or len(addresses) > 1:
        raise Usage(_usage(text, "Give one address, and nothing else."))
    if not addresses:
        return Request(recipient=None, send=send)
    try:
        return Request(recipient=parse_address(addresses[0]), send=send)
    except InvalidAddress as invalid:
        raise Usage(_usage(text, str(invalid))) from None


def _code(text: str) -> str:
    """Return the four digits of a code, whatever stands around and between them. Raises Usage."""
    rest = unicodedata.normalize("NFKC", text.strip()[len("confirm") :]).lower()
    digits = "".join(each for each in rest if each in "0123456789")
    words = set(re.findall(r"[^\W\d_]+", rest))
    if len(digits) != 4 or not words <= {"the", "code", "is"}:
        raise Usage(
            f"Nothing was confirmed. Give the code of the test message: four digits, which stand "
            f"in its subject and text.\nYou typed: {_shown(text)}\n"
            "The right form is `/mailtest confirm 4821`; `/mailtest help` says more."
        )
    return digits


def _typed(text: str) -> str:
    # The ampersand last, so that a typed "&lt;" stays one.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _usage(text: str, why: str) -> str:
    return (
        f"Nothing was sent. {why}\nYou typed: {_shown(text)}\n"
        "The right form is `/mailtest name@example.com`; `/mailtest help` says more."
    )


def _shown(text: str) -> str:
    # Backticks have no escape in mrkdwn, so what was typed is shown without them.
    return escape(clean(text, _WORD_LIMIT).replace("`", "").replace("\n", " "))
