"""`make pictures`: the README's pictures in docs/pictures, taken from the running demo.

pytest collects this file only where it is named, as the Makefile does.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.demo.servers import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {
    "width": 390,
    "height": 844,
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 1.5,
}
LARGEST = 150_000


async def take(window: Any, name: str) -> None:
    """Save what the window shows, once nothing moves and nothing passes over it."""
    page: Page = window.page
    await page.mouse.move(0, 0)
    await window.settled()
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    # Without the blinking caret, so that the same picture has the same bytes.
    await page.screenshot(path=path, caret="hide", animations="disabled")
    assert path.stat().st_size <= LARGEST


async def accepted(window: Any) -> None:
    """Save the settings of a server that works, and test them."""
    await window.put_in("All well, with STARTTLS")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last).to_contain_text("accepted the message")
    await expect(window.mails).to_have_count(1)


async def test_the_first_screen(window: Any) -> None:
    await take(window, "first")


async def test_the_filled_form(window: Any) -> None:
    await window.use("All well, with STARTTLS")
    await window.give_password(PASSWORD)
    await take(window, "form")


async def test_the_form_for_gmail(window: Any) -> None:
    await window.open_settings()
    await window.modal.get_by_label("Mail provider").select_option(label="Gmail / Google Workspace")
    await expect(window.modal.get_by_label("Server address")).to_have_value("smtp.gmail.com")
    await take(window, "gmail")


async def test_an_accepted_test_and_the_code_in_its_mail(window: Any) -> None:
    await accepted(window)
    await take(window, "accepted")
    await window.go("inbox")
    await window.mails.first.click()
    await expect(window.page.locator(".reader .code")).to_be_visible()
    await take(window, "inbox")


async def test_a_failed_test_with_its_explanation(window: Any) -> None:
    await window.put_in("Wrong password")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last).to_contain_text("What to do")
    await take(window, "failed")


async def test_a_failed_test_in_the_dark(open_window: Any) -> None:
    window = await open_window(color_scheme="dark")
    await window.put_in("Expired certificate")
    await window.say("/mailtest bob@acme.example")
    await expect(window.last).to_contain_text("What to do")
    await take(window, "dark")


async def test_a_phone(open_window: Any) -> None:
    window = await open_window(**PHONE)
    await accepted(window)
    await take(window, "phone")
