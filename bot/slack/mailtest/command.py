"""What stands after `/mailtest`. Pure."""

from dataclasses import dataclass

from bot.slack.words import clean, escape
from bot.smtp.address import InvalidAddress, parse_address

HELP = (
    "*Test messages* show whether mail from this workspace works.\n"
    "• `/mailtest name@example.com` sends a test message and posts each stage in this channel\n"
    "• `/mailtest` sends it to your own address in Slack\n"
    "• `/mailtest --no-send name@example.com` asks the server whether it would take the mail, "
    "and sends nothing\n"
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


def parse(text: str) -> Request:
    """Read the words after `/mailtest`, escaped by Slack (`should_escape`). Raises Usage."""
    text = _typed(text)
    words = text.split()
    if [word.lower() for word in words] == ["help"]:
        return Request(recipient=None, help=True)
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


def _typed(text: str) -> str:
    # The ampersand last, so that a typed "&lt;" stays one.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _usage(text: str, why: str) -> str:
    # Backticks have no escape in mrkdwn, so what was typed is shown without them.
    typed = escape(clean(text, _WORD_LIMIT).replace("`", "").replace("\n", " "))
    return (
        f"Nothing was sent. {why}\nYou typed: {typed}\n"
        "The right form is `/mailtest name@example.com`; `/mailtest help` says more."
    )
