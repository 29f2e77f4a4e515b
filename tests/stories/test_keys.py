"""SSL keys through the real door: uploaded, listed, chosen, renamed, replaced, deleted."""

import asyncio
import ssl
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)

from bot.smtp.settings import MailSettings

PASSPHRASE = "pässword-Ünsafe 17"
"""One of those that no story may leave in the log."""


@pytest.fixture(scope="session")
def partners() -> trustme.CA:
    """The authority that says who the mail server's clients are."""
    return trustme.CA()


@pytest.fixture(scope="session")
def identity(partners: trustme.CA) -> trustme.LeafCert:
    return partners.issue_cert("bot.example.com", common_name="bot")


@pytest.fixture(scope="session")
def p12(identity: trustme.LeafCert) -> bytes:
    leaf = x509.load_pem_x509_certificate(identity.cert_chain_pems[0].bytes())
    key: Any = load_pem_private_key(identity.private_key_pem.bytes(), None)
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(b"ours", key, leaf, None, lock)


@pytest.fixture(scope="session")
def pem(identity: trustme.LeafCert) -> bytes:
    return identity.private_key_and_cert_chain_pem.bytes()


@pytest.fixture(scope="session")
def der(authority: trustme.CA) -> bytes:
    """A certificate to trust."""
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes()).public_bytes(Encoding.DER)


async def open_keys(bot: Any, who: Any = None) -> Any:
    """Type the command and wait for the list."""
    person = who or bot.admin
    assert (await person.command("/mailsettings", "keys")).status == 200
    modal = await person.modal()
    await modal.shows("A client key shows a mail server")
    return modal


async def upload(
    modal: Any, name: str, content: bytes, *, called: str = "", passphrase: str = ""
) -> None:
    """Choose a file in the list's view for it, and submit."""
    await modal.press("Upload")
    await modal.shows("Passphrase")
    modal.attach("File", name, content)
    await modal.type("Name", called or name)
    if passphrase:
        await modal.type("Passphrase", passphrase)
    submitted = await modal.submit()
    assert submitted.outcome == "updated"


async def stored(modal: Any, name: str = "Ours") -> None:
    """See that it was stored, go back to the list, and see it there."""
    await modal.shows("Stored, sealed.")
    await modal.close()
    await modal.shows(f"{name}\n")


def kept(bot: Any) -> dict[str, Any]:
    return {key.name: key for key in bot.parts.vault.ssl_keys("T1").values()}


def deeds(bot: Any) -> list[str]:
    entries = bot.parts.vault.audit.latest("T1", 50)
    return [each.action for each in reversed(entries) if each.action.startswith("key.")]


def choose_key(bot: Any, name: str) -> str:
    """Let the saved settings use a key, past the form, which is another story; return its id."""
    vault = bot.parts.vault
    key_id = next(each for each, key in vault.ssl_keys("T1").items() if key.name == name)
    saved = vault.settings.get("T1")
    vault.settings.put(
        "T1",
        replace(saved.value if saved else MailSettings(), ssl_key=key_id),
        revision=saved.revision if saved else 0,
        by="UADMIN",
        at=bot.clock(),
    )
    return str(key_id)


async def idle(bot: Any) -> None:
    await bot.program._work.drain(seconds=10, grace=1)


@pytest.mark.both_doors
async def test_a_client_key_is_uploaded_listed_and_gone_from_slack(bot: Any, p12: bytes) -> None:
    modal = await open_keys(bot)
    await modal.shows("There are no SSL keys yet.")
    await upload(modal, "client.p12", p12, called="Acme <b>", passphrase=PASSPHRASE)
    await modal.shows("It is used once it is chosen as “SSL key”")
    await stored(modal, "Acme <b>")
    await modal.shows("Client key, not used")
    for words in ("Acme <b>", "Subject: CN=bot", "SHA-256:", "Valid from", "@UADMIN"):
        assert words in modal.text()
    assert kept(bot)["Acme <b>"].private_key is not None
    assert bot.slack.files.kept == {}
    assert deeds(bot) == ["key.uploaded"]
    sent = "".join(bot.slack.sent_by_bot())
    assert PASSPHRASE not in sent
    assert "PRIVATE KEY" not in sent
    await bot.admin.command("/mailsettings", "history")
    message = await bot.slack.message("C1", containing="uploaded the SSL key Acme <b> (SHA-256")
    assert message.visible_to == "UADMIN"


async def test_pem_and_der_files_are_read_too(bot: Any, pem: bytes, der: bytes) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem)
    await stored(modal, "client.pem")
    await upload(modal, "authority.der", der)
    await stored(modal, "authority.der")
    await modal.shows("Trusted certificate, not used")
    assert {name: key.kind for name, key in kept(bot).items()} == {
        "client.pem": "client",
        "authority.der": "trusted",
    }


async def test_a_mistyped_passphrase_costs_no_second_upload(bot: Any, p12: bytes) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.p12", p12, called="Ours", passphrase="wrong")
    await modal.shows("This passphrase doesn't open the private key.")
    assert modal.value("Name") == "Ours"
    assert modal.value("Passphrase") == ""
    assert "The file client.p12 is still here" in modal.text()
    assert kept(bot) == {}
    assert bot.slack.files.kept == {}
    await modal.type("Passphrase", PASSPHRASE)
    assert (await modal.submit()).outcome == "updated"
    await stored(modal)
    assert list(kept(bot)) == ["Ours"]
    assert bot.parts.vault.uploads.names("T1") == ()
    assert len([each for each in bot.slack.record if each.what == "download"]) == 1


async def test_a_file_waits_for_its_passphrase_half_an_hour(bot: Any, p12: bytes) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.p12", p12)
    await modal.shows("The private key is protected. Type its passphrase.")
    bot.clock.ahead = timedelta(minutes=31)
    await modal.type("Passphrase", PASSPHRASE)
    await modal.submit()
    await modal.shows("was thrown away. Choose it again.")
    modal.attach("File", "client.p12", p12)
    await modal.type("Passphrase", PASSPHRASE)
    await modal.submit()
    await stored(modal, "client.p12")
    assert list(kept(bot)) == ["client.p12"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "keytool -importkeystore"),
        (b"<!DOCTYPE html><html>", "This is a web page"),
        (b"x" * (256 * 1024 + 1), "larger than 256 kB"),
    ],
    ids=["java keystore", "web page", "large"],
)
async def test_what_is_no_key_is_told_in_plain_words_and_leaves_slack(
    bot: Any, content: bytes, words: str
) -> None:
    modal = await open_keys(bot)
    await upload(modal, "store.jks", content, called="Ours")
    await modal.shows(words)
    await modal.shows("Nothing was stored yet.")
    assert modal.value("Name") == "Ours"
    await idle(bot)
    assert kept(bot) == {}
    assert bot.slack.files.kept == {}


async def test_a_missing_scope_is_told(bot: Any, pem: bytes) -> None:
    bot.slack.scopes.discard("files:read")
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem)
    await modal.shows("the bot lacks the permission files:read")
    bot.slack.scopes.add("files:read")
    modal.attach("File", "client.pem", pem)
    await modal.submit()
    await stored(modal, "client.pem")


@pytest.mark.parametrize("why", ["cant_delete_file", "missing_scope"])
async def test_a_file_that_slack_keeps_is_the_uploaders_to_delete(
    bot: Any, p12: bytes, why: str
) -> None:
    bot.slack.weather.fail("files.delete", status=why)
    modal = await open_keys(bot)
    await upload(modal, "client.p12", p12, called="Ours", passphrase="wrong")
    await modal.shows("Slack doesn't let this bot delete client.p12.")
    [file] = bot.slack.files.kept.values()
    assert modal.link("Open it in Slack").endswith(f"/{file.id}/client.p12")
    await modal.type("Passphrase", PASSPHRASE)
    await modal.submit()
    await modal.shows("Stored, sealed.")
    assert "Slack doesn't let this bot delete client.p12." in modal.text()


async def test_a_file_of_which_the_payload_says_nothing_is_looked_up(bot: Any, pem: bytes) -> None:
    bot.slack.files.undescribed = True
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    assert list(kept(bot)) == ["Ours"]
    bot.slack.weather.fail("files.info", status="file_not_found")
    await upload(modal, "client.pem", pem, called="Again")
    await modal.shows("The file is no longer in Slack. Choose it again.")


async def test_what_is_missing_is_asked_for_under_its_field(bot: Any, pem: bytes) -> None:
    modal = await open_keys(bot)
    await modal.press("Upload")
    await modal.shows("Passphrase")
    modal.attach("File", "client.pem", pem)
    await modal.type("Name", "   ")
    submitted = await modal.submit()
    assert "Give the key a name" in submitted.errors["Name"]
    view = modal.payload()
    values = view["state"]["values"]
    values["file"]["file"]["files"] = []
    answer = await bot.admin.forge_submission(view, values=values)
    assert "Choose the file with the key" in answer.body


async def test_two_keys_never_have_the_same_name(bot: Any, pem: bytes) -> None:
    modal = await open_keys(bot)
    for _ in range(2):
        await upload(modal, "client.pem", pem, called="Ours")
        await modal.shows("There is an SSL key of this name already" if kept(bot) else "Stored")
        if "Stored, sealed." in modal.text():
            await modal.close()
    assert list(kept(bot)) == ["Ours"]


async def test_who_closed_the_window_is_told_in_a_direct_message(bot: Any, pem: bytes) -> None:
    modal = await open_keys(bot)
    bot.slack.weather.delay("files.delete", 0.3)
    await upload(modal, "client.pem", pem, called="Ours")
    await modal.shows("Reading the file ...")
    await modal.dismiss()
    message = await bot.slack.message("DUADMIN", containing="The SSL key Ours was stored.")
    assert message.visible_to is None
    assert list(kept(bot)) == ["Ours"]


async def test_a_key_is_renamed_replaced_and_deleted(
    bot: Any, p12: bytes, pem: bytes, partners: trustme.CA
) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    await upload(modal, "client.p12", p12, called="Other", passphrase=PASSPHRASE)
    await stored(modal, "Other")

    await modal.pick("Ours", "Rename")
    await modal.shows("Rename SSL key")
    await modal.type("Name", "other")
    assert "of this name already" in (await modal.submit()).errors["Name"]
    await modal.type("Name", "  Acme   2027 ")
    assert (await modal.submit()).outcome == "closed"
    await modal.shows("Acme 2027")

    key_id = choose_key(bot, "Acme 2027")
    newer = partners.issue_cert("bot.example.com", common_name="newer")
    await modal.pick("Acme 2027", "Replace")
    await modal.shows("takes the place of Acme 2027")
    modal.attach("File", "newer.pem", newer.private_key_and_cert_chain_pem.bytes())
    await modal.submit()
    await stored(modal, "Acme 2027")
    await modal.shows("CN=newer")
    assert bot.parts.vault.settings.get("T1").value.ssl_key == key_id
    assert bot.parts.vault.keys.get("T1", key_id).value.leaf.subject.startswith("CN=newer")

    await modal.pick("Other", "Delete")
    await modal.shows("Delete SSL key?")
    assert (await modal.submit()).outcome == "closed"
    await idle(bot)
    assert list(kept(bot)) == ["Acme 2027"]
    assert deeds(bot) == [
        *["key.uploaded", "key.uploaded", "key.renamed", "key.replaced", "key.deleted"]
    ]
    await bot.admin.command("/mailsettings", "history")
    await bot.slack.message("C1", containing="renamed the SSL key Ours to Acme 2027")


async def test_a_key_in_use_is_not_deleted_and_says_where_it_is_used(bot: Any, pem: bytes) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    await modal.pick("Ours", "Delete")
    await modal.shows("Delete SSL key?")
    choose_key(bot, "Ours")
    assert (await modal.submit()).outcome == "updated"
    assert "the mail settings of this workspace use it as “SSL key”" in modal.text()
    await modal.close()
    await modal.pick("Ours", "Delete")
    await modal.shows("can't be deleted")
    assert modal.submit_button is None
    assert list(kept(bot)) == ["Ours"]


async def test_what_would_change_whom_we_believe_does_not_take_a_used_keys_place(
    bot: Any, pem: bytes, der: bytes
) -> None:
    """Else the stored password would go to whoever the new certificate vouches for."""
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    old = choose_key(bot, "Ours")
    await modal.pick("Ours", "Replace")
    await modal.shows("takes the place of Ours")
    modal.attach("File", "authority.der", der)
    await modal.submit()
    await modal.shows("can't be replaced by this file while the mail settings use it")
    assert bot.parts.vault.keys.get("T1", old).value.kind == "client"

    choose_key(bot, "Ours")
    settings = bot.parts.vault.settings
    saved = settings.get("T1")
    settings.put(
        "T1", replace(saved.value, ssl_key=""), revision=saved.revision, by="x", at=bot.clock()
    )
    await modal.submit()
    await modal.shows("Stored, sealed.")
    assert bot.parts.vault.keys.get("T1", old) is None
    assert kept(bot)["Ours"].kind == "trusted"


async def test_of_two_admins_the_second_is_told(bot: Any, pem: bytes) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    other = await open_keys(bot, bot.owner)
    for each, name in ((modal, "First"), (other, "Second")):
        await each.pick("Ours", "Rename")
        await each.shows("Rename SSL key")
        await each.type("Name", name)
    assert (await modal.submit()).outcome == "closed"
    assert (await other.submit()).outcome == "updated"
    await other.shows("@UADMIN changed this SSL key on")
    assert list(kept(bot)) == ["First"]
    await other.close()
    await other.pick("Ours", "Delete")
    await other.shows("Delete SSL key?")
    await modal.shows("First")
    await modal.pick("First", "Delete")
    await modal.shows("Delete SSL key?")
    assert (await modal.submit()).outcome == "closed"
    assert (await other.submit()).outcome == "updated"
    await other.shows("was deleted or replaced meanwhile")


async def test_an_uploaded_key_can_be_chosen_in_the_form_beneath_and_opens_the_door(
    bot: Any, mail_server: Any, authority: trustme.CA, partners: trustme.CA, p12: bytes
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    partners.configure_trust(context)
    authority.issue_cert("mail.example.com").configure_cert(context)
    server = mail_server(context=context, credentials=None)
    modal = await bot.open_settings()
    await bot.fill(modal, port=server.port, password=None)
    await modal.tick("Connect anonymously", "Sign in without username and password")
    await modal.changed()
    assert "SSL key" not in modal.fields()
    await modal.press("Manage SSL keys")
    await modal.shows("A client key shows a mail server")
    await upload(modal, "client.p12", p12, called="Ours", passphrase=PASSPHRASE)
    await stored(modal)
    await modal.shows("Client key, not used")
    await idle(bot)
    await modal.close()
    assert modal.value("From address") == "team@example.com"
    [ours] = [each for each in modal.options("SSL key") if each.startswith("Ours (client key")]
    await modal.choose("SSL key", ours)
    await bot.save(modal)
    await bot.admin.command("/mailtest", "bob@example.com")
    await bot.slack.message("C1", containing="accepted the message")
    await asyncio.to_thread(server.wait_for, lambda it: it.messages)


PEOPLE = ("member", "guest", "foreign")


@pytest.fixture
def people(bot: Any) -> dict[str, Any]:
    foreign = bot.slack.add_user(
        "UFOREIGN", name="foreign", team_id="T9", is_admin=True, is_stranger=True
    )
    return {"member": bot.member, "guest": bot.guest, "foreign": foreign}


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_is_no_admin_comes_through_no_door(
    bot: Any, pem: bytes, people: dict[str, Any], who: str
) -> None:
    modal = await open_keys(bot)
    await upload(modal, "client.pem", pem, called="Ours")
    await stored(modal)
    key_id = next(iter(bot.parts.vault.ssl_keys("T1")))
    await modal.pick("Ours", "Rename")
    await modal.shows("Rename SSL key")
    before, text = (kept(bot), deeds(bot)), modal.text()
    person, view = people[who], modal.payload()
    option = {"selected_option": {"value": f"delete:{key_id}"}, "value": key_id}
    for action_id in ("manage_keys", "upload_key", "key_menu", "choose_key", "trust_certificate"):
        answer = await person.forge_action({"action_id": action_id, **option}, view=view)
        assert (answer.status, answer.body) == (200, "")
    for callback_id in ("key_upload", "key_rename", "key_delete", "key_trust"):
        answer = await person.forge_submission(view | {"callback_id": callback_id})
        assert "owners and admins" in answer.body or "other organisations" in answer.body
        assert who == "foreign" or "push" not in answer.body
    if who != "foreign":
        await person.command("/mailsettings", "keys")
        message = await bot.slack.message("C1", containing="owners and admins")
        assert message.visible_to == person.id
    await idle(bot)
    assert (kept(bot), deeds(bot)) == before
    assert modal.text() == text
    for rule in ("views.push needs a trigger id", "A trigger id was used twice"):
        if any(rule in each for each in bot.slack.violations):
            bot.slack.forgive(rule)


async def test_who_is_no_admin_any_more_uploads_nothing_and_loses_nothing(
    bot: Any, pem: bytes
) -> None:
    modal = await open_keys(bot)
    await modal.press("Upload")
    await modal.shows("Passphrase")
    modal.attach("File", "client.pem", pem)
    await modal.type("Name", "Ours")
    bot.slack.add_user("UADMIN", name="admin")
    assert "owners and admins" in (await modal.submit()).errors["File"]
    assert kept(bot) == {}
    bot.slack.add_user("UADMIN", name="admin", is_admin=True)
    await modal.submit()
    await stored(modal)
