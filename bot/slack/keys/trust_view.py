"""The views in which an admin trusts the certificate that a server showed. Pure."""

import json

from bot.slack.keys.kept import Kept
from bot.slack.keys.view import MOST_SHOWN, certificate_lines, fingerprint
from bot.slack.words import Block, actions, button, code, context, modal, section
from bot.smtp.transcript import Certificate

TITLE = "Trust certificate"
_MOST_NAMES = 10


def trust_view(run_id: str, leaf: Certificate, *, host: str, port: int) -> Block:
    """Show the certificate, and ask for the one check that nobody but a person can make."""
    names = ", ".join(leaf.names[:_MOST_NAMES]) or "none"
    more = len(leaf.names) - _MOST_NAMES
    lines = certificate_lines(leaf)
    lines.insert(1, f"Names: {code(names, MOST_SHOWN)}" + (f" and {more} more" if more > 0 else ""))
    return modal(
        TITLE,
        [
            section(
                f"{code(f'{host}:{port}')} showed this certificate, and no authority that this "
                "computer trusts vouches for it:"
            ),
            section("\n".join(lines)),
            section(
                ":warning: *First compare the SHA-256 fingerprint with whoever runs the mail "
                "server*, by another way: on the phone, or face to face. Anybody on the way "
                "between this bot and the server could show a certificate of their own. If you "
                "trusted that one, they would get the password and read the mail."
            ),
            context(
                f"Only this certificate is trusted, and only for {code(host)}. Its dates and names "
                "are checked as ever. When the server gets another one, no mail goes out until you "
                "trust that."
            ),
        ],
        callback_id="key_trust",
        submit="Trust",
        close="Cancel",
        private_metadata=json.dumps({"run": run_id}),
    )


def trusted_view(kept: Kept) -> Block:
    """Say what was done, what that means, and lead to the settings."""
    key = kept.key
    lines = [
        f":white_check_mark: *This certificate is trusted for* {code(key.host)}",
        f"Kept as the SSL key {code(key.name)}",
        f"SHA-256: {code(fingerprint(key.leaf.sha256))}",
    ]
    if kept.used:
        blocks = [
            section("\n".join(lines)),
            context("The mail settings use it already: test again."),
        ]
        return modal(TITLE, blocks, callback_id="key_said", close="Close")
    return modal(
        TITLE,
        [
            section("\n".join(lines)),
            section(
                "It is used once it is chosen as “SSL key” in the mail settings and saved. A "
                "stored password serves only the server and SSL key that it was given for, so it "
                "must be given again there."
            ),
            actions(
                button(
                    "Choose it in the mail settings", "choose_key", value=kept.id, style="primary"
                ),
                block_id="choose_key",
            ),
        ],
        callback_id="key_said",
        close="Close",
    )
