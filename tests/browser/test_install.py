"""The pages on which a workspace installs the app: accessible, and whole on a phone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

from bot.installed import Installation
from bot.slack.install import InstallPages, _again, _done

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ODD = "Acme & <b>Söhne</b> " + "x" * 80


async def pages() -> list[str]:
    nothing: Any = SimpleNamespace()
    made = InstallPages(
        oauth=nothing,
        threads=nothing,
        vault=nothing,
        installations=nothing,
        public_url="https://mail-bot.example.com",
        authorize_url="https://slack.com/oauth/v2/authorize",
        clock=lambda: datetime.now(UTC),
    )
    one = Installation(team_id="T1", name=ODD, bot_token="xoxb-1")
    all_of_it = Installation(team_id="", enterprise_id="E1", name="Group", bot_token="xoxb-1")
    shown = [await made.show(nothing), _done(one), _done(all_of_it), _again(400, "Again", "Why")]
    return [str(each.text) for each in shown]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
async def test_each_page_is_accessible_and_fits(browser: Any, scheme: str, width: int) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme
    )
    page = await context.new_page()
    for html in await pages():
        await page.set_content(html)
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await context.close()
