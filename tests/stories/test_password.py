"""Giving a password in Slack, or at the command line alone; it waits for Save, and not for long."""

from datetime import timedelta
from typing import Any

import pytest

PAGE = {"MAILSETTINGS_PUBLIC_URL": "https://mail.acme.example"}
NEVER = {"MAILSETTINGS_PASSWORD_IN_SLACK": "never"}
SECRET = "pässword & <b>17</b>"

nowhere = pytest.mark.parametrize("environ", [NEVER], ids=["nowhere"])


async def test_a_password_waits_for_the_save_of_its_own_form_alone(bot: Any) -> None:
    first, second = await bot.open_settings(), await bot.open_settings()
    other = await bot.open_settings(bot.owner)
    await bot.give_password(first, SECRET)
    for modal in (second, other):
        await bot.fill(modal, password=None)
        await modal.type("Username", "team@example.com")
        await modal.press("More options")
        await modal.changed()
        assert modal.value("Password") == "not set"
        submitted = await modal.submit()
        assert "Set password" in submitted.errors["Username"]
    assert bot.parts.vault.settings.get("T1") is None


async def test_a_password_waits_for_half_an_hour_at_most(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=SECRET)
    bot.clock.ahead = timedelta(minutes=30, seconds=5)
    submitted = await modal.submit()
    assert "Set password" in submitted.errors["Username"]
    assert bot.parts.vault.settings.get("T1") is None
    await bot.give_password(modal, SECRET)
    await bot.save(modal)


async def test_a_new_password_can_be_taken_back(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=SECRET)
    await modal.press("Remove password")
    await modal.changed()
    assert modal.value("Password") == "not set"
    submitted = await modal.submit()
    assert "Set password" in submitted.errors["Username"]
    bot.clock.ahead += timedelta(seconds=2)  # later than a double click
    await bot.give_password(modal, "another")
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.password.value == "another"


async def typed_view(modal: Any) -> dict[str, Any]:
    """Return the payload of the view in which a password is typed."""
    await modal.press("Set password")
    await modal.shows("New password")
    payload: dict[str, Any] = modal.payload()
    return payload


def typed(password: Any) -> dict[str, Any]:
    entry = {"type": "plain_text_input", "value": password}
    return {"new_password": {"new_password": entry}}


def waiting(bot: Any) -> tuple[str, ...]:
    """Name the forms for which a password waits."""
    names: tuple[str, ...] = bot.parts.vault.passwords.names("T1")
    return names


async def test_what_is_no_password_is_told_under_its_field(bot: Any) -> None:
    view = await typed_view(await bot.open_settings())
    for password in ("two\nlines", "é" * 513, "", None):
        answer = await bot.admin.forge_submission(view, values=typed(password))
        assert '"response_action": "errors"' in answer.body
        assert "assword" in answer.body
    assert waiting(bot) == ()


async def test_a_password_view_of_somebody_else_is_refused(bot: Any) -> None:
    view = await typed_view(await bot.open_settings())
    answer = await bot.owner.forge_submission(view, values=typed(SECRET))
    assert "no longer open for you" in answer.body
    for person in (bot.member, bot.guest):
        answer = await person.forge_submission(view, values=typed(SECRET))
        assert "owners and admins" in answer.body
    assert waiting(bot) == ()


@pytest.mark.parametrize(
    ("environ", "way"),
    [(NEVER, "mailsettings settings set-password"), (PAGE, "Change password")],
    ids=["nowhere", "page"],
)
async def test_a_password_typed_where_that_is_not_allowed_is_not_taken(
    bot: Any, environ: dict[str, str], way: str
) -> None:
    """The view was open when the operator changed the rules; or it was forged."""
    modal = await bot.open_settings()
    view = modal.payload() | {"callback_id": "password"}
    answer = await bot.admin.forge_submission(view, values=typed(SECRET))
    assert '"response_action": "errors"' in answer.body
    assert "doesn't allow" in answer.body
    assert way in answer.body
    assert waiting(bot) == ()
    assert environ


@nowhere
async def test_where_no_password_goes_through_slack_the_form_names_the_command_line(
    bot: Any,
) -> None:
    modal = await bot.open_settings()
    assert "Set password" not in modal.buttons
    assert "mailsettings settings set-password" in modal.text()
    await bot.fill(modal, password=None)
    await modal.type("Username", "team@example.com")
    await bot.save(modal)
    assert "mailsettings settings set-password" in modal.text()
    assert bot.parts.vault.settings.get("T1").value.password is None


@nowhere
async def test_where_no_password_goes_through_slack_no_old_button_asks_for_one(
    bot: Any,
) -> None:
    modal = await bot.open_settings()
    await bot.admin.forge_action({"action_id": "change_password"}, view=modal.payload())
    message = await bot.slack.message("DUADMIN", containing="set-password")
    assert "nothing was changed" in message.shown
    bot.slack.forgive("views.push needs a trigger id")
    assert modal.depth == 1
