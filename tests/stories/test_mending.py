"""A failed test is looked into, and one tap leads to the change that cures it."""

from typing import Any

import pytest

from bot.slack.pace import Pace
from bot.smtp.settings import TLSMode

LOGIN, PASSWORD = "login@example.com", "pässword-Ünsafe 17"


async def fill_wrongly(bot: Any, port: int, *, password: str | None) -> Any:
    """Fill the form with TLS from the start, for a server that begins with STARTTLS."""
    modal = await bot.open_settings()
    await modal.choose("Mail protocol", "SMTPS (TLS from the start)")
    await modal.changed()
    await bot.fill(modal, port=port, username=LOGIN, password=password)
    if password is None:
        await modal.tick("Connect anonymously", "Sign in without username and password")
        await modal.changed()
    return modal


async def save_wrongly(bot: Any, port: int) -> None:
    """Save that, without a password."""
    await bot.save(await fill_wrongly(bot, port, password=None))


@pytest.mark.both_doors
async def test_what_would_work_is_found_confirmed_saved_and_tested_again(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server(mode=TLSMode.STARTTLS, credentials=None)
    await save_wrongly(bot, server.port)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="when we looked further")
    assert f"Port {server.port}: offers STARTTLS" in message.shown
    label = f"Use SMTP with STARTTLS on port {server.port}"
    assert message.buttons == [label, "Test again", "Details"]
    assert server.messages == []
    await bot.admin.press_message(message, label)
    modal = await bot.admin.modal()
    await modal.shows("nothing is saved yet")
    assert modal.value("Mail protocol") == "SMTP with STARTTLS"
    assert bot.parts.vault.settings.get("T1").revision == 1
    await bot.save(modal)
    assert "runs again now" in modal.text()
    await bot.slack.message("C1", containing="accepted the message for bob@example.com")
    assert bot.parts.vault.settings.get("T1").value.tls_mode is TLSMode.STARTTLS
    assert len(server.messages) == 1


async def test_no_member_is_led_to_the_change(bot: Any, mail_server: Any) -> None:
    server = mail_server(mode=TLSMode.STARTTLS, credentials=None)
    await save_wrongly(bot, server.port)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="when we looked further")
    await bot.member.press_message(message, message.buttons[0])
    refusal = await bot.slack.message("C1", containing="Only this workspace's owners and admins")
    assert refusal.visible_to == "UMEMBER"
    assert bot.member.screen() is None


async def test_the_form_of_a_test_is_changed_and_tested_again_where_it_is(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server(mode=TLSMode.STARTTLS)
    modal = await fill_wrongly(bot, server.port, password=PASSWORD)
    await modal.press("Send test message")
    await modal.shows("when we looked further")
    await modal.press(f"Use SMTP with STARTTLS on port {server.port}")
    await modal.shows("accepted the message")
    assert modal.depth == 2
    await modal.close()
    assert modal.value("Mail protocol") == "SMTP with STARTTLS"
    assert "nothing is saved yet" in modal.text()
    assert bot.parts.vault.settings.get("T1") is None
    await bot.save(modal)


async def test_a_stored_password_must_be_given_again_before_the_changed_form_is_tested(
    bot: Any, mail_server: Any
) -> None:
    server = mail_server(mode=TLSMode.STARTTLS)
    modal = await fill_wrongly(bot, server.port, password=PASSWORD)
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.press("Send test message")
    await modal.shows("when we looked further")
    await modal.press(f"Use SMTP with STARTTLS on port {server.port}")
    await modal.shows("it can't be tested yet")
    assert "Give it again" in modal.text()
    assert server.logins == []
    await modal.close()
    assert modal.value("Mail protocol") == "SMTP with STARTTLS"


async def test_a_wrong_password_is_not_looked_into_any_further(bot: Any, mail_server: Any) -> None:
    server = mail_server()
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, username=LOGIN, password="wrong")
    await bot.save(modal)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="failed at stage Authentication")
    await bot.program.stop()
    assert message.buttons == ["Fix settings", "Test again", "Details"]
    assert "when we looked further" not in message.shown
    assert server.logins == ["PLAIN"]


class TestAnAdminOfLongAgo:
    """Slack's word on somebody is too old as soon as it is given."""

    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(trusted_for=-1.0)

    async def test_who_is_no_admin_any_more_changes_no_form(
        self, bot: Any, mail_server: Any
    ) -> None:
        server = mail_server(mode=TLSMode.STARTTLS)
        modal = await fill_wrongly(bot, server.port, password=PASSWORD)
        await modal.press("Send test message")
        await modal.shows("when we looked further")
        bot.slack.add_user("UADMIN", name="admin")
        await modal.press(f"Use SMTP with STARTTLS on port {server.port}")
        await modal.shows("Only this workspace's owners and admins")
        await modal.close()
        await modal.close()
        assert modal.value("Mail protocol") == "SMTPS (TLS from the start)"
        assert server.messages == []
