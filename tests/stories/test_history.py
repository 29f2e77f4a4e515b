"""Who changed what, from what to what; and going back to how it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.slack.deeds import saved
from bot.smtp.settings import Configuration, MailSettings, TLSMode


async def history(bot: Any, who: Any, *, containing: str = "Who changed what") -> Any:
    """Type the command, and return the newest private message that says so."""
    before = len(bot.slack.messages("C1"))
    await who.command("/mailsettings", "history")

    def find() -> Any:
        new = bot.slack.messages("C1")[before:]
        return next((each for each in new if containing in each.shown), None)

    return await bot.slack.events.until(find, what="the history")


async def idle(bot: Any) -> None:
    await bot.program._work.drain(seconds=10, grace=1)


def actions_of(bot: Any) -> list[str]:
    return [each.action for each in bot.parts.vault.audit.latest("T1", 100)]


async def saved_twice(bot: Any) -> None:
    """Save settings for one server, and change port, password and sender name after."""
    modal = await bot.open_settings()
    await bot.fill(modal)
    await bot.save(modal)
    modal = await bot.open_settings(bot.owner)
    await modal.type("Sender name", "<!channel> *Ann*")
    await modal.type("Server port", "2525")
    await bot.give_password(modal, "pässword-Ünsafe 17")
    await bot.save(modal)


@pytest.mark.both_doors
async def test_an_admin_reads_from_what_to_what_and_goes_back(bot: Any) -> None:
    await saved_twice(bot)
    message = await history(bot, bot.admin)
    assert message.visible_to == "UADMIN"
    assert "Server port: 587 → 2525" in message.shown
    assert "Password: changed" in message.shown
    assert "Sender name: empty → <!channel> *Ann*" in message.shown
    assert message.buttons == ["Go back to this"]

    await bot.admin.press_message(message, "Go back to this")
    modal = await bot.admin.modal()
    await modal.shows("Revision 1 of")
    assert "nothing is saved yet" in modal.text()
    assert "doesn't come along: give it again" in modal.text()
    assert modal.value("Server port") == "587"
    assert bot.parts.vault.settings.get("T1").revision == 2
    submitted = await modal.submit()
    assert "Give it again" in submitted.errors["Server port"]
    await bot.give_password(modal, "s3cret pass")
    await bot.save(modal)
    saved = bot.parts.vault.settings.get("T1")
    assert (saved.revision, saved.value.port, saved.value.sender_name) == (3, 587, "")
    assert saved.value.usable_password == "s3cret pass"

    message = await history(bot, bot.admin)
    assert "went back to revision 1, which made revision 3" in message.shown
    assert message.buttons == ["Go back to this"] * 2
    everything = "".join(bot.slack.sent_by_bot())
    assert "s3cret pass" not in everything
    assert "<!channel>" not in message.text


async def test_the_password_comes_along_to_the_same_destination(bot: Any) -> None:
    modal = await bot.open_settings()
    await bot.fill(modal)
    await modal.press("More options")
    await modal.changed()
    await modal.choose("Who can send test messages", "Admins only")
    await modal.type("HELO name", "one.example.com")
    await bot.save(modal)
    modal = await bot.open_settings()
    await modal.press("More options")
    await modal.changed()
    await modal.choose("Who can send test messages", "Members, to any address")
    await bot.save(modal)
    message = await history(bot, bot.owner)
    await bot.owner.press_message(message, "Go back to this")
    modal = await bot.owner.modal()
    await modal.shows("The stored password was given for this server, and stays.")
    assert modal.value("Who can send test messages") == "Admins only"
    await modal.press("Fewer options")
    await modal.changed()
    await modal.type("Sender name", "One thing more")
    await bot.save(modal)
    saved = bot.parts.vault.settings.get("T1")
    assert saved.value.test_policy == "admins"
    assert saved.value.usable_password == "s3cret pass"
    message = await history(bot, bot.owner)
    assert "went back to revision 1, with changes, which made revision 3" in message.shown


async def test_two_who_go_back_at_once_do_not_overwrite_each_other(bot: Any) -> None:
    await saved_twice(bot)
    message = await history(bot, bot.admin)
    await bot.admin.press_message(message, "Go back to this")
    modal = await bot.admin.modal()
    await modal.shows("Revision 1 of")
    theirs = await bot.open_settings(bot.owner)
    await theirs.type("Sender name", "Quicker")
    await bot.save(theirs)
    await bot.give_password(modal, "s3cret pass")
    await modal.submit()
    await modal.shows("saved other settings")
    assert bot.parts.vault.settings.get("T1").value.sender_name == "Quicker"


async def test_who_is_no_admin_any_more_goes_back_to_nothing_and_that_is_written_down(
    bot: Any,
) -> None:
    await saved_twice(bot)
    message = await history(bot, bot.admin)
    bot.slack.add_user("UADMIN", name="admin")
    for _ in range(3):
        await bot.admin.press_message(message, "Go back to this")
    await bot.slack.message("C1", containing="Only this workspace's owners and admins")
    await idle(bot)
    assert actions_of(bot).count("access.refused") == 1
    assert bot.parts.vault.settings.get("T1").revision == 2
    message = await history(bot, bot.owner)
    assert "was refused: only admins go back to earlier mail settings" in message.shown


async def test_a_refused_save_is_written_down_once_a_minute(bot: Any) -> None:
    modal = await bot.open_settings()
    for _ in range(2):
        await bot.member.forge_submission(modal.payload())
    await bot.guest.forge_submission(modal.payload())
    await idle(bot)
    assert actions_of(bot) == ["access.refused"] * 2
    bot.clock.ahead += timedelta(minutes=2)
    await bot.member.forge_submission(modal.payload())
    await bot.member.command("/mailsettings", "keys")
    await idle(bot)
    assert actions_of(bot) == ["access.refused"] * 3


async def test_a_long_history_is_turned_page_by_page(bot: Any, configure: Any) -> None:
    vault = bot.parts.vault
    for number in range(25):
        configure(vault, 1000 + number)
    for number in range(25):
        found = vault.settings.get("T1")
        vault.audit.append(
            "T1", saved("UOWNER", fields=("port",), revision=number), at=found.changed_at
        )
    message = await history(bot, bot.admin)
    assert message.shown.count("changed Server port") == 10
    await bot.admin.press_message(message, "Older")
    await bot.slack.events.until(
        lambda: True if "Newest" in message.buttons else None, what="the next page"
    )
    assert message.buttons == ["Older", "Newest"]
    await bot.admin.press_message(message, "Older")
    await bot.slack.events.until(
        lambda: True if message.buttons == ["Newest"] else None, what="the last page"
    )
    assert message.shown.count("changed Server port") == 5
    await bot.admin.press_message(message, "Newest")
    await bot.slack.events.until(
        lambda: True if message.buttons == ["Older"] else None, what="the first page"
    )


async def test_a_revision_that_is_gone_is_told(bot: Any) -> None:
    await saved_twice(bot)
    message = await history(bot, bot.admin)
    bot.parts.vault.revisions.delete("T1", "1", at=datetime.now(UTC))
    await bot.admin.press_message(message, "Go back to this")
    told = await bot.slack.message("C1", containing="isn't kept any more")
    assert told.visible_to == "UADMIN"


async def test_a_withdrawn_service_and_a_deleted_key_are_told(bot: Any) -> None:
    vault = bot.parts.vault
    key = MailSettings(
        host="mail.example.com",
        username="u",
        from_address="team@example.com",
        tls_mode=TLSMode.IMPLICIT,
        ssl_key="00ff00ff00ff00ff",
    )
    service = MailSettings(configuration=Configuration.DEFAULT)
    for revision, settings in enumerate((service, key, replace(key, ssl_key=""))):
        fields = ("configuration", "ssl_key")
        at = datetime.now(UTC)
        event = saved("UOWNER", fields=fields, revision=revision + 1)
        vault.settings.put("T1", settings, revision=revision, by="UOWNER", at=at, event=event)
    message = await history(bot, bot.admin)
    assert "SSL key: a key that was deleted → None" in message.shown
    for label, told in (("1", "isn't offered any more"), ("2", "SSL key was deleted since")):
        forged = {"action_id": "go_back", "value": label}
        await bot.admin.forge_action(forged, message=message)
        modal = await bot.admin.modal()
        await modal.shows(told)
        if label == "2":
            assert "No password is stored now: give it again" in modal.text()
