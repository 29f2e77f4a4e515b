"""A real browser on the whole demo, and windows in which people use it."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

from bot.demo.program import Demo, Wishes
from bot.smtp.network import Deadlines

PATIENCE = 30_000
"""Milliseconds until something that has not appeared counts as missing."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SETTLED = """() => Promise.allSettled(
  document.getAnimations()
    .filter((each) => each.effect?.getTiming().iterations !== Infinity)
    .map((each) => each.finished))"""

expect.set_options(timeout=PATIENCE)


class Window:
    """One person's window on the demo."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.modal = page.locator("#frame")
        self.composer = page.get_by_role("textbox", name=re.compile("^Message "))
        self.messages = page.get_by_role("region", name="Messages").locator(".message")
        self.servers = page.locator("#servers > li")
        self.mails = page.locator("#inbox .mail")
        self.guide = page.get_by_role("region", name="Guided first minute")

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.messages.last

    async def say(self, text: str) -> None:
        """Type into the composer, and Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def open_settings(self) -> None:
        """Type the command, and see the form."""
        await self.say("/mailsettings")
        await expect(self.modal.get_by_role("button", name="Save", exact=True)).to_be_visible()

    async def go(self, pane: str) -> None:
        """Choose a tab of the panel, or of the bar at the foot of a narrow page."""
        await self.page.locator(f"button[data-pane={pane}]:visible").click()

    async def use(self, title: str) -> None:
        """Let a mail server fill the form, which opens if it must."""
        await self.go("servers")
        card = self.servers.filter(has=self.page.locator("h3", has_text=title))
        await card.get_by_role("button", name="Use it").click()
        await expect(card).to_have_class(re.compile("used"))
        await expect(self.modal).to_be_visible()

    async def shown_password(self) -> str:
        """Return what the strip over the form says to be the server's password; or nothing."""
        shown = self.modal.locator(".strip-password code")
        return await shown.inner_text() if await shown.count() else ""

    async def ask_for_password(self) -> None:
        """Press the button that leads to where a password is given."""
        await self.modal.get_by_role("button", name=re.compile("^(Set|Change) password")).click()

    async def password_page(self) -> Page:
        """Follow the link to the one-time page, which opens in a tab of its own."""
        await self.ask_for_password()
        async with self.page.context.expect_page() as opened:
            await self.modal.get_by_role("link", name="Open the password page").click()
        page = await opened.value
        await page.wait_for_load_state()
        return page

    async def give_password(self, password: str) -> None:
        """Use the one-time page, and come back to the form."""
        page = await self.password_page()
        await page.get_by_label("password").fill(password)
        await page.get_by_role("button").click()
        await expect(page.get_by_text("You can close")).to_be_visible()
        await page.close()
        await expect(self.modal.get_by_text("The new password was given")).to_be_visible()
        await self.modal.get_by_role("button", name="Back").click()
        await expect(self.modal.get_by_text("new password given")).to_be_visible()

    async def submit(self) -> None:
        """Press Save."""
        await self.modal.get_by_role("button", name="Save", exact=True).click()

    async def save(self) -> None:
        """Save, and close what says so."""
        await self.submit()
        await expect(self.modal.get_by_text("Saved.", exact=False).first).to_be_visible()
        await self.modal.get_by_role("button", name="Done").click()
        await expect(self.modal).to_be_hidden()

    async def put_in(self, title: str) -> None:
        """Save the settings of a demo's mail server."""
        await self.use(title)
        if password := await self.shown_password():
            await self.give_password(password)
        await self.save()

    async def steps_done(self, count: int) -> None:
        """Wait until the guide has ticked so many steps off."""
        await expect(self.guide.get_by_text(f"{count} of 8")).to_be_visible()

    async def settled(self) -> None:
        """Wait until nothing moves any more."""
        await self.page.evaluate(SETTLED)

    async def focused(self) -> str:
        """Name the element that has the keyboard's focus."""
        named: str = await self.page.evaluate(
            "() => { const at = document.activeElement; return at.labels?.[0]?.textContent"
            " ?? at.getAttribute('aria-label') ?? at.textContent }"
        )
        return named.strip()

    async def accessible(self) -> None:
        """Have axe look at the page: nothing serious, nothing critical."""
        await self.settled()
        options = {"resultTypes": ["violations"], "iframes": False}
        found = (await Axe().run(self.page, options=options)).response["violations"]
        grave = [
            (each["id"], node["html"], node["failureSummary"])
            for each in found
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]
        assert grave == []


OpenWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, one for each worker."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and os.environ.get("CI"):  # noqa: TID251 - CI says so nowhere else
        pytest.fail("There is no Chromium here, and CI must have one: .ci/run installs it.")
    if path is None:
        pytest.skip("There is no Chromium here. On Debian: apt-get install chromium")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        await running.close()


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    """How the demo is started; a test may have it otherwise."""
    patience = Deadlines(lookup=2, connection=2, stage=2, final=3, total=12, aside=0.5)
    return Wishes(directory=tmp_path, port=0, deadlines=patience)


@pytest_asyncio.fixture(loop_scope="session")
async def demo(wishes: Wishes) -> AsyncIterator[Demo]:
    running = Demo(wishes)
    await running.start()
    yield running
    await running.stop()
    running.slack.check()


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser, demo: Demo) -> AsyncIterator[OpenWindow]:
    """Open windows on the demo; nothing in them may complain, or ask another computer."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "about:", "data:")):
            faults.append(f"asks elsewhere: {request.url}")

    def logged(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            faults.append(message.text)

    async def open_window(
        user: str = "UADMIN", *, width: int = 1280, height: int = 800, **options: Any
    ) -> Window:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("request", asked)
        context.on("console", logged)
        context.on("weberror", lambda problem: faults.append(str(problem.error)))
        page = await context.new_page()
        await page.goto(f"{demo.address}?user={user}")
        await page.wait_for_selector("body[data-ready]")
        return Window(page)

    yield open_window
    for each in contexts:
        await each.close()
    assert faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def window(open_window: OpenWindow) -> Window:
    """The admin's window."""
    return await open_window()
