import asyncio
import json
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import TLSSetupException

from bot.demo.certificates import Authority
from bot.demo.inbox import Inbox
from bot.demo.mail import Mailbox
from bot.demo.mail_servers import MailServers
from bot.demo.servers import SERVERS, DemoServer, Manner

LITTLE = "451 4.3.0 Something went wrong here"
ENDS = {
    "smtp": "smtp.demo.example accepted the message for adam@acme.example",
    "smtps": "smtps.demo.example accepted the message for adam@acme.example",
    "login": "failed at stage Authentication",
    "expired": "failed at stage TLS",
    "wrong-name": "failed at stage TLS",
    "unknown-authority": "failed at stage TLS",
    "client-key": "failed at stage TLS",
    "no-starttls": "failed at stage TLS",
    "wrong-port": "failed at stage TLS",
    "silent": "failed at stage Greeting",
    "sender": "failed at stage Sender",
    "recipient": "failed at stage Recipient",
    "greylist": "failed at stage Recipient",
    "hangs-up": "Unknown: hangs-up.demo.example may have accepted the message",
    "imap": "failed at stage Greeting",
}
SAID = {
    "login": "535 5.7.8",
    "expired": "has expired",
    "wrong-name": "for other names",
    "unknown-authority": "can't be traced to an authority",
    "client-key": "client certificate",
    "no-starttls": "offers no encryption",
    "wrong-port": "set “Mail protocol” to “SMTP with STARTTLS”",
    "silent": "did not answer in time",
    "sender": "Sender address rejected: not owned by",
    "recipient": "User unknown",
    "greylist": "greylisting",
    "hangs-up": "look for code",
    "imap": "reading mail (IMAP)",
}


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.id)
async def test_each_server_is_as_it_says(page: Any, server: DemoServer) -> None:
    await page.fill(server.id)
    await page.save()
    message = await page.test()
    assert ENDS[server.id] in message["text"]
    shown = json.dumps(message["blocks"], ensure_ascii=False)
    assert SAID.get(server.id, "Now look for code") in shown
    arrived = server.id in {"smtp", "smtps", "hangs-up"}
    assert len((await page.sees())["inbox"]) == arrived


async def test_a_greylisted_message_is_taken_when_it_comes_again(page: Any) -> None:
    await page.fill("greylist")
    await page.save()
    assert "failed" in (await page.test())["text"]
    assert "accepted" in (await page.test())["text"]
    assert "failed" in (await page.test("/mailtest bob@acme.example"))["text"]


async def test_the_sender_that_the_server_names_is_taken(page: Any) -> None:
    await page.fill("sender")
    view = (await page.sees())["modals"][0]
    await page.do("modal/submit", view_id=view["id"], values=typed("from_address", "team"))
    await page.do("modal/close", view_id=view["id"], all=True)
    assert "accepted" in (await page.test())["text"]


def typed(name: str, user: str) -> dict[str, Any]:
    return {name: {name: f"{user}@demo.example"}}


def test_what_is_shown_tells_the_servers_apart() -> None:
    for name in ("id", "host", "title", "usual_port"):
        assert len({getattr(each, name) for each in SERVERS}) == len(SERVERS), name
    assert [each.id for each in SERVERS if not each.wrong] == ["smtp", "smtps"]


async def test_a_usual_port_that_is_taken_is_no_hindrance() -> None:
    imap = next(each for each in SERVERS if each.manner is Manner.IMAP)
    servers = MailServers(inbox=Inbox(tell=lambda: None), met=lambda _server: None)
    with await taken(imap.usual_port):
        try:
            await servers.start(Authority())
            assert servers.ports["imap"] != imap.usual_port
        finally:
            await servers.stop()


async def taken(port: int) -> socket.socket:
    """Take *port*, as soon as another test's demo gives it back."""
    async with asyncio.timeout(30):
        while True:
            with suppress(OSError):
                return socket.create_server(("127.0.0.1", port))
            await asyncio.sleep(0.05)


async def test_a_server_that_fails_says_little_and_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailbox = Mailbox(server=SERVERS[0], inbox=Inbox(tell=lambda: None))
    assert await mailbox.handle_exception(TLSSetupException()) == LITTLE
    assert not caplog.records
    assert await mailbox.handle_exception(RuntimeError("inner workings")) == LITTLE


async def test_mail_without_an_account_is_refused_where_one_is_needed(tmp_path: Path) -> None:
    authority = Authority()
    authority.write(tmp_path / "authority.pem")
    inbox = Inbox(tell=lambda: None)
    servers = MailServers(inbox=inbox, met=lambda _server: None)
    await servers.start(authority)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", servers.ports["smtps"], ssl=trusted, server_hostname="smtps.demo.example"
    )
    for command in ("EHLO me.example", "MAIL FROM:<me@example.com>"):
        await reader.readline()
        writer.write(f"{command}\r\n".encode())
    lines = [await reader.readline()]
    while not lines[-1].startswith(b"5"):
        lines.append(await reader.readline())
    assert lines[-1].startswith(b"530 5.7.0")
    await servers.stop()
    assert await reader.read() == b""
    writer.close()
    assert inbox.as_json() == []
