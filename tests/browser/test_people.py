"""Several people at once: what each may do, and what each sees of the others."""

from typing import Any

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def without_sign_in(window: Any, host: str) -> None:
    """Fill the open form for a server that asks nobody to sign in, and press Save."""
    await window.modal.get_by_label("Server address").fill(host)
    await window.modal.get_by_label("From address").fill("team@demo.example")
    await window.modal.get_by_text("Sign in without").click()
    await expect(window.modal.get_by_label("Username", exact=True)).to_have_count(0)
    await window.submit()


async def test_the_slower_of_two_admins_is_told_who_changed_what_and_when(
    open_window: Any,
) -> None:
    quick, slow = await open_window("UADMIN"), await open_window("UOWNER")
    await quick.open_settings()
    await slow.open_settings()
    await without_sign_in(quick, "one.demo.example")
    await expect(quick.modal.get_by_text("Saved.", exact=False).first).to_be_visible()
    await without_sign_in(slow, "two.demo.example")
    told = slow.modal
    await expect(told).to_contain_text("Nothing was overwritten")
    await expect(told).to_contain_text("@adam")
    await expect(told).to_contain_text("Server address")
    await expect(told.locator("time").first).to_be_visible()
    await expect(told.get_by_label("Server address")).to_have_value("two.demo.example")
    await quick.modal.get_by_role("button", name="Done").click()
    await quick.open_settings()
    await expect(quick.modal.get_by_label("Server address")).to_have_value("one.demo.example")


async def test_a_member_reads_a_summary_and_tests_to_their_own_address(open_window: Any) -> None:
    admin, member = await open_window("UADMIN"), await open_window("UMEMBER")
    await admin.put_in("All well, with STARTTLS")
    await member.say("/mailsettings")
    await expect(member.last).to_contain_text("Only this workspace's owners and admins")
    await expect(member.last).to_contain_text("Only visible to you")
    await expect(member.last).not_to_contain_text("team@demo.example:")
    await expect(member.modal).to_be_hidden()
    await member.say("/mailtest someone@else.example")
    await expect(member.last).to_contain_text("your own address")
    await member.say("/mailtest")
    await expect(member.last).to_contain_text("accepted the message for mia@acme.example")
    await expect(member.last.get_by_role("button", name="Fix settings")).to_have_count(0)
    await expect(admin.last).to_contain_text("accepted the message for mia@acme.example")


async def test_a_guest_may_not_test(open_window: Any) -> None:
    guest = await open_window("UGUEST")
    await guest.say("/mailtest")
    await expect(guest.last).to_contain_text("Only visible to you")
    await expect(guest.last).to_contain_text("uests")
    await guest.say("/mailsettings")
    await expect(guest.last).to_contain_text("/mailsettings")
    await expect(guest.modal).to_be_hidden()


async def test_what_is_private_is_seen_by_one(open_window: Any) -> None:
    member, admin = await open_window("UMEMBER"), await open_window("UADMIN")
    await member.say("/mailsettings help")
    await expect(member.last).to_contain_text("Only visible to you")
    await member.say("Can you all read this?")
    await expect(admin.last).to_contain_text("Can you all read this?")
    await expect(admin.messages.filter(has_text="Only visible to you")).to_have_count(0)


async def test_one_window_becomes_another_person(window: Any) -> None:
    people = window.page.locator("#people")
    await people.get_by_text("mia").click()
    await window.page.wait_for_url("**user=UMEMBER**")
    await expect(window.composer).to_be_visible()
    await window.say("/mailsettings")
    await expect(window.last).to_contain_text("Only this workspace's owners and admins")
