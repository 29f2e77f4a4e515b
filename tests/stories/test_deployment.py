"""What stands around the bot where it is deployed: the image's health check, proxies with TLS."""

import asyncio
import io
import json
import os
import re
import shutil
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
NAME = "mailsettings.example.com"

Front = Callable[[str], Awaitable[str]]


async def finished(*command: str, **environ: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, env=environ)
    return await asyncio.wait_for(process.wait(), 20)


@pytest.mark.both_doors
async def test_the_images_health_check_knows_a_living_bot_from_none(bot: Any) -> None:
    check = re.search(r"^  CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert check is not None
    python, *arguments = json.loads(check[1])
    assert python == "python"
    command = (sys.executable, *arguments)
    # A proxy is not asked for our own address.
    proxies = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    assert await finished(*command, PORT=str(bot.program.port), **proxies) == 0
    assert await finished(*command, PORT=str(free_port())) == 1


@pytest.fixture
def environ() -> dict[str, str]:
    return {"MAILSETTINGS_PUBLIC_URL": f"https://{NAME}"}


@pytest.fixture
async def front(bot: Any, authority: trustme.CA, tmp_path: Path) -> AsyncIterator[Front]:
    """Start a proxy of docs/deploy before the bot, with a certificate of ours."""
    started: list[asyncio.subprocess.Process] = []

    async def start(name: str) -> str:
        if shutil.which(name) is None and "CI" not in os.environ:  # noqa: TID251 - CI says so
            pytest.skip(f"Debian's package of {name} is not installed")
        certificate, key = tmp_path / "fullchain.pem", tmp_path / "key.pem"
        issued = authority.issue_cert("localhost", NAME)
        issued.private_key_pem.write_to_path(key)
        for number, each in enumerate(issued.cert_chain_pems):
            each.write_to_path(certificate, append=number > 0)
        port = free_port()
        command = PROXIES[name](tmp_path, port, bot.program.port)
        with (tmp_path / f"{name}.log").open("w") as said:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=said, stderr=said, env={"HOME": str(tmp_path), "PATH": "/usr/bin"}
            )
        started.append(process)
        while True:  # neither says when it listens
            assert process.returncode is None, (tmp_path / f"{name}.log").read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return f"https://localhost:{port}"

    yield start
    for each in started:
        each.terminate()
        await each.wait()


def nginx(folder: Path, port: int, bot: int) -> list[str]:
    text = (ROOT / "docs/deploy/nginx.conf").read_text()
    for old, new in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("    listen [::]:443 ssl;\n", ""),
        ("127.0.0.1:3000", f"127.0.0.1:{bot}"),
        ("/etc/ssl/mailsettings", str(folder)),
    ):
        assert old in text
        text = text.replace(old, new)
    places = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{\naccess_log {folder}/access.log;\n{places}{text}}}\n"
    )
    return [str(shutil.which("nginx")), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, bot: int) -> list[str]:
    text = (ROOT / "docs/deploy/Caddyfile").read_text()
    own = f"https://localhost:{port} {{\n\ttls {folder}/fullchain.pem {folder}/key.pem"
    for old, new in ((f"{NAME} {{", own), ("127.0.0.1:3000", f"127.0.0.1:{bot}")):
        assert old in text
        text = text.replace(old, new)
    head = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(head + text)
    return [str(shutil.which("caddy")), "run", "--config", str(folder / "Caddyfile")]


PROXIES = {"nginx": nginx, "caddy": caddy}


@pytest.mark.parametrize("name", sorted(PROXIES))
async def test_a_proxy_lets_slack_and_the_password_page_in_and_nothing_else(
    front: Front, authority: trustme.CA, tmp_path: Path, name: str
) -> None:
    address = await front(name)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(connector=connector) as session:
        for path in ("/", "/livez", "/readyz", "/metrics", "/slack"):
            async with session.get(address + path) as answer:
                assert answer.status == 404, path
        async with session.post(f"{address}/slack/events") as answer:
            assert answer.status == 401
        async with session.get(f"{address}/password/secret-token") as answer:
            assert answer.status == 410
            assert answer.headers["Strict-Transport-Security"]
        too_much = io.BytesIO(b"x" * 1_100_000)
        async with session.post(f"{address}/slack/events", data=too_much) as answer:
            assert answer.status in {413, 502}  # Caddy says that it could not be handed on
    assert "secret-token" not in logs_in(tmp_path)


def logs_in(folder: Path) -> str:
    return "".join(each.read_text() for each in folder.glob("*.log"))
