"""axe looks at the page, at each modal and at the inbox, in light and in dark."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from bot.demo.servers import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@SCHEMES
async def test_the_page_and_its_panels_are_accessible(open_window: Any, scheme: str) -> None:
    window = await open_window(color_scheme=scheme)
    await window.accessible()
    await window.guide.get_by_role("button", name="Steps").click()
    await window.composer.focus()
    await window.page.keyboard.type("/")
    await expect(window.page.get_by_role("listbox", name="Commands")).to_be_visible()
    await window.accessible()
    await window.go("servers")
    for each in await window.servers.locator("summary").all():
        await each.click()
    await window.accessible()
    await window.page.get_by_role("button", name="ops").click()
    await window.accessible()


@SCHEMES
async def test_each_view_of_the_settings_is_accessible(open_window: Any, scheme: str) -> None:
    window = await open_window(color_scheme=scheme)
    await window.open_settings()
    await window.accessible()
    await window.modal.get_by_label("Mail provider").select_option(label="Gmail / Google Workspace")
    await expect(window.modal.get_by_label("Server address")).to_have_value("smtp.gmail.com")
    await window.modal.get_by_role("button", name="More options").click()
    await expect(window.modal.get_by_label("HELO name")).to_be_visible()
    await window.accessible()
    await window.use("All well, with STARTTLS")
    await window.modal.get_by_label("Server port").fill("0")
    await window.submit()
    await expect(window.modal.locator(".error")).to_be_visible()
    await window.accessible()
    await window.use("All well, with TLS from the start")
    page = await window.password_page()
    await window.accessible()
    await type(window)(page).accessible()
    await page.get_by_label("password").fill(PASSWORD)
    await page.get_by_role("button").click()
    await expect(page.get_by_text("You can close")).to_be_visible()
    await type(window)(page).accessible()
    await expect(window.modal.get_by_text("The new password was given")).to_be_visible()
    await window.accessible()
    await window.modal.get_by_role("button", name="Back").click()
    await window.submit()
    await expect(window.modal.get_by_text("Saved.", exact=False).first).to_be_visible()
    await window.accessible()


@SCHEMES
async def test_results_details_and_mails_are_accessible(open_window: Any, scheme: str) -> None:
    window = await open_window(color_scheme=scheme)
    await window.put_in("Hangs up after the message")
    await window.say("/mailtest")
    await expect(window.last.get_by_role("button", name="Details")).to_be_visible()
    await window.put_in("Certificate of another host")
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("What to do")
    await window.accessible()
    await window.last.get_by_role("button", name="Details").click()
    await expect(window.modal).to_be_visible()
    await expect(window.modal).to_contain_text("The conversation")
    await window.accessible()
    await window.page.keyboard.press("Escape")
    await window.go("inbox")
    await window.accessible()
    await window.mails.first.click()
    for part in ("Text", "HTML", "Headers", "Source"):
        await window.page.get_by_role("tab", name=re.compile(f"^{part}$")).click()
        await window.accessible()
    await window.say("/mailsettings history")
    await expect(window.last).to_contain_text("Who changed what")
    await window.accessible()
