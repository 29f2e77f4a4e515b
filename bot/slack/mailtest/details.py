"""A test's details, for admins: conversation, certificates, the settings' revision. Pure."""

from bot.slack.mailtest.view import Test
from bot.slack.words import Block, clean, preformatted, section
from bot.smtp.transcript import Transcript

_PIECE = 2800
"""Characters of foreign text in one block."""
_PIECES = 9
"""Blocks of one foreign text. Two such texts stay below a view's 250 kB, whatever their letters."""


def details(test: Test, transcript: Transcript) -> list[Block]:
    """Show admins everything: the conversation, the certificates, the settings' revision."""
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
    if transcript.tls is not None:
        tls = transcript.tls
        lines = [
            f"{tls.version or 'no version agreed'}, {tls.cipher or 'no cipher agreed'}, "
            + ("verified" if tls.verified else "not verified, so nothing was sent")
        ]
        for each in tls.chain:
            lines += [
                f"subject {each.subject}",
                f"  names  {', '.join(each.names) or '-'}",
                f"  issuer {each.issuer}",
                f"  valid  {each.not_before:%Y-%m-%d} to {each.not_after:%Y-%m-%d}",
                f"  SHA-256 {each.sha256}",
            ]
        blocks += [section("*TLS and certificates*"), *_pieces("\n".join(lines))]
    if transcript.lines:
        said = "\n".join(
            f"{each.milliseconds:7.0f} ms {'C:' if each.sent else 'S:'} {each.text}"
            for each in transcript.lines
        )
        blocks += [section("*The conversation*, without credentials"), *_pieces(said)]
    return blocks


def _pieces(text: str) -> list[Block]:
    text = clean(text, _PIECE * _PIECES)
    return [preformatted(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
