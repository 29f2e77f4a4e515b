"""The operator's own mail service, behind "Default"."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

LOGIN, PASSWORD = "login@example.com", "pässword-Ünsafe 17"


@pytest.fixture
def server(mail_server: Any) -> Any:
    return mail_server()


@pytest.fixture
def environ(server: Any) -> dict[str, str]:
    login = f"{quote(LOGIN)}:{quote(PASSWORD)}"
    return {
        "MAILSETTINGS_DEFAULT_SMTP_URL": f"smtp+starttls://{login}@mail.example.com:{server.port}",
        "MAILSETTINGS_DEFAULT_FROM": "bot@operator.example",
    }


def assert_secret(bot: Any, leaks: Path) -> None:
    for text in ("".join(bot.slack.sent_by_bot()), leaks.read_text()):
        for secret in (PASSWORD, quote(PASSWORD), LOGIN, quote(LOGIN)):
            assert secret not in text


@pytest.mark.both_doors
async def test_mail_goes_through_the_operators_service_from_the_start(
    bot: Any, server: Any, leaks: Path
) -> None:
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    assert server.logins == ["PLAIN"]
    assert server.messages[0].mail_from == "bot@operator.example"
    await bot.admin.press_message(message, "Details")
    modal = await bot.admin.modal()
    await modal.shows("the operator's default")
    await bot.member.command("/mailsettings")
    summary = await bot.slack.message("C1", containing="by the operator")
    assert "bot@operator.example" in summary.shown
    await asyncio.to_thread(assert_secret, bot, leaks)


async def test_a_first_form_begins_with_default_and_shows_no_server_fields(
    bot: Any, server: Any, leaks: Path
) -> None:
    modal = await bot.open_settings()
    assert modal.options("Configuration") == ["Default", "Custom"]
    assert modal.value("Configuration") == "Default"
    assert modal.fields() == [
        "Email notifications",
        "Configuration",
        "Sender name",
        "Reply-to address",
        "Test message to",
    ]
    assert f"mail.example.com:{server.port}" in modal.text()
    await modal.type("Sender name", "Acme Team")
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert b"Acme Team" in server.messages[0].content
    await modal.close()
    await bot.save(modal)
    assert "Configuration: Default" in modal.text()
    assert bot.parts.vault.settings.get("T1").value.configuration == "default"
    await asyncio.to_thread(assert_secret, bot, leaks)


async def test_an_own_server_is_kept_while_default_is_chosen(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.choose("Configuration", "Custom")
    await modal.changed()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.choose("Configuration", "Default")
    await modal.changed()
    assert "Server address" not in modal.fields()
    await bot.save(modal)
    modal = await bot.open_settings(bot.owner)
    await modal.choose("Configuration", "Custom")
    await modal.changed()
    assert modal.value("Server address") == "mail.example.com"
    assert "set by" in modal.value("Password")
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.usable_password == "s3cret pass"


async def test_custom_chosen_and_saved_in_one_breath_shows_what_is_missing(bot: Any) -> None:
    """The second click comes before the form was drawn anew."""
    modal = await bot.open_settings()
    bot.slack.weather.delay("views.update", 0.5)
    await modal.choose("Configuration", "Custom")
    await modal.submit()
    await modal.shows("Type the server's name")
    assert "Server address" in modal.fields()
    assert bot.parts.vault.settings.get("T1") is None


@pytest.mark.parametrize("environ", [{}], ids=["withdrawn"])
async def test_where_the_operator_has_none_default_cannot_be_chosen(
    bot: Any, configure: Any, environ: dict[str, str]
) -> None:
    assert environ == {}
    modal = await bot.open_settings()
    assert modal.options("Configuration") == ["Custom"]
    await modal.dismiss()
    configure(bot.parts.vault, 25, configuration="default")
    modal = await bot.open_settings()
    await modal.shows("offers no mail service any more")
    await modal.submit()
    assert "Choose “Custom”" in modal.text() or "complete" in modal.text()
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="Not possible")
    assert "What to do" in message.shown


async def test_a_removed_password_is_removed_under_default_too(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.choose("Configuration", "Custom")
    await modal.changed()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.press("Remove password")
    await modal.changed()
    await modal.choose("Configuration", "Default")
    await modal.changed()
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.password is None


async def test_a_new_password_that_default_has_no_use_for_is_told_so(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.choose("Configuration", "Custom")
    await modal.changed()
    await bot.give_password(modal, "s3cret pass")
    await modal.choose("Configuration", "Default")
    await modal.changed()
    await modal.type("Sender name", "Acme")
    await bot.save(modal)
    assert "was not stored" in modal.text()
