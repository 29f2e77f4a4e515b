"""The running program: its parts put together, started, watched, drained and stopped."""

import asyncio
import contextlib
import gc
import signal
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from bot.installed import Installation
from bot.slack.acting import act_for
from bot.slack.api import SlackAPI
from bot.slack.app import make_app
from bot.slack.assembly import Assembly, Parts
from bot.slack.doors import Socket, Watched, make_socket, make_web
from bot.slack.install import InstallPages
from bot.slack.installations import Installations, OneInstallation, StoredInstallations
from bot.slack.keys.uploading import WAITING as UPLOADS_WAIT
from bot.slack.oauth import OAuth
from bot.slack.settings.forms import WAITING
from bot.slack.settings.password_page import routes
from bot.slack.watching import Watching
from bot.slack.work import Threads, Work
from bot.vault import database_path
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 20.0
"""How long a stop waits for the tests in flight, of the 30 s that it may take in all."""
_GRACE_SECONDS = 6.0
"""How long the tests that were cut off have to say so in their channels."""
_VAULT_THREADS = 8
_NOTING_THREADS = 4
"""For what is written down of tests: when hundreds end at once, no window waits behind that."""
_TIDY_EVERY = timedelta(minutes=10)
_DRAFTS_LIVE = timedelta(days=1)
_RUNS_LIVE = timedelta(days=30)


class Program:
    """The bot: `start` returns once it serves, `stop` once it is drained."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._work = Work()
        self._threads = Threads(_VAULT_THREADS)
        self._noting = Threads(_NOTING_THREADS)
        self._draining = False
        self._session: aiohttp.ClientSession | None = None
        self._socket: Socket | None = None
        self._web: web.AppRunner | None = None
        self._upkeep: tuple[asyncio.Task[None], ...] = ()
        """What runs until the program is asked to stop."""
        self._alive: asyncio.Task[None] | None = None
        """What says that the tests are seen through, to the end of the last one."""
        self.stored: StoredInstallations | None = None
        """Of many workspaces; None: one workspace, by the environment's token."""
        self.port = 0
        """Of the HTTP listener; the system's choice where PORT is 0."""

    async def start(self) -> None:
        """Ask Slack who we are, open the doors, and tell of tests that a crash cut off.

        Raises SlackRefused for a token that Slack does not take, OSError for a port in use.
        """
        config = self._parts.config
        # No cookies: Slack's would be kept for all calls. Connections are kept for reuse, a hundred
        # at most (aiohttp's own limit): each is 300 kB for good, and to make one more would take
        # longer than to wait for one.
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(keepalive_timeout=60),
            timeout=aiohttp.ClientTimeout(total=30, connect=10),
        )
        slack = SlackAPI(
            self._session,
            api_url=config.api_url,
            pace=self._parts.pace,
            metrics=self._parts.metrics,
        )
        oauth = OAuth(slack=slack, client_id=config.client_id, client_secret=config.client_secret)
        self.stored = stored = self._stored_installations(oauth) if config.client_id else None
        installations = stored or await self._one_installation(slack)
        assembly = Assembly(
            parts=self._parts,
            slack=slack,
            threads=self._threads,
            noting=self._noting,
            work=self._work,
            act=partial(_act, installations),
            stored=stored,
        )
        listeners = assembly.listeners
        app = make_app(
            slack,
            listeners,
            signing_secret=config.signing_secret or "",
            installations=installations,
        )
        if database_path(config) is not None:
            # Nobody else works on this database, so what was under way is nobody's.
            await self._threads(self._parts.vault.runs.abandon, now=self._parts.clock())
        pages = routes(listeners.passwords) if config.public_url else []
        if stored is not None:
            pages += self._pages(oauth, stored)
        await self._listen(app, pages, slack)
        self._upkeep = (
            asyncio.create_task(self._tidy(), name="tidy"),
            asyncio.create_task(slack.stay_connected(), name="stay connected"),
            asyncio.create_task(assembly.duty.look_after(), name="look after tests"),
        )
        self._alive = asyncio.create_task(assembly.leases.keep(), name="give signs of life")
        log.info(
            "ready",
            workspaces="many" if stored is not None else "one",
            mode="socket" if config.app_token else "http",
            port=self.port,
            owner=assembly.leases.owner,
        )

    async def stop(self) -> None:
        """Take no more requests, finish or mark the tests in flight, and leave within 30 s."""
        self._draining = True
        log.info("stopping", under_way=len(self._work))
        for each in self._upkeep:
            each.cancel()
        if self._socket is not None:
            await self._socket.leave()
        # The listener stays, to say that we are leaving; it lets nothing else in.
        await self._work.drain(seconds=_DRAIN_SECONDS, grace=_GRACE_SECONDS)
        if self._alive is not None:
            self._alive.cancel()
        if self._web is not None:
            await self._web.cleanup()
        if self._session is not None:
            await self._session.close()
        self._noting.close()
        self._threads.close()
        log.info("stopped")

    async def _one_installation(self, slack: SlackAPI) -> OneInstallation:
        """Ask Slack whose the environment's token is. Raises SlackRefused."""
        token = self._parts.config.bot_token
        answer = await slack.who_we_are(token)
        return OneInstallation(
            installation=Installation(
                team_id=str(answer["team_id"]),
                enterprise_id=str(answer.get("enterprise_id") or ""),
                name=str(answer.get("team") or ""),
                bot_token=token,
                bot_user_id=str(answer.get("user_id") or ""),
            )
        )

    def _stored_installations(self, oauth: OAuth) -> StoredInstallations:
        return StoredInstallations(
            self._parts.vault,
            self._threads,
            self._work,
            renew=oauth.renew,
            clock=self._parts.clock,
            again_after=self._parts.pace.again_after,
        )

    def _pages(self, oauth: OAuth, stored: StoredInstallations) -> list[web.RouteDef]:
        config = self._parts.config
        return InstallPages(
            oauth=oauth,
            threads=self._threads,
            vault=self._parts.vault,
            installations=stored,
            public_url=config.public_url or "",
            authorize_url=f"{config.api_url.removesuffix('api/')}oauth/v2/authorize",
            clock=self._parts.clock,
        ).routes()

    async def _listen(self, app: AsyncApp, pages: list[web.RouteDef], slack: SlackAPI) -> None:
        config = self._parts.config
        assert self._session is not None  # noqa: S101  # for the type checker; start made it
        in_http = config.app_token is None
        metrics = self._parts.metrics
        watching = Watching(
            config=config,
            vault=self._parts.vault,
            threads=self._threads,
            work=self._work,
            metrics=metrics,
        )

        async def faults() -> list[str]:
            return await watching.faults(draining=self._draining, connected=self._connected)

        watched = Watched(faults=faults, figures=watching.figures, leaving=lambda: self._draining)
        web_app = make_web(watched, metrics, app=app if in_http else None, pages=pages)
        self._web = web.AppRunner(web_app, access_log=None, shutdown_timeout=2.0)
        await self._web.setup()
        site = web.TCPSite(self._web, config.host, config.port)
        await site.start()
        self.port = self._web.addresses[0][1]
        if config.app_token is not None:
            self._socket = make_socket(
                app,
                self._session,
                app_token=config.app_token,
                api_url=config.api_url,
                address=await slack.socket_address(config.app_token),
                metrics=metrics,
            )
            await self._socket.join()

    async def _connected(self) -> bool:
        return self._socket is None or await self._socket.client.is_connected()

    async def _tidy(self) -> None:
        while True:
            now = self._parts.clock()
            vault = self._parts.vault
            with contextlib.suppress(StorageError):
                await self._threads(vault.passwords.purge, now - WAITING)
                await self._threads(vault.links.purge, now - WAITING)
                await self._threads(vault.uploads.purge, now - UPLOADS_WAIT)
                await self._threads(vault.drafts.purge, now - _DRAFTS_LIVE)
                await self._threads(vault.runs.purge, now - _RUNS_LIVE)
            await asyncio.sleep(_TIDY_EVERY.total_seconds())


async def _act(installations: Installations, team_id: str) -> None:
    """Act for a workspace in work that no request began. Raises NotInstalled, StorageError."""
    act_for(await installations.find(team_id))


async def run(parts: Parts) -> None:
    """Serve until SIGTERM or SIGINT. Raises SlackRefused, OSError."""
    program = Program(parts)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, over.set)
    starting = asyncio.create_task(program.start())
    waiting = asyncio.create_task(over.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            # What is here by now stays as long as we do. Unless it is told, Python looks through
            # all of it now and then, and nobody is answered meanwhile.
            gc.freeze()
            await waiting
        else:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
    finally:
        waiting.cancel()
        await program.stop()
