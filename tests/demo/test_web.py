import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.demo.program import Demo, Wishes


async def test_the_page_loads_nothing_from_outside(page: Any, demo: Demo) -> None:
    async with page.session.get(demo.address) as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        text = await response.text()
    assert "://" not in text


async def test_assets_have_their_types_and_are_never_stale(page: Any, demo: Demo) -> None:
    async with page.session.get(f"{demo.address}static/main.js") as response:
        assert response.content_type == "text/javascript"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["none.js", "..%2Fprogram.py", "%2e%2e%2fprogram.py", "main"])
async def test_no_path_leads_out_of_the_folder(page: Any, demo: Demo, name: str) -> None:
    async with page.session.get(f"{demo.address}static/{name}") as response:
        assert response.status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example:80"])
@pytest.mark.parametrize("path", ["", "api/stream?user=UADMIN"])
async def test_a_name_that_is_not_loopback_is_refused(
    page: Any, demo: Demo, host: str, path: str
) -> None:
    async with page.session.get(f"{demo.address}{path}", headers={"Host": host}) as response:
        assert response.status == 403
        assert "only on this computer" in (await response.json())["error"]


async def test_localhost_is_loopback_too(page: Any, demo: Demo) -> None:
    headers = {"Host": f"localhost:{demo.address.split(':')[2].strip('/')}"}
    async with page.session.get(demo.address, headers=headers) as response:
        assert response.status == 200


async def test_another_site_cannot_drive_the_demo(page: Any, demo: Demo) -> None:
    body = {"user": "UADMIN", "channel": "C1", "text": "hello"}
    async with page.session.post(
        f"{demo.address}api/command", json=body, headers={"X-Demo": "0"}
    ) as response:
        assert response.status == 403
    assert len(demo.slack.messages("C1")) == 1


def listening() -> set[str]:
    """The addresses on which this process listens, as Linux writes them: hexadecimal."""
    mine = {str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and f"socket:[{parts[9]}]" in mine:
                found.add(parts[1].partition(":")[0])
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells in /proc who listens where")
@pytest.mark.usefixtures("demo")
async def test_everything_listens_on_loopback_alone() -> None:
    assert listening() == {"0100007F"}  # 127.0.0.1


async def test_each_change_comes_down_the_stream(page: Any) -> None:
    before = await page.sees()
    watching = asyncio.create_task(
        page.seen_by("UMEMBER").sees(lambda s: len(s["messages"]["C1"]) == 2)
    )
    await page.do("command", channel="C1", text="Who broke mail?")
    after = await watching
    assert after["messages"]["C1"][-1]["text"] == "Who broke mail?"
    assert after["version"] > before["version"]


class TestAQuietStream:
    @pytest.fixture
    def wishes(self, wishes: Wishes) -> Wishes:
        return replace(wishes, heartbeat=0.01)

    async def test_it_asks_whether_anybody_is_there(self, page: Any, demo: Demo) -> None:
        where, who = f"{demo.address}api/stream", {"user": "UADMIN"}
        async with asyncio.timeout(30), page.session.get(where, params=who) as response:
            await response.content.readuntil(b": still here\n\n")


async def test_nobody_streams_for_a_stranger(page: Any, demo: Demo) -> None:
    for user in ("UNOBODY", "UBOT"):
        async with page.session.get(f"{demo.address}api/stream", params={"user": user}) as response:
            assert response.status == 404
            assert (await response.json())["error"]


async def test_a_stream_ends_with_the_demo(page: Any, demo: Demo) -> None:
    async with page.session.get(f"{demo.address}api/stream", params={"user": "UADMIN"}) as response:
        await response.content.readline()
        async with asyncio.timeout(5):
            await demo.stop()
            await response.content.read()
