"""The running program: its parts put together, started, watched, drained and stopped."""

import asyncio
import contextlib
import gc
import signal
from datetime import timedelta

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.slack.api import SlackAPI
from bot.slack.app import Listeners, Workspace, make_app
from bot.slack.assembly import Assembly, Parts
from bot.slack.doors import Watched, make_socket, make_web
from bot.slack.keys.uploading import WAITING as UPLOADS_WAIT
from bot.slack.settings.forms import WAITING
from bot.slack.settings.password_page import routes
from bot.slack.watching import Watching
from bot.slack.work import Threads, Work
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_DRAIN_SECONDS = 20.0
"""How long a stop waits for the tests in flight, of the 30 s that it may take in all."""
_GRACE_SECONDS = 6.0
"""How long the tests that were cut off have to say so in their channels."""
_VAULT_THREADS = 8
_TIDY_EVERY = timedelta(minutes=10)
_DRAFTS_LIVE = timedelta(days=1)
_RUNS_LIVE = timedelta(days=30)


class Program:
    """The bot: `start` returns once it serves, `stop` once it is drained."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._work = Work()
        self._threads = Threads(_VAULT_THREADS)
        self._draining = False
        self._session: aiohttp.ClientSession | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._web: web.AppRunner | None = None
        self._upkeep: tuple[asyncio.Task[None], ...] = ()
        """What runs as long as the program does."""
        self.port = 0
        """Of the HTTP listener; the system's choice where PORT is 0."""

    async def start(self) -> None:
        """Ask Slack who we are, open the doors, and tell of tests that a crash cut off.

        Raises SlackRefused for a token that Slack does not take, OSError for a port in use.
        """
        config = self._parts.config
        # No cookies: Slack's would be kept for all calls. Connections are kept for reuse.
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
            timeout=aiohttp.ClientTimeout(total=30, connect=10),
        )
        slack = SlackAPI(
            self._session,
            token=config.bot_token,
            api_url=config.api_url,
            pace=self._parts.pace,
            metrics=self._parts.metrics,
        )
        workspace = await self._identify(slack)
        assembly = Assembly(
            parts=self._parts,
            slack=slack,
            session=self._session,
            threads=self._threads,
            work=self._work,
            workspace_name=workspace.name,
        )
        listeners, runner = assembly.listeners, assembly.runner
        app = make_app(
            slack,
            listeners,
            token=config.bot_token,
            signing_secret=config.signing_secret or "",
            workspace=workspace,
        )
        untold = await runner.untold()
        await self._listen(app, listeners, slack)
        runner.recover(untold)
        self._upkeep = (
            asyncio.create_task(self._tidy(), name="tidy"),
            asyncio.create_task(slack.stay_connected(), name="stay connected"),
            asyncio.create_task(assembly.arrivals.look_after(), name="look after tests"),
        )
        log.info(
            "ready",
            workspace=workspace.team_id,
            mode="socket" if config.app_token else "http",
            port=self.port,
        )

    async def stop(self) -> None:
        """Take no more requests, finish or mark the tests in flight, and leave within 30 s."""
        self._draining = True
        log.info("stopping", under_way=len(self._work))
        for each in self._upkeep:
            each.cancel()
        if self._socket is not None:
            await self._socket.close_async()
        # The listener stays, to say that we are leaving; it lets nothing else in.
        await self._work.drain(seconds=_DRAIN_SECONDS, grace=_GRACE_SECONDS)
        if self._web is not None:
            await self._web.cleanup()
        if self._session is not None:
            await self._session.close()
        self._threads.close()
        log.info("stopped")

    async def _identify(self, slack: SlackAPI) -> Workspace:
        answer = await slack.who_we_are()
        return Workspace(
            team_id=str(answer["team_id"]),
            enterprise_id=answer.get("enterprise_id"),
            name=str(answer.get("team") or ""),
            bot_id=answer.get("bot_id"),
            bot_user_id=answer.get("user_id"),
        )

    async def _listen(self, app: AsyncApp, listeners: Listeners, slack: SlackAPI) -> None:
        config = self._parts.config
        assert self._session is not None  # noqa: S101  # for the type checker; start made it
        in_http = config.app_token is None
        pages = routes(listeners.passwords) if config.public_url else []
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
            await self._socket.connect_async()

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
