"""A test's details, for admins: conversation, certificates, the settings' revision. Pure."""

from datetime import UTC, datetime
from itertools import accumulate

from bot.slack.mailtest.later import Arrival, Later
from bot.slack.mailtest.view import Test
from bot.slack.words import (
    Block,
    actions,
    button,
    clean,
    context,
    modal,
    preformatted,
    section,
    span,
)
from bot.smtp.handout import handout, spoken, tls_lines
from bot.smtp.transcript import Transcript

_PIECE = 2800
"""Characters of foreign text in one block."""
_PIECES = 9
"""Blocks of one foreign text."""
_HEAVIEST = 6600
"""Bytes of JSON for each of these blocks: beside a whole message, two such texts stay below a
view's 250 kB. A letter outside ASCII takes six, an emoji twelve."""


def details(
    test: Test, transcript: Transcript, *, at: datetime | None, run_id: str = ""
) -> list[Block]:
    """Show admins everything: the conversation, the certificates, the settings' revision.

    The certificates' days are counted from the test's end, *at*, where it is known. With *run_id*
    all of it can be had as one text.
    """
    revision = f"revision {test.revision}" if test.revision else "what stood in the form"
    if not test.from_form and not test.revision:
        revision = "the operator's default"
    server = f"{transcript.host}:{transcript.port}" if transcript.host else "none"
    facts = [f"Server: {server}", f"Settings: {revision}"]
    if transcript.address:
        facts.append(f"Address: {transcript.address}")
    if transcript.mechanism:
        facts.append(f"Sign-in mechanism: {transcript.mechanism}")
    if transcript.queue_id:
        facts.append(f"Queue id: {transcript.queue_id}")
    if transcript.message_id:
        facts.append(f"Message-ID: {transcript.message_id}")
    blocks = [section("*Details, for admins*"), preformatted(clean("\n".join(facts)))]
    if run_id:
        copy = button("Copy for the mail team", "copy_for_mail_team", value=run_id)
        blocks.append(actions(copy, block_id="details"))
    if transcript.tls is not None:
        lines = "\n".join(tls_lines(transcript.tls, at))
        blocks += [section("*TLS and certificates*"), *_pieces(lines, _PIECES)]
    if transcript.lines:
        said = "\n".join(spoken(transcript.lines))
        blocks += [section("*The conversation*, without credentials"), *_pieces(said, _PIECES)]
    return blocks


def handout_view(
    test: Test, transcript: Transcript, later: Later, *, at: datetime | None, versions: str
) -> Block:
    """Show everything about a test as one text, to be copied and handed on."""
    facts = _circumstances(test, later.arrival, at=at) | {"By": versions}
    text = handout(transcript, facts, at=at)
    return modal(
        "For the mail team",
        [
            section("Select all of this, copy it, and send it to the mail team."),
            *_pieces(text, 2 * _PIECES),
            context("What signs in was taken out: it is shown as `***`."),
        ],
        callback_id="handout",
        close="Back",
    )


def _circumstances(test: Test, arrival: Arrival | None, *, at: datetime | None) -> dict[str, str]:
    arrived = ""
    if arrival is not None:
        arrived = f"{'yes' if arrival.arrived else 'no'}, somebody said {span(arrival.after)} later"
    return {
        "Protocol": test.protocol,
        "Sign-in": ("with username and password" if test.login else "anonymous")
        if test.protocol
        else "",
        "From domain": test.from_domain,
        "Recipient": test.recipient,
        "Ended": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at is not None else "",
        "Code": test.code if test.send else "",
        "Arrived": arrived,
    }


def _pieces(text: str, most: int) -> list[Block]:
    text = clean(text, _PIECE * most)
    weights = accumulate(
        1 if " " <= each <= "~" else 6 if each <= "\uffff" else 12 for each in text
    )
    fitting = sum(weight <= _HEAVIEST * most for weight in weights)
    if fitting < len(text):
        text = f"{text[: fitting - 1]}…"
    return [preformatted(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]


def _weight(letter: str) -> int:
    if letter <= "~":
        return 1
    return 6 if letter <= "\uffff" else 12
