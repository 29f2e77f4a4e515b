"""What a newcomer does: the guided minute, each mail server, both ways to give a password."""

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import expect

from bot.demo.program import Wishes
from bot.demo.servers import PASSWORD, SERVERS, DemoServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAID = {
    "smtp": ["smtp.demo.example accepted the message", "Now look for code"],
    "smtps": ["smtps.demo.example accepted the message", "Now look for code"],
    "login": ["failed at stage Authentication", "535 5.7.8"],
    "expired": ["failed at stage TLS", "has expired"],
    "wrong-name": ["failed at stage TLS", "for other names"],
    "unknown-authority": ["failed at stage TLS", "can't be traced to an authority"],
    "client-key": ["failed at stage", "client certificate"],
    "no-starttls": ["failed at stage TLS", "offers no encryption"],
    "wrong-port": ["failed at stage TLS", "set “Mail protocol” to “SMTP with STARTTLS”"],
    "silent": ["failed at stage Greeting", "did not answer in time"],
    "sender": ["failed at stage Sender", "Sender address rejected: not owned by"],
    "recipient": ["failed at stage Recipient", "User unknown"],
    "greylist": ["failed at stage Recipient", "greylisting"],
    "hangs-up": ["Unknown: hangs-up.demo.example may have accepted", "look for code"],
    "imap": ["failed at stage Greeting", "reading mail (IMAP)"],
}


async def test_the_guided_minute_is_what_it_promises(window: Any) -> None:
    await window.steps_done(0)
    await window.open_settings()
    await window.steps_done(1)
    await window.use("All well, with STARTTLS")
    await window.steps_done(2)
    await window.give_password(PASSWORD)
    await window.save()
    await window.steps_done(3)

    await window.say("/mailtest adam@acme.example")
    await expect(window.last).to_contain_text("accepted the message for adam@acme.example")
    await window.steps_done(4)
    looked_for = re.search(r"look for code (\d+)", await window.last.inner_text())
    assert looked_for
    await window.mails.first.click()
    await expect(window.page.locator(".reader .code b")).to_have_text(looked_for[1])
    await window.steps_done(4)
    await window.last.get_by_role("button", name="It arrived").click()
    await expect(window.last).to_contain_text("adam@acme.example got the message")
    await window.steps_done(5)

    await window.put_in("TLS on the wrong port")
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("What it means")
    await expect(window.last).to_contain_text("What to do")
    await window.steps_done(7)
    await window.last.get_by_role("button", name="Use SMTP with STARTTLS").click()
    await window.save()
    await expect(window.last).to_contain_text("wrong-port.demo.example accepted the message")
    await window.steps_done(8)
    await expect(window.guide).to_contain_text("you have seen it all")
    await window.guide.get_by_role("button", name="Dismiss the guide").click()
    await expect(window.guide).to_be_hidden()
    await window.page.reload()
    await expect(window.composer).to_be_visible()
    await expect(window.guide).to_be_hidden()


async def test_the_steps_can_be_read_beforehand(window: Any) -> None:
    await window.guide.get_by_role("button", name="Steps").click()
    await expect(window.guide.get_by_role("listitem")).to_have_count(8)
    await window.open_settings()
    await expect(window.guide.get_by_role("listitem").first).to_contain_text("(done)")


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.id)
async def test_each_mail_server_fails_or_works_as_it_says(window: Any, server: DemoServer) -> None:
    await window.put_in(server.title)
    await window.say("/mailtest")
    for words in SAID[server.id]:
        await expect(window.last).to_contain_text(words, ignore_case=True)
    arrived = server.id in {"smtp", "smtps", "hangs-up"}
    await window.go("inbox")
    await expect(window.mails).to_have_count(int(arrived))


async def test_a_password_is_given_on_a_page_that_serves_once(window: Any) -> None:
    await window.use("All well, with TLS from the start")
    page = await window.password_page()
    field = page.get_by_label("password")
    await expect(field).to_have_attribute("type", "password")
    await field.fill(PASSWORD)
    await page.get_by_role("button").click()
    await expect(page.get_by_text("You can close")).to_be_visible()
    assert PASSWORD not in await page.content()
    await window.modal.get_by_role("button", name="Back").click()
    await expect(window.modal.get_by_text("new password given")).to_be_visible()
    await window.save()
    await window.say("/mailtest")
    await expect(window.last).to_contain_text("accepted the message")


async def test_a_quick_click_does_not_bring_back_what_stood_in_the_form(window: Any) -> None:
    for title in ("All well, with STARTTLS", "All well, with TLS from the start"):
        await window.use(title)
        await window.ask_for_password()
        link = window.modal.get_by_role("link", name="Open the password page")
        await expect(link).to_be_visible()
        await window.page.keyboard.press("Escape")
        # Two presses of one button within 0.4 s are taken for a double click.
        await window.page.wait_for_timeout(500)
    host = window.modal.get_by_label("Server address")
    await expect(host).to_have_value("smtps.demo.example")


@pytest.fixture
def in_slack(wishes: Wishes) -> Wishes:
    """As with --password-in-slack."""
    return replace(wishes, password_in_slack=True)


class TestWithoutThePasswordPage:
    @pytest.fixture
    def wishes(self, in_slack: Wishes) -> Wishes:
        return in_slack

    async def test_a_password_is_typed_into_a_view_of_its_own(self, window: Any) -> None:
        await window.use("All well, with STARTTLS")
        await window.ask_for_password()
        await expect(window.modal).to_contain_text("New password")
        await expect(window.modal.get_by_label("New password")).to_be_focused()
        await window.accessible()
        await window.page.keyboard.type(await window.shown_password())
        await window.page.keyboard.press("Enter")
        await expect(window.modal.get_by_text("new password given")).to_be_visible()
        await window.save()
        await window.say("/mailtest")
        await expect(window.last).to_contain_text("accepted the message")
