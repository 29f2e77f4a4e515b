"""The real program in this process, between the stand-in for Slack and real mail servers."""

import asyncio
import json
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from bot import config as environment
from bot import logs
from bot.demo.modal import Modal
from bot.demo.person import Person
from bot.demo.slack import StandIn
from bot.slack.assembly import Parts
from bot.slack.mailtest.admission import Limits
from bot.slack.pace import Pace
from bot.slack.program import Program
from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Deadlines, Network
from bot.smtp.settings import MailSettings, TestPolicy, TLSMode
from bot.vault import Vault, open_vault
from storage import keyring_file

SIGNING_SECRET, BOT_TOKEN, APP_TOKEN = "signing-secret-0123", "xoxb-1-bot-token", "xapp-1-app-token"
HOST = "mail.example.com"
_GIVEN = ("The new password was given", "new password given")


@dataclass
class Clock:
    """The bot's clock, which a test may set forward."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Bot:
    """The running bot and everything around it."""

    program: Program
    slack: StandIn
    parts: Parts
    clock: Clock
    restart: Callable[[], Awaitable[None]] = field(repr=False)

    @property
    def admin(self) -> Person:
        return self.slack.person("UADMIN")

    @property
    def owner(self) -> Person:
        return self.slack.person("UOWNER")

    @property
    def member(self) -> Person:
        return self.slack.person("UMEMBER")

    @property
    def guest(self) -> Person:
        return self.slack.person("UGUEST")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.program.port}"

    async def open_settings(self, who: Person | None = None) -> Modal:
        """Type the command and wait for the modal."""
        person = who or self.admin
        reply = await person.command("/mailsettings")
        assert reply.status == 200
        modal = await person.modal()
        await modal.shows("Email notifications")
        return modal

    async def fill(
        self, modal: Modal, *, port: int = 587, password: str | None = "s3cret pass", **more: str
    ) -> None:
        """Fill a fresh modal for the server *HOST*."""
        await modal.type("Server address", more.get("host", HOST))
        await modal.type("Server port", str(port))
        await modal.type("From address", more.get("from_address", "team@example.com"))
        if password is not None:
            await modal.type("Username", more.get("username", "team@example.com"))
            await self.give_password(modal, password)

    async def give_password(self, modal: Modal, password: str) -> None:
        """Give a password in the pushed view, and wait until the form says so."""
        label = "Set password" if "Set password" in modal.buttons else "Change password"
        await modal.press(label)
        await modal.shows("New password")
        await modal.type("New password", password)
        submitted = await modal.submit()
        assert submitted.errors == {}
        told = await self.slack.events.until(
            lambda: next((each for each in _GIVEN if each in modal.text()), None),
            what="word of the new password",
        )
        if told == _GIVEN[0]:  # it took longer than an answer may, so a window of its own says it
            await modal.close()
        await modal.shows(_GIVEN[1])

    async def save(self, modal: Modal) -> None:
        """Save, and see that it was."""
        submitted = await modal.submit()
        assert submitted.errors == {}
        await modal.shows("Saved.")


@pytest.fixture(autouse=True)
def leaks(tmp_path: Path) -> Iterator[Path]:
    """Everything that the program logs, at DEBUG; no story may leave a secret in it."""
    path = tmp_path / "log.txt"
    with path.open("w") as stream:
        logs.configure(level="debug", log_format="json", secrets=(), stream=stream)
        yield path
        logging.getLogger().handlers.clear()
    told = path.read_text()
    for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, "s3cret pass", "pässword-Ünsafe 17"):
        assert secret not in told, "a secret is in the log"


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    stand_in = await StandIn.start(
        signing_secret=SIGNING_SECRET, bot_token=BOT_TOKEN, app_token=APP_TOKEN
    )
    yield stand_in
    await stand_in.stop()
    stand_in.check()


@pytest.fixture
def door() -> str:
    """How Slack reaches the bot: `http` or `socket`. Stories that walk both set it."""
    return "http"


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Variables that say where the bot keeps its data: `--database` names the kind."""
    if request.config.getoption("--database") == "sqlite":
        return {}
    keyring_file.create(tmp_path / "data" / "keyring")
    return {"DATABASE_URL": request.getfixturevalue("postgresql_url")}


@pytest.fixture
def environ() -> dict[str, str]:
    """What a story adds to the bot's environment."""
    return {}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def network(authority: trustme.CA, tmp_path: Path) -> Network:
    """The real network: real name service out of a hosts file, real TLS, short deadlines."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {HOST} other.example.com\n")
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    policy = environment.AddressPolicy.parse(
        allowed_hosts="127.0.0.0/8", allowed_ports="*", allow_plaintext_auth=""
    )
    return Network(
        resolver=Resolver(hosts_file=hosts, nameservers=("127.0.0.1",), port=9),
        policy=policy,
        tls=client_context(trusted=trusted),
        deadlines=Deadlines(lookup=1.0, connection=1.0, stage=1.5, final=2.0, total=6.0, aside=0.5),
    )


@pytest.fixture
async def bot(
    slack: StandIn,
    door: str,
    environ: dict[str, str],
    limits: Limits,
    pace: Pace,
    network: Network,
    database: dict[str, str],
    clock: Clock,
    tmp_path: Path,
) -> AsyncIterator[Bot]:
    variables: dict[str, str] = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "PORT": "0",
        "MAILSETTINGS_DATA_DIR": str(tmp_path / "data"),
        "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.0/8",
        "MAILSETTINGS_ALLOWED_PORTS": "*",
    }
    if door == "socket":
        variables["SLACK_APP_TOKEN"] = APP_TOKEN
    else:
        variables["SLACK_SIGNING_SECRET"] = SIGNING_SECRET
    config = environment.read(variables | database | environ)
    network = replace(network, policy=config.policy)
    vault = open_vault(config, announce=lambda _text: None)
    parts = Parts(
        config=config, vault=vault, network=network, limits=limits, clock=clock, pace=pace
    )

    async def begin() -> Program:
        program = Program(parts)
        await program.start()
        if door == "socket":
            await slack.connected()
        else:
            slack.connect_http(f"http://127.0.0.1:{program.port}/slack/events")
        return program

    running = Bot(program=await begin(), slack=slack, parts=parts, clock=clock, restart=begin)

    async def again() -> None:
        await running.program.stop()
        running.program = await begin()

    running.restart = again
    yield running
    await asyncio.wait_for(running.program.stop(), 30)
    vault.close()


def pytest_generate_tests(metafunc: Any) -> None:
    """Let a story marked `both_doors` walk through HTTP and Socket Mode."""
    if metafunc.definition.get_closest_marker("both_doors") is not None:
        metafunc.parametrize("door", ["http", "socket"])


# Bad weather: mail servers that misbehave, and the program in a process of its own.


@dataclass
class Hold:
    """A moment at which a mail server says nothing until it is let."""

    then: bytes = b""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached.set()
        await self.go.wait()
        writer.write(self.then)


@pytest.fixture
def hold() -> type[Hold]:
    """Make such moments."""
    return Hold


@dataclass
class Script:
    """A mail server without TLS and login; at a point of the conversation it does what is told.

    Points: greeting, ehlo, mail, rcpt, rset, data, dot. It says bytes, to the letter, or holds a
    conversation; no bytes at all close the connection.
    """

    told: dict[str, Any]
    connections: int = 0
    messages: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        point = "greeting"
        while True:
            usual = {"greeting": b"220 mail.example.com\r\n", "data": b"354 go on\r\n"}
            said = self.told.get(point, usual.get(point, b"250 2.0.0 fine\r\n"))
            if said == b"":
                return
            if callable(said):
                await said(reader, writer)
            else:
                writer.write(said)
            if point == "data" and said == usual["data"]:
                self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                point = "dot"
            else:
                words = (await reader.readline()).decode().split()
                if not words or words[0] == "QUIT":
                    return
                point = words[0].lower()


@pytest.fixture
def saying(
    scripted: Callable[..., Awaitable[int]],
) -> Callable[..., Awaitable[tuple[int, Script]]]:
    """Start a Script by its points; the answer is its port and itself. With a *context*: TLS."""

    async def start(*, context: ssl.SSLContext | None = None, **told: Any) -> tuple[int, Script]:
        script = Script(told)
        return await scripted(script, ssl=context), script

    return start


@pytest.fixture
def configure() -> Callable[..., None]:
    """Save settings for an anonymous server without TLS past the form, which is another story."""

    def put(vault: Vault, port: int, *, workspace: str = "T1", **changes: Any) -> None:
        plain = {"anonymous": True, "tls_mode": TLSMode.NONE, "test_policy": TestPolicy.ANY_ADDRESS}
        values = plain | {"host": HOST, "port": port, "from_address": "team@example.com"}
        found = vault.settings.get(workspace)
        vault.settings.put(
            workspace,
            MailSettings(**values | changes),
            revision=found.revision if found else 0,
            by="UADMIN",
            at=datetime.now(UTC),
        )

    return put


@pytest.fixture
def healthy(bot: Any, mail_server: Any, configure: Any) -> Any:
    """A mail server that takes everything, and the settings for it."""
    server = mail_server(mode=TLSMode.NONE, credentials=None)
    configure(bot.parts.vault, server.port)
    return server


class BotProcess:
    """The program as an operator starts it, and its log."""

    admin, owner, member = Bot.admin, Bot.owner, Bot.member
    open_settings, fill, save = Bot.open_settings, Bot.fill, Bot.save
    give_password = Bot.give_password

    def __init__(self, slack: StandIn, process: asyncio.subprocess.Process) -> None:
        self.slack = slack
        self.process = process
        self.port = 0
        self.log: list[str] = []
        self._told = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return "\n".join(self.log)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log's events of this name."""
        entries = [json.loads(each) for each in self.log if each.startswith("{")]
        return [each for each in entries if each["event"] == name]

    async def says(self, name: str, *, times: int = 1) -> dict[str, Any]:
        """Wait until the log has an event of this name so many times; return the last."""
        async with asyncio.timeout(60), self._told:
            await self._told.wait_for(
                lambda: len(self.events(name)) >= times or self._reading.done()
            )
        assert len(self.events(name)) >= times, self.output
        return self.events(name)[-1]

    async def ended(self) -> int:
        """Wait until it ends, and return its exit status."""
        async with asyncio.timeout(60):
            await self._reading
            return await self.process.wait()

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        await self.ended()
        await self.slack.events.until(
            lambda: True if not self.slack.sockets.connections else None, what="a broken socket"
        )

    async def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        self.process.terminate()
        return await self.ended()

    async def _read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            async with self._told:
                self.log.append(line.decode().rstrip())
                self._told.notify_all()
        async with self._told:
            self._told.notify_all()


@pytest.fixture
def variables(
    slack: StandIn, authority: trustme.CA, database: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """The whole environment of the program in its own process; a story may change it."""
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "PORT": "0",
        "MAILSETTINGS_DATA_DIR": str(tmp_path / "data"),
        "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.0/8,localhost",
        "MAILSETTINGS_ALLOWED_PORTS": "*",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
        "SSL_CERT_FILE": str(tmp_path / "trusted.pem"),  # OpenSSL's own: whom it trusts
    } | database


@pytest.fixture
def program() -> tuple[str, ...]:
    """What Python is told to run."""
    return ("-m", "bot", "run")


@pytest.fixture
def quick() -> tuple[str, ...]:
    """The same, but replicas miss each other within seconds."""
    return (str(Path(__file__).parent / "replica.py"),)


@pytest.fixture
async def launch(
    slack: StandIn, variables: dict[str, str], door: str, program: tuple[str, ...]
) -> AsyncIterator[Callable[..., Awaitable[BotProcess]]]:
    """Launch the program with `variables`; unless told otherwise, wait until it serves.

    *alone*: Slack reaches it, and no other.
    """
    launched: list[BotProcess] = []

    async def start(*, ready: bool = True, alone: bool = True, **more: str) -> BotProcess:
        if door == "socket":
            variables["SLACK_APP_TOKEN"] = APP_TOKEN
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            env=variables | more,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=2**20,
        )
        bot = BotProcess(slack, process)
        launched.append(bot)
        if ready:
            bot.port = (await bot.says("ready"))["port"]
            if door == "http" and alone:
                slack.connect_http(f"{bot.address}/slack/events")
            elif door == "socket":
                await slack.connected()
        return bot

    yield start
    for each in launched:
        if each.process.returncode is None:
            each.process.kill()
        await each.ended()
