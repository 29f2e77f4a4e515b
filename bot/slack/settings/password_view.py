"""The views in which a new password is given, or told how. Pure."""

import json

from bot.slack.words import Block, actions, button, context, modal, plain, section

CALLBACK_ID = "password"
TITLE = "Password"


def typed_view(form_id: str) -> Block:
    """Ask for the password in Slack: where the bot has no page of its own."""
    return modal(
        TITLE,
        [
            section(
                "Slack can't hide what you type here: whoever sees your screen can read it, and "
                "it travels through Slack to this bot. It is stored sealed and never shown again."
            ),
            {
                "type": "input",
                "block_id": "new_password",
                "label": plain("New password"),
                "hint": plain(
                    "For Gmail, an app password: 16 letters, with or without its spaces."
                ),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "new_password",
                    "max_length": 1024,
                },
            },
        ],
        callback_id=CALLBACK_ID,
        submit="Use this password",
        close="Back",
        private_metadata=json.dumps({"form": form_id}),
    )


def link_view(address: str) -> Block:
    """Lead to the one-time page."""
    return modal(
        TITLE,
        [
            section(
                "Passwords are typed on a page of this bot, not in Slack. The link works once, "
                "for ten minutes, and only for this form. Please don't share it."
            ),
            actions(
                button("Open the password page", "open_password_page", style="primary")
                | {"url": address},
                block_id="password_page",
            ),
            context("When you are done there, come back here and choose Back."),
        ],
        callback_id="password_link",
        close="Back",
    )


def given_view() -> Block:
    """Say in Slack that a password was given."""
    return said_view(
        ":white_check_mark: The new password was given. Choose Back: it is stored when "
        "you save, or used when you send a test message."
    )


def said_view(text: str) -> Block:
    """Say only this, on top of the form."""
    return modal(TITLE, [section(text)], callback_id="password_link", close="Back")
