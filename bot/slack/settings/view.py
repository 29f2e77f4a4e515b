"""The modal of mail settings: a form's values in, Block Kit out. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.slack.settings.elements import (
    box,
    choice,
    email_input,
    field_input,
    from_address,
    port_input,
    text_input,
    with_choice,
)
from bot.slack.settings.form import Form
from bot.slack.settings.key_options import key_options
from bot.slack.settings.suggestion_view import suggestion_blocks
from bot.slack.words import (
    Block,
    actions,
    button,
    context,
    escape,
    mention,
    modal,
    moment,
    plain,
    section,
    sections,
)
from bot.smtp.providers import PROVIDERS
from bot.smtp.settings import LABELS, Configuration, TestPolicy, TLSMode
from bot.smtp.ssl_keys import SSLKey

CALLBACK_ID = "mail_settings"
TITLE = "Mail settings"
_PROVIDER_OPTIONS = [choice(each.label, each.id) for each in PROVIDERS.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the modal shows beside the form: facts that the person can't type."""

    default_server: str
    """`host:port` of the operator's mail service, empty where there is none."""
    password_set_by: str = ""
    """A user id, empty: no password is stored."""
    password_set_at: datetime | None = None
    password_waits: bool = False
    """A new password was given in this form and waits for Save."""
    password_way: bool = True
    """A password can be given from Slack; else only the operator can, at the command line."""
    keys: Mapping[str, SSLKey | None] = field(default_factory=dict)
    """The workspace's SSL keys by their ids, in the order in which they are shown; None: one that
    can't be opened."""


def draw(form: Form, around: Surroundings) -> Block:
    """Draw the modal for *form*."""
    blocks: list[Block] = []
    if form.notice:
        blocks += sections(f":information_source: {form.notice}".split("\n"))
    blocks += _field(form, box(form, "notifications", "Send email from this workspace"))
    blocks += _field(form, _configuration(form, around))
    if form.custom:
        blocks += _custom(form, around)
    elif around.default_server:
        blocks.append(context(f"Mail goes through {escape(around.default_server)}."))
    else:
        blocks.append(
            context(
                ":warning: The operator of this bot offers no mail service any more, so no mail "
                "can be sent. Choose Custom and fill in your own server."
            )
        )
    blocks += _field(form, text_input(form, "sender_name", placeholder="Acme Team", optional=True))
    blocks += _field(
        form,
        email_input(form, "reply_to", optional=True)
        | {"hint": plain("Where answers go, if not to the From address.")},
    )
    label, value = ("Fewer options", "fewer") if form.more else ("More options", "more")
    blocks.append(actions(button(label, "more", value=value), block_id="options"))
    if form.more:
        blocks += _more(form)
    blocks.append({"type": "divider"})
    blocks += _field(form, email_input(form, "test_address", optional=True))
    blocks.append(actions(button("Send test message", "send_test"), block_id="test"))
    blocks.append(context("Tests what stands in this form, saved or not."))
    return modal(
        TITLE,
        blocks,
        callback_id=CALLBACK_ID,
        submit="Save",
        close="Cancel",
        private_metadata=metadata(form),
    )


def metadata(form: Form) -> str:
    """Return what goes through Slack beside the fields: ids and the revision, no value."""
    known = {"form": form.id, "revision": form.revision}
    return json.dumps(known | {"again": form.again} if form.again else known)


def _field(form: Form, block: Block) -> list[Block]:
    name = block["element"]["action_id"]
    complaint = form.complaints.get(name)
    return [block] if complaint is None else [block, context(f":warning: {escape(complaint)}")]


def _custom(form: Form, around: Surroundings) -> list[Block]:
    blocks = _field(form, _provider(form))
    provider = PROVIDERS.get(form.values["provider"])
    if provider is not None and provider.requirements:
        sentences = (*provider.requirements, provider.limits)
        needs = "\n".join(f"• {escape(each)}" for each in sentences if each)
        link = f"\n<{provider.link}|Open the provider's page>" if provider.link else ""
        blocks.append(section(f"*What {escape(provider.label)} needs*\n{needs}{link}"))
    blocks += _field(form, text_input(form, "host", placeholder="smtp.example.com"))
    blocks += _field(form, port_input(form))
    blocks += _field(form, _tls_mode(form))
    if form.values["tls_mode"] == TLSMode.NONE:
        blocks.append(
            context("Without encryption no password can be used, and others can read the mail.")
        )
    blocks += _field(form, box(form, "anonymous", "Sign in without username and password"))
    if not form.values["anonymous"]:
        hint = provider.username_hint if provider is not None else ""
        blocks += _field(form, text_input(form, "username", placeholder=hint or "name@example.com"))
        blocks += _password(form, around)
    if form.encrypted:
        blocks += _ssl_key(form, around)
    blocks += _field(form, from_address(form))
    return blocks + suggestion_blocks(form)


def _password(form: Form, around: Surroundings) -> list[Block]:
    stored = around.password_set_by and not form.password_removed
    if around.password_waits:
        state = "new password given; it is stored when you save"
    elif stored and around.password_set_at is not None:
        state = f"set by {mention(around.password_set_by)} on {moment(around.password_set_at)}"
    elif around.password_set_by and form.password_removed:
        state = "will be removed when you save"
    else:
        state = "not set"
    blocks = [section(f"*{LABELS['password']}*\n{state}")]
    buttons: list[Block] = []
    if around.password_way:
        known = stored or around.password_waits
        buttons.append(button("Change password" if known else "Set password", "change_password"))
    if stored or around.password_waits:
        buttons.append(button("Remove password", "remove_password"))
    if buttons:
        blocks.append(actions(*buttons, block_id="password"))
    if not around.password_way:
        blocks.append(
            context(
                "The operator of this bot sets the password, with "
                "`mailsettings settings set-password`."
            )
        )
    return blocks


def _ssl_key(form: Form, around: Surroundings) -> list[Block]:
    options = key_options(around.keys, chosen=form.values["ssl_key"])
    blocks: list[Block] = []
    if len(options) > 1 or "ssl_key" in form.complaints:
        element = {"type": "static_select", "action_id": "ssl_key", "options": options}
        blocks += _field(form, field_input(form, with_choice(form, element)))
    blocks.append(_manage_keys(form))
    return blocks


def _manage_keys(form: Form) -> Block:
    return actions(button("Manage SSL keys", "manage_keys", value=form.id), block_id="keys")


def _more(form: Form) -> list[Block]:
    blocks: list[Block] = []
    if form.custom:
        blocks += _field(
            form,
            text_input(form, "helo_name", placeholder="mail.example.com", optional=True)
            | {"hint": plain("The name we greet the server with. Empty: the From domain.")},
        )
    policy = {
        "type": "static_select",
        "action_id": "test_policy",
        "options": [choice(each.label, each) for each in TestPolicy],
    }
    return blocks + _field(form, field_input(form, with_choice(form, policy)))


def _configuration(form: Form, around: Surroundings) -> Block:
    options = [choice("Custom", Configuration.CUSTOM)]
    hint = "The operator of this bot offers no mail service of its own, so Custom is the only way."
    if around.default_server:
        options.insert(0, choice("Default", Configuration.DEFAULT))
        hint = "Default uses the mail service of this bot's operator; Custom uses your own."
    element = {"type": "radio_buttons", "action_id": "configuration", "options": options}
    return field_input(form, with_choice(form, element), dispatch=True) | {"hint": plain(hint)}


def _provider(form: Form) -> Block:
    element = {
        "type": "static_select",
        "action_id": "provider",
        "options": _PROVIDER_OPTIONS,
    }
    return field_input(form, with_choice(form, element), dispatch=True)


def _tls_mode(form: Form) -> Block:
    element = {
        "type": "static_select",
        "action_id": "tls_mode",
        "options": [choice(each.label, each) for each in TLSMode],
    }
    return field_input(form, with_choice(form, element), dispatch=True)
