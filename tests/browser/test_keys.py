"""SSL keys in the demo: downloaded, uploaded, chosen, used; and a certificate that is trusted."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Locator, expect

from bot.demo.servers import KEY_FILE, KEY_PASSPHRASE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def field(window: Any, name: str) -> Locator:
    found: Locator = window.modal.get_by_role("textbox", name=name)
    return found


async def open_upload(window: Any) -> None:
    await window.say("/mailsettings keys")
    await window.modal.get_by_role("button", name="Upload").click()
    await expect(field(window, "Passphrase")).to_be_visible()


async def downloaded(window: Any) -> FilePayload:
    """Take the demo's own key from the strip over the view."""
    async with window.page.expect_download() as download:
        await window.modal.get_by_role("link", name=f"Download {KEY_FILE}").click()
    path = await (await download.value).path()
    content = await asyncio.to_thread(Path(path).read_bytes)
    return {"name": KEY_FILE, "mimeType": "application/x-pkcs12", "buffer": content}


async def submit(window: Any) -> None:
    await window.modal.get_by_role("button", name="Upload", exact=True).click()


async def test_a_client_key_is_uploaded_chosen_and_opens_the_server(window: Any) -> None:
    await window.put_in("Wants a client certificate")
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("wants a client certificate")

    await open_upload(window)
    key = await downloaded(window)
    chooser = window.modal.locator("input[type=file]")
    await chooser.set_input_files([key])
    await expect(window.modal.locator(".file")).to_contain_text(KEY_FILE)
    await window.modal.get_by_role("button", name=f"Remove {KEY_FILE}").click()
    await expect(window.modal.locator(".file")).to_have_count(0)
    await expect(chooser).to_be_focused()
    await chooser.set_input_files([key])
    await expect(window.modal.locator(".file")).to_contain_text(KEY_FILE)
    await field(window, "Name").fill("Our client key")
    await field(window, "Passphrase").fill("wrong")
    await submit(window)
    await expect(window.modal).to_contain_text("This passphrase doesn't open the private key")
    await expect(field(window, "Name")).to_have_value("Our client key")
    await expect(window.modal).to_contain_text(f"The file {KEY_FILE} is still here")
    await field(window, "Passphrase").fill(KEY_PASSPHRASE)
    await window.page.keyboard.press("Enter")
    await expect(window.modal).to_contain_text("Stored, sealed.")
    await window.modal.get_by_role("button", name="Back").click()
    await expect(window.modal.get_by_role("button", name="More actions")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(window.modal).to_be_hidden()

    await window.use("Wants a client certificate")
    chosen = window.modal.get_by_label("SSL key", exact=True).locator("option:checked")
    await expect(chosen).to_have_text(re.compile("^Our client key"))
    await window.save()
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("accepted the message")


async def test_an_unknown_authority_is_trusted_from_the_failed_test(window: Any) -> None:
    await window.put_in("Unknown authority")
    await window.say("/mailtest")
    await window.last.get_by_role("button", name="Trust this certificate").click()
    await expect(window.modal).to_contain_text("First compare the SHA-256 fingerprint")
    await window.modal.get_by_role("button", name="Trust", exact=True).click()
    await window.modal.get_by_role("button", name="Choose it in the mail settings").click()
    await expect(window.modal).to_contain_text("is chosen as “SSL key” below")
    await window.save()
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("accepted the message")


async def test_a_dropped_file_is_chosen_too(window: Any) -> None:
    await open_upload(window)
    transfer = await window.page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["dropped"], "dropped.pem"));
          return transfer;
        }"""
    )
    box = window.modal.locator(".file-drop")
    for event in ("dragover", "drop"):
        await box.dispatch_event(event, {"dataTransfer": transfer})
    await expect(window.modal.locator(".file")).to_contain_text("dropped.pem")


async def test_a_file_is_chosen_by_the_keyboard(window: Any) -> None:
    async with window.page.expect_file_chooser() as opened:
        await open_upload(window)
        await expect(window.modal.locator("input[type=file]")).to_be_focused()
        # Playwright doesn't wait until Chromium leaves file choosers to it: that is asked early.
        await window.page.keyboard.press("Enter")
    await (await opened.value).set_files(await downloaded(window))
    await expect(window.modal.locator(".file")).to_contain_text(KEY_FILE)
    await submit(window)
    await expect(window.modal.locator(".error")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_each_view_of_ssl_keys_is_accessible(open_window: Any, scheme: str) -> None:
    window = await open_window(color_scheme=scheme)
    await open_upload(window)
    await window.accessible()
    await window.modal.locator("input[type=file]").set_input_files([await downloaded(window)])
    await expect(window.modal.locator(".file")).to_contain_text(KEY_FILE)
    await window.accessible()
    await field(window, "Name").fill("Ours")
    await submit(window)
    await expect(window.modal).to_contain_text("Type its passphrase")
    await window.accessible()
    await field(window, "Passphrase").fill(KEY_PASSPHRASE)
    await submit(window)
    await expect(window.modal).to_contain_text("Stored, sealed.")
    await window.accessible()
    await window.modal.get_by_role("button", name="Back").click()
    menu = window.modal.get_by_role("button", name="More actions")
    await menu.click()
    await window.accessible()
    await window.modal.get_by_role("menuitem", name="Delete").click()
    await expect(window.modal).to_contain_text("gone for good")
    await window.accessible()
