"""What strangers say is text and no more, and the page speaks with the demo alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.config import Config
from bot.demo.program import Demo, Wishes

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVIL = (
    "<script>document.title='run'</script> <img src=x onerror=\"document.title='run'\"> "
    "<!channel> <@UADMIN> <https://evil.example|click> *bold* `code`"
)


async def test_the_page_asks_no_other_host(open_window: Any, demo: Demo) -> None:
    window = await open_window()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    await window.page.reload()
    await window.page.wait_for_selector("body[data-ready]")
    assert len(asked) > 10
    assert [each for each in asked if not each.startswith(demo.address)] == []


async def test_it_says_plainly_that_it_is_a_demo(window: Any) -> None:
    await expect(window.page.locator("header .demo-mark")).to_have_text("Demo")
    await expect(
        window.page.get_by_text("no account, no network, no mail leaves it")
    ).to_be_visible()


async def test_what_a_person_writes_stays_text(window: Any) -> None:
    await window.say("<img src=x onerror=\"document.title='run'\"> <script>alert(1)</script>")
    await expect(window.last).to_contain_text("<img src=x onerror=")
    await expect(window.last).to_contain_text("<script>alert(1)</script>")
    await stays_text(window)


async def stays_text(window: Any) -> None:
    """Nothing of it became an element, a link or a program."""
    strange = window.page.locator("script:not([src]), img[src=x], a[href*='evil.example']")
    await expect(strange).to_have_count(0)
    assert await window.page.title() != "run"


class TestWithAHostileServer:
    @pytest_asyncio.fixture(loop_scope="session")
    async def port(self) -> AsyncIterator[int]:
        """A mail server that refuses everyone with markup in its words."""

        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(f"220 {EVIL}\r\n".encode())
            while line := await reader.readline():
                word = line[:4].upper()
                reply = "250 hello" if word in {b"EHLO", b"RSET"} else f"550 5.1.1 {EVIL}"
                writer.write(f"{reply}\r\n".encode())
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        yield server.sockets[0].getsockname()[1]
        server.close()

    @pytest_asyncio.fixture(loop_scope="session")
    async def demo(self, wishes: Wishes, port: int) -> AsyncIterator[Demo]:
        """The demo, which lets the bot connect to that port too."""

        class Wider(Demo):
            def _config(self, facts: dict[str, str]) -> Config:
                name = "MAILSETTINGS_ALLOWED_PORTS"
                return super()._config(facts | {name: f"{facts[name]},{port}"})

        running = Wider(wishes)
        await running.start()
        yield running
        await running.stop()
        running.slack.check()

    async def test_what_a_mail_server_says_stays_text(self, window: Any, port: int) -> None:
        await window.use("No STARTTLS")
        protocol = window.modal.get_by_label("Mail protocol")
        await protocol.select_option(label="SMTP (no encryption)")
        await expect(window.modal.get_by_label("SSL key")).to_have_count(0)
        await window.modal.get_by_label("Server port").fill(str(port))
        await window.save()
        await window.say("/mailtest")
        await expect(window.last).to_contain_text("failed at stage Sender")
        await expect(window.last).to_contain_text("<script>document.title='run'</script>")
        await expect(window.last).to_contain_text("<!channel> <@UADMIN>")
        await expect(window.last).to_contain_text("*bold* `code`")
        await stays_text(window)
        await window.last.get_by_role("button", name="Details").click()
        await expect(window.modal).to_contain_text("<img src=x onerror=")
        await stays_text(window)
