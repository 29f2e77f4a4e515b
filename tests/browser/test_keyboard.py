"""The page without a mouse: where the focus goes, and what the keys do."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def tabs_through(window: Any, count: int) -> list[str]:
    """Press Tab so often; name what had the focus."""
    names = []
    for _ in range(count):
        await window.page.keyboard.press("Tab")
        names.append(await window.focused())
    return names


async def test_tab_goes_through_the_page_in_the_order_of_reading(window: Any) -> None:
    await window.page.evaluate("document.activeElement.blur()")
    names = await tabs_through(window, 30)
    order = [
        next((at for at, name in enumerate(names) if re.search(words, name)), None)
        for words in ("mia", "Colours", "Steps", "general", "^Message ", "Mail servers")
    ]
    assert None not in order, names
    assert order == sorted(order, key=lambda each: each or 0), names


async def test_a_command_is_completed_sent_and_brought_back(window: Any) -> None:
    keys = window.page.keyboard
    await window.composer.focus()
    await keys.type("/mail")
    choices = window.page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(choices.first).to_have_attribute("aria-selected", "true")
    first = await choices.first.locator("b").inner_text()
    await keys.press("ArrowDown")
    await expect(choices.nth(1)).to_have_attribute("aria-selected", "true")
    await keys.press("ArrowUp")
    await keys.press("Tab")
    await expect(window.composer).to_have_value(first.split()[0] + " ")
    await expect(choices).to_have_count(0)
    await keys.type("help")
    await keys.press("Enter")
    await expect(window.last).to_contain_text("Only visible to you")
    await expect(window.composer).to_have_value("")
    await keys.press("ArrowUp")
    await expect(window.composer).to_have_value(f"{first.split()[0]} help")


async def test_the_focus_goes_into_the_modal_stays_and_comes_back(window: Any) -> None:
    keys = window.page.keyboard
    await window.open_settings()
    await expect(window.modal.get_by_role("checkbox").first).to_be_focused()
    seen = set()
    for key in ["Tab"] * 40 + ["Shift+Tab"] * 3:
        await keys.press(key)
        assert await window.page.evaluate(
            "document.getElementById('frame').contains(document.activeElement)"
        )
        seen.add(await window.focused())
    assert {"Save", "Cancel", "Close", "Server address"} <= {each.split("\n")[0] for each in seen}
    await keys.press("Escape")
    await expect(window.modal).to_be_hidden()
    await expect(window.composer).to_be_focused()


async def test_enter_submits_and_leads_to_the_field_that_needs_another_look(window: Any) -> None:
    keys = window.page.keyboard
    await window.use("Greylists once")
    port = window.modal.get_by_label("Server port")
    await port.fill("0")
    await keys.press("Enter")
    await expect(window.modal.locator(".error")).to_be_visible()
    await expect(port).to_be_focused()
    await expect(port).to_have_attribute("aria-invalid", "true")
    await port.fill("5878")
    await keys.press("Enter")
    await expect(window.modal.get_by_text("Saved.", exact=False).first).to_be_visible()


async def test_escape_closes_one_view_and_the_one_below_has_the_focus_again(window: Any) -> None:
    keys = window.page.keyboard
    await window.use("All well, with STARTTLS")
    button = window.modal.get_by_role("button", name=re.compile("^Set password"))
    await button.focus()
    await keys.press("Enter")
    link = window.modal.get_by_role("link", name="Open the password page")
    await expect(link).to_be_visible()
    await keys.press("Escape")
    await expect(link).to_be_hidden()
    await expect(button).to_be_focused()


async def test_the_first_minute_needs_no_mouse(window: Any) -> None:
    keys = window.page.keyboard
    await window.composer.focus()
    await keys.type("/mailsettings")
    await keys.press("Enter")
    server = window.modal.get_by_label("Mail server", exact=True)
    await expect(server).to_be_visible()
    await server.focus()
    await keys.type("Greylists")
    await keys.press("Tab")
    assert await window.focused() == "Fill in"
    await keys.press("Enter")
    await expect(window.modal.get_by_label("Server address")).to_have_value("greylist.demo.example")
    await window.modal.get_by_label("Sender name").focus()
    await keys.press("Enter")
    await expect(window.modal.get_by_text("Saved.", exact=False).first).to_be_visible()
    await keys.press("Escape")
    await expect(window.composer).to_be_focused()
    await keys.type("/mailtest")
    await keys.press("Enter")
    again = window.last.get_by_role("button", name="Test again")
    await expect(again).to_be_visible()
    await again.focus()
    await keys.press("Enter")
    await expect(window.last).to_contain_text("accepted the message")
    await keys.press("F6")
    assert await window.page.evaluate(
        "!document.getElementById('messages').contains(document.activeElement)"
    )
