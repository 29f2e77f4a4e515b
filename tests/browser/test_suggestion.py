"""An admin who knows the From address alone: the demo's name server knows the rest."""

from typing import Any

import pytest
from playwright.async_api import expect

from bot.demo.servers import PASSWORD, USERNAME

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def type_from(window: Any, address: str) -> None:
    """Type a From address, and Enter."""
    await window.modal.get_by_label("From address").fill(address)
    await window.modal.get_by_label("From address").press("Enter")


async def test_a_from_address_leads_to_a_server_that_works(window: Any) -> None:
    await window.open_settings()
    await type_from(window, USERNAME)
    await expect(window.modal).to_contain_text("For demo.example: smtps.demo.example, port ")
    await expect(window.modal).to_contain_text("demo.example publishes this server")
    await expect(window.modal.get_by_label("From address")).to_be_focused()
    use = window.modal.get_by_role("button", name="Use this server")
    await expect(use).to_be_in_viewport(ratio=1)
    await window.accessible()
    await window.modal.get_by_role("button", name="Use this server").click()
    await expect(window.modal).to_contain_text("Filled in above: smtps.demo.example")
    host = window.modal.get_by_label("Server address")
    await expect(host).to_have_value("smtps.demo.example")
    protocol = window.modal.get_by_label("Mail protocol")
    await expect(protocol).to_have_value("implicit")
    await expect(window.modal.get_by_role("button", name="Use this server")).to_have_count(0)
    await window.modal.get_by_role("textbox", name="Username").fill(USERNAME)
    await window.give_password(PASSWORD)
    await window.save()
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("smtps.demo.example accepted the message")


async def test_a_domain_whose_mail_google_handles_leads_to_gmail(window: Any) -> None:
    await window.open_settings()
    await type_from(window, "adam@acme.example")
    await expect(window.modal).to_contain_text("For acme.example: smtp.gmail.com, port 465")
    await window.modal.get_by_role("button", name="Use this server").click()
    await expect(window.modal).to_contain_text("Google takes an App Password here")
    await expect(window.modal.get_by_label("From address")).to_have_value("adam@acme.example")


async def test_an_address_of_nobodys_leads_nowhere(window: Any) -> None:
    await window.open_settings()
    await type_from(window, "ana@nowhere.example")
    await type_from(window, "ana@hotmail.com")
    await expect(window.modal).to_contain_text("can't send through Outlook.com")
    await expect(window.modal).not_to_contain_text("nowhere.example")
    await expect(window.modal.get_by_role("button", name="Use this server")).to_have_count(0)
