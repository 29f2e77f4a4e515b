"""SSL keys on screen: the list, and the views on top of it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.slack.keys.kept import MOST_KEYS, Kept, in_use
from bot.slack.keys.place import Place
from bot.slack.words import (
    Block,
    button,
    code,
    context,
    escape,
    mention,
    modal,
    plain,
    section,
)
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind
from bot.smtp.transcript import Certificate

TITLE = "SSL keys"
ENDS_SOON = timedelta(days=21)
MOST_SHOWN = 160
"""Characters of what a certificate states: escaped, three such texts fit into one section."""
_MOST_DIVIDED = 40
"""With more keys there is no line between them: a view has a hundred blocks."""


def keys_view(keys: Sequence[Kept], *, sealed: int = 0, form: str, now: datetime) -> Block:
    """List the SSL keys; *form* is the settings' form under the list, if any.

    *sealed*: how many there are besides that can't be opened.
    """
    intro = section(
        "A *client key* shows a mail server who we are, where it asks for a certificate. A "
        "*trusted certificate* takes the place of the public authorities, for a server that has "
        "an authority of its own. Either is used once it is chosen as “SSL key” in the mail "
        "settings."
    )
    full = len(keys) >= MOST_KEYS
    if not full:
        intro["accessory"] = button("Upload", "upload_key", style="primary")
    blocks = [intro]
    if full:
        blocks.append(context(f"{MOST_KEYS} SSL keys are the most: to upload one, delete another."))
    if not keys and not sealed:
        blocks.append(context("There are no SSL keys yet."))
    if sealed:
        which = "A key" if sealed == 1 else f"{sealed} keys"
        blocks.append(
            context(
                f":warning: {which} that can't be opened: this bot's keyring doesn't fit. "
                "Ask whoever runs this bot."
            )
        )
    for each in keys:
        if len(keys) <= _MOST_DIVIDED:
            blocks.append({"type": "divider"})
        blocks.append(_entry(each, now=now))
    return modal(
        TITLE,
        blocks,
        callback_id="ssl_keys",
        close="Back" if form else "Close",
        private_metadata=Place(form=form).dump(),
    )


def _entry(kept: Kept, *, now: datetime) -> Block:
    options = [
        {"text": plain(label), "value": f"{deed}:{kept.id}"}
        for deed, label in (("rename", "Rename"), ("replace", "Replace"), ("delete", "Delete"))
    ]
    menu: Block = {"type": "overflow", "action_id": "key_menu", "options": options}
    return key_facts(kept, now=now) | {"block_id": f"key-{kept.id}", "accessory": menu}


def key_facts(kept: Kept, *, now: datetime) -> Block:
    """Show one SSL key: what it states, and where it is used."""
    key = kept.key
    use = "used as “SSL key” in the mail settings" if kept.used else "not used"
    lines = [
        f"*{escape(key.name)}*",
        f"{_kind(key)}, {use}",
        *certificate_lines(key.leaf),
    ]
    if (more := len(key.chain) - 1) > 0:
        lines.append(f"and {more} more certificate{'s' if more > 1 else ''} of its chain")
    if warning := _warning(key.leaf, now=now):
        lines.append(f":warning: {warning}")
    day = f"<!date^{int(kept.changed_at.timestamp())}^{{date_long}}|{kept.changed_at:%-d %B %Y}>"
    lines.append(f"Last changed by {mention(kept.changed_by)} on {day}")
    return section("\n".join(lines))


def _kind(key: SSLKey) -> str:
    if key.host:
        return f"{key.kind.label.capitalize()}, for {code(key.host)} alone"
    return key.kind.label.capitalize()


def certificate_lines(leaf: Certificate) -> list[str]:
    """Say in mrkdwn what a certificate states; nothing of it is live."""
    return [
        f"Subject: {code(leaf.subject, MOST_SHOWN)}",
        f"Issuer: {code(leaf.issuer, MOST_SHOWN)}",
        f"SHA-256: {code(fingerprint(leaf.sha256))}",
        f"Valid from {leaf.not_before:%-d %B %Y} to {leaf.not_after:%-d %B %Y}",
    ]


def fingerprint(sha256: str) -> str:
    """Write a fingerprint as OpenSSL and most programs do."""
    return ":".join(sha256[at : at + 2] for at in range(0, len(sha256), 2)).upper()


def _warning(leaf: Certificate, *, now: datetime) -> str:
    left = leaf.not_after - now
    if left <= timedelta(0):
        return "It has ended: mail servers don't take it any more. Replace it."
    if left < ENDS_SOON:
        days = left.days
        when = "today" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"
        return f"It ends {when}. Replace it before then."
    return ""


def rename_view(place: Place, kept: Kept) -> Block:
    """Ask for another name."""
    return modal(
        "Rename SSL key",
        [name_field(place, kept.key.name)],
        callback_id="key_rename",
        submit="Rename",
        close="Back",
        private_metadata=place.dump(),
    )


def delete_view(place: Place, kept: Kept, *, now: datetime) -> Block:
    """Ask whether a key is to be deleted, or say why it can't be."""
    if kept.used:
        return said_view(in_use(kept))
    facts = key_facts(kept, now=now)
    what = "private key and certificate are" if kept.key.kind is SSLKeyKind.CLIENT else "it is"
    return modal(
        "Delete SSL key?",
        [
            section(f"Once deleted, {what} gone for good: only your own copy can bring it back."),
            facts,
        ],
        callback_id="key_delete",
        submit="Delete",
        close="Back",
        private_metadata=place.dump(),
    )


def stored_view(kept: Kept, *, left: str, now: datetime) -> Block:
    """Say what was stored, and what is to be done with it."""
    blocks = [section(":white_check_mark: *Stored, sealed.*"), key_facts(kept, now=now)]
    if not kept.used:
        blocks.append(context("It is used once it is chosen as “SSL key” in the mail settings."))
    if left:
        blocks.append(section(left))
    return modal(TITLE, blocks, callback_id="key_said", close="Back")


def said_view(text: str, *, close: str = "Back") -> Block:
    """Say only this, in mrkdwn."""
    return modal(TITLE, [section(text)], callback_id="key_said", close=close)


def name_field(place: Place, name: str) -> Block:
    """Draw the field in which a key is named."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": "name",
        "max_length": LONGEST_NAME,
        "placeholder": plain("Client key of Acme"),
    }
    if name:
        element["initial_value"] = name
    return {
        "type": "input",
        "block_id": place.block_id("name"),
        "label": plain("Name"),
        "element": element,
    }
