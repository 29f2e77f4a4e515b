"""Trust in a server's own certificate: from the failed test to a saved and working SSL key."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

HOST = "mail.example.com"


@pytest.fixture
def server(mail_server: Any) -> Any:
    """A mail server whose certificate is of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST).configure_cert(context)
    return mail_server(context=context)


async def failed_test(bot: Any, server: Any) -> Any:
    """Save the settings for the server, test them, and return the message."""
    modal = await bot.open_settings()
    await bot.fill(
        modal, port=server.port, username="login@example.com", password="pässword-Ünsafe 17"
    )
    await bot.save(modal)
    await bot.admin.command("/mailtest", "bob@example.com")

    def find() -> Any:
        """Return the message of this test, once it has failed."""
        for each in reversed(bot.slack.messages("C1")):
            if f":{server.port}" in each.shown and "failed at stage TLS" in each.shown:
                return each
        return None

    return await bot.slack.events.until(find, what="a failed test")


async def test_an_admin_trusts_a_certificate_and_then_mail_works(bot: Any, server: Any) -> None:
    message = await failed_test(bot, server)
    await bot.admin.press_message(message, "Trust this certificate")
    modal = await bot.admin.modal()
    await modal.shows("First compare the SHA-256 fingerprint")
    for words in (f"{HOST}:{server.port} showed", "Subject:", f"Names: {HOST}", "Issuer:", "Valid"):
        assert words in modal.text()
    assert bot.parts.vault.ssl_keys("T1") == {}
    assert (await modal.submit()).outcome == "updated"
    await modal.shows(f"This certificate is trusted for {HOST}")
    [(key_id, key)] = bot.parts.vault.ssl_keys("T1").items()
    assert (key.kind, key.name, key.host, len(key.chain)) == ("trusted", HOST, HOST, 1)
    assert bot.parts.vault.audit.latest("T1", 1)[0].action == "key.trusted"
    assert bot.parts.vault.settings.get("T1").value.ssl_key == ""

    await modal.press("Choose it in the mail settings")
    await modal.shows("is chosen as “SSL key” below")
    assert modal.value("SSL key").startswith(f"{HOST} (trusted certificate")
    assert modal.value("Server port") == str(server.port)
    await modal.submit()
    await modal.shows("The password was given for")
    await bot.give_password(modal, "pässword-Ünsafe 17")
    await bot.save(modal)
    assert bot.parts.vault.settings.get("T1").value.ssl_key == key_id
    await bot.admin.press_message(message, "Test again")
    await bot.slack.message("C1", containing="accepted the message")
    assert len(server.messages) == 1


async def test_trust_twice_is_one_key(bot: Any, server: Any) -> None:
    message = await failed_test(bot, server)
    for _ in range(2):
        await bot.admin.press_message(message, "Trust this certificate")
        modal = await bot.admin.modal()
        await modal.submit()
        await modal.shows("This certificate is trusted for")
    assert len(bot.parts.vault.ssl_keys("T1")) == 1
    vault = bot.parts.vault
    vault.keys.delete("T1", next(iter(vault.ssl_keys("T1"))), at=bot.clock())
    await modal.press("Choose it in the mail settings")
    await modal.shows("This SSL key is no longer there")


async def test_another_certificate_of_the_same_server_gets_a_name_of_its_own(
    bot: Any, server: Any, mail_server: Any
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST).configure_cert(context)
    for each in (server, mail_server(context=context)):
        message = await failed_test(bot, each)
        await bot.admin.press_message(message, "Trust this certificate")
        modal = await bot.admin.modal()
        await modal.submit()
        await modal.shows("This certificate is trusted for")
    names = [each.name for each in bot.parts.vault.ssl_keys("T1").values()]
    assert names == [HOST, f"{HOST} 2"]


async def test_who_is_no_admin_is_told_who_may_trust(bot: Any, server: Any) -> None:
    message = await failed_test(bot, server)
    await bot.member.press_message(message, "Trust this certificate")
    answer = await bot.slack.message("C1", containing="owners and admins")
    assert answer.visible_to == "UMEMBER"
    await bot.admin.press_message(message, "Trust this certificate")
    modal = await bot.admin.modal()
    await modal.shows("First compare")
    bot.slack.add_user("UADMIN", name="admin")
    assert (await modal.submit()).outcome == "updated"
    await modal.shows("owners and admins")
    assert bot.parts.vault.ssl_keys("T1") == {}


async def test_a_test_without_such_a_certificate_offers_no_trust(bot: Any, healthy: Any) -> None:
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    assert "Trust this certificate" not in message.buttons
    [value] = {
        each["value"]
        for block in message.blocks
        for each in block.get("elements", ())
        if each.get("action_id") == "test_again"
    }
    await bot.admin.forge_action(
        {"action_id": "trust_certificate", "value": value}, message=message
    )
    answer = await bot.slack.message("C1", containing="kept no certificate of the server")
    assert answer.visible_to == "UADMIN"
    await asyncio.to_thread(healthy.wait_for, lambda it: it.messages)


async def test_an_expired_certificate_is_not_trusted(bot: Any, mail_server: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    now = datetime.now(UTC)
    past = {"not_before": now - timedelta(days=9), "not_after": now - timedelta(days=2)}
    trustme.CA().issue_cert(HOST, **past).configure_cert(context)
    message = await failed_test(bot, mail_server(context=context))
    await bot.admin.press_message(message, "Trust this certificate")
    modal = await bot.admin.modal()
    await modal.submit()
    await modal.shows("This certificate can't be trusted, so nothing was changed.")
    await modal.shows("expired on")
    assert bot.parts.vault.ssl_keys("T1") == {}
