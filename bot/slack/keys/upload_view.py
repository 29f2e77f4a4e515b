"""The view in which a file is chosen as an SSL key, as often as it takes. Pure."""

from dataclasses import dataclass

from bot.slack.keys.place import Place
from bot.slack.keys.view import name_field
from bot.slack.words import Block, code, context, escape, modal, plain, section


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What stands in the view for an upload when it is drawn anew, and why it is."""

    name: str = ""
    file: str = ""
    """The name of the file that waits; empty: none does."""
    complaint: str = ""
    """In mrkdwn."""
    left: str = ""
    """What the person has to do about the file in Slack, in mrkdwn; empty: nothing."""


def upload_view(place: Place, asked: Asked, *, replaced: str = "") -> Block:
    """Ask for a file; *replaced* names the SSL key whose place it takes."""
    blocks: list[Block] = []
    if asked.complaint:
        blocks.append(section(f":warning: *Nothing was stored yet.* {asked.complaint}"))
    if asked.left:
        blocks.append(section(asked.left))
    if replaced:
        blocks.append(
            section(f"The file takes the place of {code(replaced)}, which keeps its name.")
        )
    file: Block = {
        "type": "input",
        "block_id": place.block_id("file"),
        "label": plain("File"),
        "element": {"type": "file_input", "action_id": "file", "max_files": 1},
        "optional": bool(asked.file),
        "hint": plain(
            "A client key with its certificate (PKCS#12 or PEM: .p12, .pfx, .pem), or a "
            "certificate to trust (PEM or DER: .pem, .crt, .cer, .der)."
        ),
    }
    if asked.file:
        blocks.append(
            context(f"The file {code(asked.file)} is still here: choose one only to change it.")
        )
    blocks.append(file)
    if not replaced:
        blocks.append(name_field(place, asked.name))
    blocks.append(
        {
            "type": "input",
            "block_id": place.block_id("passphrase"),
            "label": plain("Passphrase"),
            "element": {
                "type": "plain_text_input",
                "action_id": "passphrase",
                "max_length": 1024,
            },
            "optional": True,
            "hint": plain("Only where the file is protected by one."),
        }
    )
    blocks.append(
        context(
            "Slack can't hide what you type: whoever sees your screen can read it, and it travels "
            "through Slack to this bot. The passphrase opens the file, and is not kept. The file "
            "is deleted in Slack once it was read, or you are told to do that."
        )
    )
    return modal(
        "Replace SSL key" if replaced else "Upload SSL key",
        blocks,
        callback_id="key_upload",
        submit="Replace" if replaced else "Upload",
        close="Back",
        private_metadata=place.dump(),
    )


def left_in_slack(name: str, link: str) -> str:
    """Tell the uploader to delete the file, and where."""
    where = f"<{escape(link)}|Open it in Slack>" if link else "Open “Files” in Slack's sidebar"
    return (
        f":warning: *Slack doesn't let this bot delete {code(name)}.* It stays in your files in "
        f"Slack until you delete it. {where}, and choose “Delete file” from the menu beside it."
    )
