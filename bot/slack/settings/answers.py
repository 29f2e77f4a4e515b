"""What the modal says after Save: what changed, that nothing did, or who was quicker. Pure."""

from collections.abc import Set as AbstractSet

from bot.slack.changes import shown_value
from bot.slack.settings.elements import MAXIMUM_LENGTH
from bot.slack.settings.form import Form
from bot.slack.settings.view import TITLE, metadata
from bot.slack.words import (
    Block,
    actions,
    button,
    clean,
    context,
    escape,
    mention,
    modal,
    moment,
    plain,
    section,
    sections,
)
from bot.smtp.settings import LABELS, Configuration, MailSettings, changed_fields
from storage.records import Record


def saved_view(
    form: Form,
    before: MailSettings,
    after: MailSettings,
    *,
    first: bool,
    unused: bool,
    again: bool = False,
) -> Block:
    """Say what was saved, and offer a test of it.

    *unused*: a new password was not saved. *again*: a test in a channel follows.
    """
    lines = []
    for name in changed_fields(before, after):
        if name == "password":
            state = "removed" if after.password is None else "stored, sealed"
            lines.append(f"• *{LABELS[name]}*: {state}")
            continue
        new = escape(shown_value(after, name))
        old = "" if first else f" (was: {escape(shown_value(before, name))})"
        lines.append(f"• *{LABELS[name]}*: {new}{old}")
    blocks = sections([":white_check_mark: *Saved.*", *lines])
    if again:
        blocks.append(section("The test that led here runs again now, in its channel."))
    if unused:
        blocks.append(
            context("The new password was not stored: it belongs to Custom. Give it there again.")
        )
    if not after.notifications:
        blocks.append(context("Email notifications are off: nothing is sent but tests."))
    if (
        after.configuration is Configuration.CUSTOM
        and not after.anonymous
        and after.usable_password is None
    ):
        blocks.append(
            section(
                ":warning: The password for this server is still missing. The operator of this "
                "bot sets it with `mailsettings settings set-password`."
            )
        )
    return _after(form, blocks)


def unchanged_view(form: Form) -> Block:
    """Say that there was nothing to save, and offer a test."""
    return _after(form, [section("Nothing was changed: the form holds what is already saved.")])


def _after(form: Form, blocks: list[Block]) -> Block:
    address = str(form.values["test_address"])
    element: Block = {
        "type": "email_text_input",
        "action_id": "test_address",
        "placeholder": plain("name@example.com"),
    }
    if address:
        element["initial_value"] = address
    test: list[Block] = [
        {"type": "divider"},
        {
            "type": "input",
            "block_id": form.block_id("test_address"),
            "label": plain(LABELS["test_address"]),
            "element": element,
            "optional": True,
        },
        actions(button("Send test message", "send_test", style="primary"), block_id="test"),
    ]
    return modal(
        TITLE,
        blocks + test,
        callback_id="mail_settings_saved",
        submit="Done",
        close="Close",
        private_metadata=metadata(form),
    )


def conflict_notice(
    form: Form, saved: Record[MailSettings] | None, fields: AbstractSet[str]
) -> str:
    """Say who changed what while the form was open, and what stands in both now."""
    if saved is None:
        return (
            "*The settings were deleted while this form was open.* Nothing was saved yet and what "
            "you typed is still here: choose Save again to store it."
        )
    ordered = [name for name in LABELS if name in fields]
    lines = [
        f"• {LABELS[name]}: saved now “{escape(shown_value(saved.value, name))}”"
        + (f", in this form “{_typed(form, name)}”" if name in _COMPARED else "")
        for name in ordered
    ]
    who, when = mention(saved.changed_by), moment(saved.changed_at)
    begin = (
        f"*{who} saved other settings on {when}, while this form was open.* "
        "Nothing was overwritten, and what you typed is still here."
    )
    end = "Compare, then choose Save again to store this form, or Cancel to keep the other."
    return "\n".join([begin, *lines, end])


def _typed(form: Form, name: str) -> str:
    # A field for a mail address has no limit of its own.
    return escape(clean(str(form.values[name]), MAXIMUM_LENGTH))


_COMPARED = frozenset(
    {"host", "port", "username", "from_address", "sender_name", "reply_to", "helo_name"}
)
