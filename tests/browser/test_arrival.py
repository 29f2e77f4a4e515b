"""The proof of arrival, as people click it: a code in the inbox, a button, a message rewritten."""

import re
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def accepted(window: Any) -> Any:
    """A window in which a test message has just been accepted; its code is in the inbox."""
    await window.put_in("All well, with STARTTLS")
    await window.say("/mailtest adam@acme.example")
    await expect(window.last).to_contain_text("accepted the message for adam@acme.example")
    return window


async def code_in_inbox(window: Any) -> str:
    await window.go("inbox")
    await window.mails.first.click()
    code = window.page.locator(".reader .code b")
    await expect(window.page.locator(".reader")).to_contain_text("Press “It arrived”")
    return str(await code.inner_text())


async def test_a_click_confirms_the_message_and_another_corrects_it(accepted: Any) -> None:
    code = await code_in_inbox(accepted)
    await expect(accepted.last).to_contain_text(f"look for code {code}")
    await accepted.accessible()
    await accepted.last.get_by_role("button", name="It arrived").click()
    await expect(accepted.last).to_contain_text("adam@acme.example got the message: @")
    await expect(accepted.last).to_contain_text(
        re.compile("confirmed it, .+ after the server accepted it")
    )
    await expect(accepted.last).not_to_contain_text("look for code")
    await accepted.last.get_by_role("button", name="It did not arrive").click()
    await expect(accepted.last).to_contain_text("adam@acme.example did not get the message")
    await expect(accepted.last).to_contain_text("spam folder")
    await expect(accepted.last).to_contain_text("This stays open")
    await accepted.accessible()


async def test_the_code_confirms_it_too(accepted: Any) -> None:
    code = await code_in_inbox(accepted)
    await accepted.say(f"/mailtest confirm {code}")
    tested = accepted.messages.filter(has_text="Test message to").last
    await expect(tested).to_contain_text("adam@acme.example got the message")
    await expect(accepted.last).to_contain_text("Confirmed: adam@acme.example got the test message")


async def test_the_mail_team_gets_one_text(accepted: Any) -> None:
    await accepted.last.get_by_role("button", name="Details").click()
    await expect(accepted.modal).to_contain_text("days left")
    await accepted.modal.get_by_role("button", name="Copy for the mail team").click()
    await expect(accepted.modal).to_contain_text("Select all of this")
    await expect(accepted.modal).to_contain_text("STAGES")
    await expect(accepted.modal).to_contain_text("C: AUTH PLAIN ***")
    await accepted.accessible()
