"""A narrow page, and a dark one."""

from typing import Any

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
BRIGHTNESS = """() => {
  const [red, green, blue] = getComputedStyle(document.body)
    .backgroundColor.match(/\\d+/g).map(Number);
  return red + green + blue;
}"""


async def fits(window: Any) -> None:
    """Nothing is wider than the page."""
    wide = await window.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


async def test_all_can_be_done_on_a_phone(open_window: Any) -> None:
    phone = await open_window(**PHONE)
    for pane in ("channels", "inbox", "servers", "chat"):
        await phone.go(pane)
        await fits(phone)
    await phone.put_in("All well, with STARTTLS")
    await phone.say("/mailtest")
    await expect(phone.last).to_contain_text("accepted the message")
    await fits(phone)
    await expect(phone.page.locator("#tabs .badge")).to_have_text("1")
    await phone.go("inbox")
    await phone.mails.first.tap()
    await expect(phone.page.locator(".reader .code")).to_be_visible()
    await fits(phone)


async def test_a_form_on_a_phone_can_be_scrolled_to_its_end(open_window: Any) -> None:
    phone = await open_window(**PHONE)
    await phone.open_settings()
    await fits(phone)
    save = phone.modal.get_by_role("button", name="Save", exact=True)
    await expect(save).to_be_in_viewport()
    last = phone.modal.get_by_role("button", name="Send test message")
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()


async def test_who_likes_it_dark_gets_it_dark(open_window: Any) -> None:
    dark, light = await open_window(color_scheme="dark"), await open_window()
    assert await dark.page.evaluate(BRIGHTNESS) < 150
    assert await light.page.evaluate(BRIGHTNESS) > 600


async def test_the_choice_of_colours_stays(open_window: Any) -> None:
    window = await open_window(color_scheme="dark")
    toggle = window.page.locator("#theme")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-label", "Colours: light")
    await window.page.reload()
    await expect(window.composer).to_be_visible()
    assert await window.page.evaluate(BRIGHTNESS) > 600
