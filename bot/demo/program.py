"""The running demo: stand-in, mail servers, the real bot and the page, in one process."""

import asyncio
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.config import Config, read
from bot.demo.api import Api
from bot.demo.certificates import Authority
from bot.demo.guide import Guide
from bot.demo.inbox import Inbox
from bot.demo.mail_servers import ADDRESS, MailServers
from bot.demo.names import NameServer, closed_resolver
from bot.demo.slack import StandIn
from bot.demo.snapshot import Screens
from bot.demo.web import make_web
from bot.demo.workspace import BOT_USER
from bot.demo.zone import zone_of
from bot.slack.assembly import Parts
from bot.slack.mailtest.admission import Limits
from bot.slack.program import Program
from bot.smtp.certificates import client_context
from bot.smtp.network import Deadlines, Network
from bot.smtp.policy import DEFAULT_PORTS
from bot.vault import alone, open_vault
from storage.limits import Limit

_PORTS = range(20_000, 32_000)
_PEOPLE = {"UOWNER": "olivia", "UADMIN": "adam", "UMEMBER": "mia", "UGUEST": "gus"}
_WELCOME = (
    "Our mail server is new. Could an admin put it in with `/mailsettings`, and then see with "
    "`/mailtest` whether mail works?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the demo should be."""

    directory: Path
    """Where the bot keeps its database and keyring, and the demo its certificates."""
    port: int
    """Of the page; 0: any free one."""
    password_in_slack: bool = False
    """Passwords are typed into the modal, as without a public address; else on the page for it."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    heartbeat: float = 15.0
    """Seconds of silence after which a page is asked whether it is still open."""


class PortTaken(Exception):
    """The page can't be served where it should be. The text says why."""


class Demo:
    """Everything together. `start` returns once the page can be opened."""

    def __init__(self, wishes: Wishes) -> None:
        self.address = ""
        """Of the page, once it is served."""
        self._wishes = wishes
        self._open = AsyncExitStack()
        self._slack: StandIn | None = None

    @property
    def slack(self) -> StandIn:
        """The stand-in. Raises LookupError before the start."""
        if self._slack is None:
            raise LookupError("The demo has not begun.")
        return self._slack

    async def start(self) -> None:
        """Start all parts. Raises PortTaken, VaultClosed, StorageError."""
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise

    async def stop(self) -> None:
        """Stop all parts, the page first; tests in flight end because their server is gone."""
        await self._open.aclose()

    async def _start(self) -> None:
        # The page's port first: nothing else is worth starting where it is taken.
        listening = self._listen()
        signing_secret, bot_token = secrets.token_hex(16), f"xoxb-demo-{secrets.token_hex(12)}"
        slack = await self._start_slack(signing_secret, bot_token)
        inbox = Inbox(tell=slack.events.tell)
        guide = Guide(slack.events, inbox)
        mail, authority = MailServers(inbox=inbox, met=guide.met), Authority()
        self._open.push_async_callback(mail.stop)
        await mail.start(authority)
        names = NameServer(zone_of(mail.ports))
        self._open.push_async_callback(names.stop)
        await names.start()
        config = self._config(
            {
                "SLACK_BOT_TOKEN": bot_token,
                "SLACK_SIGNING_SECRET": signing_secret,
                "SLACK_API_URL": slack.api_url,
                "MAILSETTINGS_ALLOWED_PORTS": ",".join(
                    str(each) for each in sorted(DEFAULT_PORTS.union(mail.ports.values()))
                ),
            }
        )
        await self._start_bot(config, self._network(config, authority, names))
        # Before the bot, so that it need not wait for servers that never answer.
        self._open.push_async_callback(mail.stop)
        screens = Screens(
            slack=slack,
            inbox=inbox,
            guide=guide,
            ports=mail.ports,
            public_url=config.public_url or "",
            busy=set(),
        )
        await self._serve(
            listening,
            Api(slack=slack, guide=guide, screens=screens, client_key=authority.client_key()),
        )
        self.address = f"http://{ADDRESS}:{listening.getsockname()[1]}/"

    def _listen(self) -> socket.socket:
        try:
            listening = socket.create_server((ADDRESS, self._wishes.port))
        except OSError as problem:
            raise PortTaken(os.strerror(problem.errno or 0)) from problem
        self._open.callback(listening.close)
        return listening

    async def _start_slack(self, signing_secret: str, bot_token: str) -> StandIn:
        slack = await StandIn.start(
            signing_secret=signing_secret,
            bot_token=bot_token,
            app_token=f"xapp-demo-{secrets.token_hex(12)}",
        )
        self._open.push_async_callback(slack.stop)
        self._slack = slack
        _settle(slack)
        return slack

    def _config(self, facts: dict[str, str]) -> Config:
        """Make the bot's environment: nothing of it comes from ours."""
        port = _free_port()
        address = {} if self._wishes.password_in_slack else _public(port)
        return read(
            {
                "HOST": ADDRESS,
                "PORT": str(port),
                "MAILSETTINGS_DATA_DIR": str(self._wishes.directory),
                "MAILSETTINGS_ALLOWED_HOSTS": "127.0.0.0/8",
            }
            | address
            | facts
        )

    def _network(self, config: Config, authority: Authority, names: NameServer) -> Network:
        trusted = self._wishes.directory / "authority.pem"
        authority.write(trusted)
        return Network(
            resolver=closed_resolver(names.port),
            policy=config.policy,
            tls=client_context(trusted=trusted),
            deadlines=self._wishes.deadlines,
        )

    async def _start_bot(self, config: Config, network: Network) -> None:
        vault = open_vault(config, announce=lambda _text: None)
        self._open.callback(vault.close)
        self._open.enter_context(alone(config))
        # All fifteen servers can be tried without a pause.
        limits = Limits(
            person=Limit(count=60, period=timedelta(minutes=1)),
            workspace=Limit(count=600, period=timedelta(hours=1)),
        )
        bot = Program(Parts(config=config, vault=vault, network=network, limits=limits))
        self._open.push_async_callback(bot.stop)
        await bot.start()
        self.slack.connect_http(f"http://{ADDRESS}:{bot.port}/slack/events")

    async def _serve(self, listening: socket.socket, api: Api) -> None:
        runner = web.AppRunner(
            make_web(api, heartbeat=self._wishes.heartbeat), access_log=None, shutdown_timeout=1.0
        )
        await runner.setup()
        self._open.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listening).start()


async def run(wishes: Wishes, *, ready: Callable[[Demo], None]) -> tuple[str, ...]:
    """Serve until SIGINT or SIGTERM, and return the rules of Slack that the bot broke meanwhile.

    *ready* is called once the page can be opened. Raises what `Demo.start` raises.
    """
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's: each line that it hears
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    stops = (signal.SIGTERM, signal.SIGINT)

    def stop() -> None:
        over.set()
        for each in stops:  # the second one ends it at once
            loop.remove_signal_handler(each)

    for each in stops:
        loop.add_signal_handler(each, stop)
    demo = Demo(wishes)
    await demo.start()
    try:
        ready(demo)
        await over.wait()
    finally:
        await demo.stop()
    return tuple(demo.slack.violations)


def _settle(slack: StandIn) -> None:
    """Give the people names, and the channels a reason to be there."""
    users = slack.workspace.users
    for user_id, name in _PEOPLE.items():
        users[user_id] = replace(users[user_id], name=name, email=f"{name}@acme.example")
        slack.workspace.direct_message(user_id)
    users[BOT_USER] = replace(users[BOT_USER], name="Mail Settings")
    slack.person("UOWNER").write(_WELCOME, channel="C1")


def _public(port: int) -> dict[str, str]:
    return {"MAILSETTINGS_PUBLIC_URL": f"http://{ADDRESS}:{port}"}


def _free_port() -> int:
    """Return a port that is free now: the bot must know its address before it listens.

    Not one of those that systems give to outgoing connections, which could take it meanwhile.
    """
    while True:
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        with suppress(OSError), socket.create_server((ADDRESS, port)):
            return port
