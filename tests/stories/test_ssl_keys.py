"""An SSL key is chosen in the form, shown to the mail server, and bound to its password."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from bot.smtp.settings import TLSMode
from bot.smtp.ssl_key_files import read_key_file, trusted_certificate
from bot.smtp.ssl_keys import SSLKey

PASSWORD = "pässword-Ünsafe 17"
LOGIN = "login@example.com"
HOST = "mail.example.com"
ID, OTHER_ID = "00ff00ff00ff00ff", "11ff11ff11ff11ff"


@pytest.fixture(scope="session")
def clients() -> trustme.CA:
    """The authority whose client certificates the mail server takes."""
    return trustme.CA()


@pytest.fixture(scope="session")
def client_key(clients: trustme.CA) -> SSLKey:
    content = clients.issue_cert("bot@example.com").private_key_and_cert_chain_pem.bytes()
    return read_key_file(content, passphrase="", name="Acme mail")


@pytest.fixture
def asking(authority: trustme.CA, clients: trustme.CA) -> ssl.SSLContext:
    """The context of a server that speaks with nobody who shows no client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    clients.configure_trust(context)
    return context


@pytest.fixture
def keep(bot: Any) -> Callable[[str, SSLKey], None]:
    """Keep an SSL key past the upload, which is another story."""

    def put(key_id: str, key: SSLKey) -> None:
        bot.parts.vault.keys.put(
            "T1", key, name=key_id, revision=0, by="UADMIN", at=datetime.now(UTC)
        )

    return put


async def connect(bot: Any, port: int, *, chosen: str, mode: TLSMode = TLSMode.STARTTLS) -> None:
    """Let the admin save settings with the SSL key whose option begins with *chosen*."""
    modal = await bot.open_settings()
    await modal.choose("Mail protocol", mode.label)
    await modal.changed()
    await choose_key(modal, chosen)
    await bot.fill(modal, port=port, password=PASSWORD, username=LOGIN)
    await bot.save(modal)


async def choose_key(modal: Any, begins: str) -> None:
    [option] = [each for each in modal.options("SSL key") if each.startswith(begins)]
    await modal.choose("SSL key", option)


@pytest.mark.both_doors
@pytest.mark.parametrize("mode", [TLSMode.STARTTLS, TLSMode.IMPLICIT])
async def test_a_client_key_opens_a_server_that_asks_for_one(
    *, bot: Any, mail_server: Any, asking: Any, keep: Any, client_key: SSLKey, mode: TLSMode
) -> None:
    keep(ID, client_key)
    server = mail_server(context=asking, mode=mode)
    await connect(bot, server.port, chosen="Acme mail (client key, until", mode=mode)
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="accepted the message")
    assert "with a client key" in message.shown
    assert "Acme mail" not in message.shown
    assert len(server.messages) == 1
    everything = "".join(bot.slack.sent_by_bot())
    assert "PRIVATE KEY" not in everything
    assert "BEGIN" not in everything


async def test_a_private_authority_is_trusted_by_choice(
    bot: Any, mail_server: Any, keep: Any
) -> None:
    private = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    private.issue_cert(HOST).configure_cert(context)
    server = mail_server(context=context)
    keep(ID, read_key_file(private.cert_pem.bytes(), passphrase="", name="Our authority"))
    await connect(bot, server.port, chosen="None")
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="failed at stage TLS")
    assert server.logins == []
    modal = await bot.open_settings()
    await choose_key(modal, "Our authority (trusted certificate, until")
    await bot.give_password(modal, PASSWORD)
    await bot.save(modal)
    assert "SSL key" in modal.text()
    await bot.admin.command("/mailtest", "carl@example.com")
    await bot.slack.message("C1", containing="accepted the message for carl@example.com")
    assert len(server.messages) == 1


async def test_another_ssl_key_asks_for_the_password_again(
    bot: Any, mail_server: Any, asking: Any, keep: Any, client_key: SSLKey
) -> None:
    keep(ID, client_key)
    server = mail_server(context=asking)
    await connect(bot, server.port, chosen="Acme mail")
    modal = await bot.open_settings(bot.owner)
    await choose_key(modal, "None")
    submitted = await modal.submit()
    assert "with another SSL key" in submitted.errors["SSL key"]
    await modal.press("Send test message")
    await modal.shows("with another SSL key")
    assert modal.depth == 1
    assert bot.parts.vault.settings.get("T1").value.ssl_key == ID


async def test_a_form_test_uses_the_key_that_stands_in_the_form(
    bot: Any, mail_server: Any, asking: Any, keep: Any, client_key: SSLKey
) -> None:
    keep(ID, client_key)
    server = mail_server(context=asking)
    modal = await bot.open_settings()
    await choose_key(modal, "Acme mail")
    await bot.fill(modal, port=server.port, password=PASSWORD, username=LOGIN)
    await modal.press("Send test message")
    await modal.shows("accepted the message")
    assert bot.parts.vault.settings.get("T1") is None


async def test_what_is_trusted_for_one_server_is_refused_for_another(bot: Any, keep: Any) -> None:
    certificate = ssl.PEM_cert_to_DER_cert(
        trustme.CA().issue_cert("other.example.com").cert_chain_pems[0].bytes().decode()
    )
    keep(ID, trusted_certificate(certificate, name="Theirs", host="other.example.com"))
    modal = await bot.open_settings()
    await choose_key(modal, "Theirs")
    await bot.fill(modal)
    submitted = await modal.submit()
    assert "trusted for other.example.com alone" in submitted.errors["SSL key"]
    assert bot.parts.vault.settings.get("T1") is None


async def test_a_key_that_is_gone_is_told_in_the_form_and_in_the_channel(
    bot: Any, mail_server: Any, asking: Any, keep: Any, client_key: SSLKey
) -> None:
    keep(ID, client_key)
    server = mail_server(context=asking)
    await connect(bot, server.port, chosen="Acme mail")
    bot.parts.vault.keys.delete("T1", ID, at=datetime.now(UTC))
    await bot.admin.command("/mailtest", "bob@example.com")
    message = await bot.slack.message("C1", containing="SSL key that can't be used")
    assert "choose another “SSL key”" in message.shown
    modal = await bot.open_settings()
    assert modal.value("SSL key") == "A key that was deleted"
    await modal.type("Sender name", "Team")
    submitted = await modal.submit()
    assert "was deleted" in submitted.errors["SSL key"]


async def test_without_tls_there_is_no_ssl_key(bot: Any, keep: Any, client_key: SSLKey) -> None:
    modal = await bot.open_settings()
    assert "SSL key" not in modal.fields()
    keep(ID, client_key)
    modal = await bot.open_settings()
    assert modal.value("SSL key") == "None"
    await modal.choose("Mail protocol", "SMTP (no encryption)")
    await modal.changed()
    assert "SSL key" not in modal.fields()
