import asyncio
from typing import Any

import pytest


@pytest.mark.both_doors
async def test_an_admin_fills_the_form_and_saves_it(bot: Any) -> None:
    modal = await bot.open_settings()
    assert modal.title == "Mail settings"
    assert modal.fields() == [
        "Email notifications",
        "Configuration",
        "Mail provider",
        "Server address",
        "Server port",
        "Mail protocol",
        "Connect anonymously",
        "Username",
        "Password",
        "From address",
        "Sender name",
        "Reply-to address",
        "Test message to",
    ]
    assert modal.value("Test message to") == bot.admin.user.email
    await bot.fill(modal)
    await modal.type("Sender name", "Ann & Bob <b@x>")
    await bot.save(modal)
    assert "Server address: mail.example.com" in modal.text()
    assert "Password: stored, sealed" in modal.text()

    again = await bot.open_settings(bot.owner)
    assert again.value("Server address") == "mail.example.com"
    assert again.value("Server port") == "587"
    assert again.value("Sender name") == "Ann & Bob <b@x>"
    assert "set by" in again.value("Password")
    record = bot.parts.vault.settings.get("T1")
    assert record.value.password.value == "s3cret pass"
    assert record.changed_by == "UADMIN"
    assert "s3cret" not in "".join(bot.slack.sent_by_bot())


async def test_a_choice_redraws_the_form_and_keeps_what_was_typed(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("From address", "team@example.com")
    await modal.type("Username", "ana")
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    await modal.changed()
    assert modal.value("Server address") == "smtp.gmail.com"
    assert modal.value("Server port") == "465"
    assert modal.value("Mail protocol") == "SMTPS (TLS from the start)"
    assert modal.value("From address") == "team@example.com"
    assert "App Password" in modal.text()
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    assert "Username" not in modal.fields()
    assert "Password" not in modal.fields()
    await modal.untick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    assert modal.value("Username") == "ana"
    await modal.choose("Mail protocol", "SMTP with STARTTLS")
    await modal.changed()
    assert modal.value("Server port") == "587"
    assert modal.value("Server address") == "smtp.gmail.com"


async def test_a_port_of_ones_own_stays_when_the_protocol_changes(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("Server port", "2525")
    await modal.choose("Mail protocol", "SMTPS (TLS from the start)")
    await modal.changed()
    assert modal.value("Server port") == "2525"


async def test_a_pasted_address_is_taken_apart(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("Server address", "smtps://ana@out.example.com")
    await modal.enter("Server address")
    await modal.changed()
    assert modal.value("Server address") == "out.example.com"
    assert modal.value("Server port") == "465"
    assert modal.value("Mail protocol") == "SMTPS (TLS from the start)"
    assert modal.value("Username") == "ana"
    assert "took the pasted server address apart" in modal.text()


async def test_a_password_pasted_with_the_address_is_not_kept(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("Server address", "smtp://ana:hunter22@out.example.com:587")
    await modal.enter("Server address")
    await modal.changed()
    assert modal.value("Server address") == "out.example.com"
    assert "was not kept" in modal.text()
    assert "hunter22" not in "".join(bot.slack.sent_by_bot())


async def test_all_complaints_stand_under_their_fields_and_nothing_is_saved(bot: Any) -> None:
    modal = await bot.open_settings()
    await modal.type("Server address", "not a server")
    await modal.type("Server port", "587")
    await modal.type("Username", "ana")
    await modal.type("From address", "team@example.com")
    await modal.type("Sender name", "=?utf-8?q?Bcc:=20x?=")
    submitted = await modal.submit()
    assert set(submitted.errors) == {"Server address", "Sender name"}
    assert bot.parts.vault.settings.get("T1") is None
    assert modal.value("Username") == "ana"


async def test_a_password_is_asked_for(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=None)
    await modal.type("Username", "ana")
    submitted = await modal.submit()
    assert "Set password" in submitted.errors["Username"]


async def test_a_changed_server_asks_for_the_password_again(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings(bot.owner)
    await modal.type("Server address", "other.example.com")
    submitted = await modal.submit()
    assert "Give it again" in submitted.errors["Server address"]
    await bot.give_password(modal, "another one")
    await bot.save(modal)
    saved = bot.parts.vault.settings.get("T1").value
    assert (saved.host, saved.password.value) == ("other.example.com", "another one")
    assert saved.password.set_by == "UOWNER"


async def test_a_form_test_of_a_changed_server_does_not_get_the_stored_password(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings(bot.owner)
    await modal.type("Server address", "other.example.com")
    await modal.press("Send test message")
    await modal.shows("Give it again")
    assert modal.depth == 1


async def test_the_second_of_two_admins_is_told_who_changed_what(bot: Any) -> None:
    first = await bot.open_settings()
    await bot.fill(first)
    await bot.save(first)
    mine = await bot.open_settings(bot.admin)
    theirs = await bot.open_settings(bot.owner)
    await theirs.type("Sender name", "Owner's team")
    await bot.save(theirs)
    await mine.type("Sender name", "Admin's team")
    await mine.submit()
    await mine.shows("saved other settings")
    assert "Sender name" in mine.text()
    assert "Owner's team" in mine.text()
    assert mine.value("Sender name") == "Admin's team"
    assert bot.parts.vault.settings.get("T1").value.sender_name == "Owner's team"
    await bot.save(mine)
    assert bot.parts.vault.settings.get("T1").value.sender_name == "Admin's team"


async def test_saving_what_is_saved_changes_nothing(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.submit()
    await modal.shows("Nothing was changed")
    assert bot.parts.vault.settings.get("T1").revision == 1


async def test_removing_the_password_makes_room_for_an_anonymous_server(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.press("Remove password")
    await modal.changed()
    assert "will be removed" in modal.value("Password")
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.password is None


async def test_more_options_hold_the_helo_name_and_the_test_policy(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await modal.press("More options")
    await modal.changed()
    assert "HELO name" in modal.fields()
    await modal.type("HELO name", "mail.example.com")
    await modal.choose("Who can send test messages", "Members, to any address")
    await modal.press("Fewer options")
    await modal.changed()
    await bot.save(modal)
    saved = bot.parts.vault.settings.get("T1").value
    assert (saved.helo_name, saved.test_policy) == ("mail.example.com", "any-address")


async def test_a_complaint_about_a_hidden_field_shows_the_field(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await modal.press("More options")
    await modal.changed()
    await modal.type("HELO name", "not a host")
    await modal.press("Fewer options")
    await modal.changed()
    await modal.submit()
    await modal.shows("HELO name")
    assert "full host name" in modal.text()


@pytest.mark.both_doors
async def test_a_member_gets_a_private_summary_and_no_modal(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, username="secret-user@example.com")
    await bot.save(modal)
    await bot.member.command("/mailsettings")
    message = await bot.slack.message("C1", containing="mail.example.com:587")
    assert message.visible_to == "UMEMBER"
    assert "owners and admins" in message.shown
    assert "secret-user" not in message.shown


async def test_history_tells_admins_who_changed_what(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    await bot.admin.command("/mailsettings", "history")
    message = await bot.slack.message("C1", containing="Who changed what")
    assert message.visible_to == "UADMIN"
    assert "Server address" in message.shown


async def test_an_unknown_word_is_answered_with_help(bot: Any) -> None:
    reply = await bot.admin.command("/mailsettings", "foo")
    assert "doesn't know that word" in reply.text


async def test_two_quick_clicks_both_count(bot: Any) -> None:
    modal = await bot.open_settings()
    bot.slack.weather.delay("views.update", 0.3)
    await modal.press("More options")
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.shows("smtp.gmail.com")
    await modal.shows("What Gmail")
    await modal.shows("HELO name")
    while "Username" in modal.fields():
        await modal.changed()
    assert modal.value("Server address") == "smtp.gmail.com"
    assert "HELO name" in modal.fields()


async def test_nothing_is_saved_that_the_form_did_not_show(bot: Any) -> None:
    modal = await bot.open_settings()
    bot.slack.weather.hang("views.update")
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    await modal.type("Server address", "mail.example.com")
    await modal.type("Username", "ana")
    await modal.type("From address", "team@example.com")
    shown = [modal.value(each) for each in ("Server address", "Server port", "Mail protocol")]
    await modal.submit()
    await modal.shows("Saved.")
    bot.slack.weather.clear()
    saved = bot.parts.vault.settings.get("T1").value
    assert [saved.host, str(saved.port), saved.tls_mode.label] == shown


async def test_a_password_stays_with_the_username_it_was_given_for(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, username="account-a")
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.type("Username", "account-b")
    await bot.give_password(modal, "password of b")
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.untick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    assert modal.value("Username") == "account-b"
    await bot.save(modal)
    saved = bot.parts.vault.settings.get("T1").value
    assert (saved.username, saved.usable_password) == ("account-b", "password of b")


async def test_a_double_click_sends_one_test(bot: Any, mail_server: Any) -> None:
    server = mail_server(credentials=None)
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=None)
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    await asyncio.gather(modal.press("Send test message"), modal.press("Send test message"))
    await modal.shows("accepted the message")
    assert modal.depth == 2
    assert len(server.messages) == 1


async def test_a_complaint_finds_its_field_though_the_form_was_redrawn_meanwhile(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal, password=None)
    await modal.type("Server address", "not a server")
    await modal.type("Username", "ana")
    bot.slack.weather.delay("views.update", 0.3)
    bot.slack.weather.delay("users.info", 0.8)  # for the save, Slack is asked afresh
    await modal.choose("Mail provider", "Gmail / Google Workspace")
    submitted = await modal.submit()
    assert submitted.outcome == "updated"
    assert "a server name" in modal.text()
    assert bot.parts.vault.settings.get("T1") is None
