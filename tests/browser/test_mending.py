"""One tap mends it: from the channel and from the form, where an admin confirms it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from bot.demo.servers import DOMAIN, OTHER_HOST, USERNAME

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("title", "button", "field", "value"),
    [
        ("TLS on the wrong port", "Use SMTP with STARTTLS on port", "Mail protocol", "starttls"),
        ("Certificate of another host", f"Use {OTHER_HOST}", "Server address", OTHER_HOST),
        ("Refuses the sender", "Use the username as From address", "From address", USERNAME),
    ],
)
async def test_a_tap_in_the_channel_changes_the_form_and_a_save_tests_again(
    window: Any, title: str, button: str, field: str, value: str
) -> None:
    await window.put_in(title)
    await window.say("/mailtest")
    await window.last.get_by_role("button", name=button).click()
    await expect(window.modal).to_contain_text("the form says so now, and nothing is saved yet")
    await expect(window.modal.get_by_label(field)).to_have_value(value)
    await window.accessible()
    await window.save()
    await expect(window.last).to_contain_text(f"{DOMAIN} accepted the message")
    await expect(window.messages.filter(has_text="failed at stage")).to_have_count(1)


async def test_a_tap_in_the_form_changes_it_and_tests_it_at_once(window: Any) -> None:
    await window.use("TLS on the wrong port")
    await window.modal.get_by_role("button", name="Send test message").click()
    await expect(window.modal).to_contain_text("failed at stage TLS")
    fix = window.modal.get_by_role("button", name="Use SMTP with STARTTLS on port")
    await fix.focus()
    await window.page.keyboard.press("Enter")
    await expect(window.modal).to_contain_text("accepted the message")
    await window.modal.get_by_role("button", name="Back").click()
    await expect(window.modal.get_by_label("Mail protocol")).to_have_value("starttls")
    await window.save()


async def test_a_member_sees_the_button_and_is_told_who_may_press_it(open_window: Any) -> None:
    admin, member = await open_window("UADMIN"), await open_window("UMEMBER")
    await admin.put_in("TLS on the wrong port")
    await admin.say("/mailtest")
    await expect(member.last).to_contain_text("failed at stage TLS")
    button = member.last.get_by_role("button", name="Use SMTP with STARTTLS on port")
    await button.click()
    told = member.messages.filter(has_text="Only visible to you").last
    await expect(told).to_contain_text(re.compile("owners and admins"))
    await expect(member.modal).to_be_hidden()
