"""The real program for many workspaces, and the browser in which people install it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

from bot import config as environment
from bot.demo.modal import Modal
from bot.demo.person import Person
from bot.demo.slack import StandIn
from bot.slack.assembly import Parts
from bot.slack.mailtest.admission import Limits
from bot.slack.pace import Pace
from bot.slack.program import Program
from bot.smtp.network import Network
from bot.smtp.ssl_key_files import read_key_file
from bot.vault import Vault, open_vault
from tests.front import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, PUBLIC, SIGNING_SECRET, Choice, Front


@dataclass(kw_only=True)
class Page:
    """What a browser was shown."""

    status: int
    text: str
    headers: Any
    location: str = ""

    @property
    def title(self) -> str:
        found = re.search("<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""


@dataclass(kw_only=True)
class Browser:
    """One person's browser: it keeps our cookie, and goes where it is sent."""

    session: aiohttp.ClientSession
    address: str
    """Of the program, which the world knows as *PUBLIC*."""
    cookie: str = ""

    async def get(self, url: str) -> Page:
        return await self._go("GET", url)

    async def post(self, url: str, **form: str) -> Page:
        return await self._go("POST", url, data=form)

    async def begin(self) -> str:
        """Choose to install, and return where Slack's page is."""
        page = await self.post(f"{PUBLIC}/slack/install")
        assert page.status == 303, page.text
        return page.location

    async def agree(self, where: str) -> str:
        """Do on Slack's page what `Front.choice` says; return the way back."""
        return (await self.get(where)).location

    async def _go(self, method: str, url: str, **more: Any) -> Page:
        url = url.replace(PUBLIC, self.address)
        headers = {"Cookie": self.cookie} if self.cookie and url.startswith(self.address) else {}
        async with self.session.request(
            method, url, headers=headers, allow_redirects=False, **more
        ) as answer:
            if given := answer.headers.get("Set-Cookie"):
                self.cookie = given.partition(";")[0]
            return Page(
                status=answer.status,
                text=await answer.text(),
                headers=answer.headers,
                location=answer.headers.get("Location", ""),
            )


@dataclass(kw_only=True)
class Many:
    """A running bot that serves many workspaces, and everything around it."""

    program: Program
    front: Front
    parts: Parts
    clock: Any
    session: aiohttp.ClientSession
    start: Callable[[], Awaitable[Program]] = field(repr=False)
    """Starts another replica, on the same database."""

    @property
    def vault(self) -> Vault:
        return self.parts.vault

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.program.port}"

    def slack(self, team: str) -> StandIn:
        return self.front.workspaces[team]

    def admin(self, team: str) -> Person:
        return self.slack(team).person("admin")

    def browser(self) -> Browser:
        return Browser(session=self.session, address=self.address)

    async def install(self, place: str, *, user: str = "UADMIN") -> Page:
        """Install the app as a person does; return the page at the end."""
        self.front.choice = Choice(place=place, user=user)
        browser = self.browser()
        return await browser.get(await browser.agree(await browser.begin()))

    async def open_settings(self, team: str, who: str = "admin") -> Modal:
        """Type the command in a workspace and wait for the modal."""
        slack = self.slack(team)
        person = slack.person(who)
        reply = await person.command("/mailsettings", channel=f"C1{slack.workspace.suffix}")
        assert reply.status == 200
        assert not reply.text, reply.text
        modal = await person.modal()
        await modal.shows("Email notifications")
        return modal

    async def save(self, team: str, *, host: str = "mail.example.com", password: str = "") -> None:
        """Fill and save the form of a workspace."""
        modal = await self.open_settings(team)
        await modal.type("Server address", host)
        await modal.type("From address", f"team@{team.lower()}.example")
        if password:
            await modal.type("Username", f"team@{team.lower()}.example")
            page = self.browser()
            await modal.press("Set password")
            await modal.shows("The link works once")
            link = modal.link("Open the password page")
            assert (await page.post(link, password=password)).status == 200
            await modal.shows("The new password was given")
            await modal.close()
        else:
            await modal.tick("Connect anonymously", "Sign in without username and password")
            await modal.changed()
        submitted = await modal.submit()
        assert submitted.errors == {}
        await modal.shows("Saved.")


@pytest.fixture
async def many(
    front: Front,
    door: str,
    limits: Limits,
    pace: Pace,
    network: Network,
    database: dict[str, str],
    environ: dict[str, str],
    clock: Any,
    tmp_path: Path,
) -> AsyncIterator[Many]:
    variables = {
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_API_URL": f"{front.url}/api/",
        "MAILSETTINGS_PUBLIC_URL": PUBLIC,
        "PORT": "0",
        "MAILSETTINGS_DATA_DIR": str(tmp_path / "data"),
        "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.0/8",
        "MAILSETTINGS_ALLOWED_PORTS": "*",
    } | database
    if door == "socket":
        variables["SLACK_APP_TOKEN"] = APP_TOKEN
    else:
        variables["SLACK_SIGNING_SECRET"] = SIGNING_SECRET
    config = environment.read(variables | environ)
    async with AsyncExitStack() as undo:

        async def begin() -> Program:
            vault = open_vault(config, announce=lambda _text: None)
            undo.callback(vault.close)
            parts = Parts(
                config=config,
                vault=vault,
                network=replace(network, policy=config.policy),
                limits=limits,
                clock=clock,
                pace=pace,
            )
            program = Program(parts)
            await program.start()
            undo.push_async_callback(program.stop)
            if door == "socket":
                front.connect_sockets()
                await next(iter(front.workspaces.values())).connected()
            else:
                front.connect(f"http://127.0.0.1:{program.port}/slack/events")
            return program

        session = await undo.enter_async_context(aiohttp.ClientSession())
        program = await begin()
        yield Many(
            program=program,
            front=front,
            parts=program._parts,
            clock=clock,
            session=session,
            start=begin,
        )


@pytest.fixture
def fill(
    many: Many, mail_server: Any, configure: Any, authority: trustme.CA
) -> Callable[[str], Awaitable[None]]:
    """Install the app in a workspace, and have something of every kind there."""
    server = mail_server(mode="none", credentials=None)
    key = read_key_file(authority.cert_pem.bytes(), passphrase="", name="Acme")

    async def fill(team: str) -> None:
        await many.install(team)
        configure(many.vault, server.port, workspace=team)
        many.vault.keys.put(team, key, name="k1", revision=0, by="UADMIN", at=many.clock())
        many.vault.uploads.put(team, {"x": 1}, name="u1", revision=0, by="UADMIN", at=many.clock())
        modal = await many.open_settings(team)
        browser = many.browser()
        await modal.untick("Connect anonymously", "Sign in without username and password")
        await modal.changed()
        await modal.press("Set password")
        await modal.shows("The link works once")
        link = modal.link("Open the password page")
        assert (await browser.post(link, password="s3cret pass")).status == 200
        await modal.shows("The new password was given")
        await modal.close()
        modal = await many.open_settings(team, "owner")
        await modal.untick("Connect anonymously", "Sign in without username and password")
        await modal.changed()
        await modal.press("Set password")
        await modal.shows("The link works once")
        await many.admin(team).command("/mailtest", "bob@example.com")
        result = await many.slack(team).message("C1", containing="accepted the message")
        code = result.shown.partition("look for code ")[2][:4]
        await many.admin(team).command("/mailtest", f"confirm {code}")
        await many.slack(team).message("C1", containing="confirmed it")

    return fill
