"""Three bots, each a process of its own, on one PostgreSQL, behind one balancer."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot import config as environment
from bot.vault import Vault, open_vault
from storage import keyring_file
from storage.runs import RunState

PUBLIC = "https://mail.acme.example"


@dataclass
class Balancer:
    """Hands one request after the other to the next replica; to the one after, if that is gone.

    A replica that is stopping answers 503 and has done nothing: that counts as gone.
    """

    session: aiohttp.ClientSession
    replicas: list[Any] = field(default_factory=list)
    """The next one is the first."""
    served: list[Any] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        order = list(self.replicas)
        self.replicas.append(self.replicas.pop(0))
        for replica in order:
            with suppress(aiohttp.ClientError):
                async with self.session.request(
                    request.method,
                    f"{replica.address}{request.path_qs}",
                    data=body,
                    headers=request.headers,
                ) as answer:
                    content = await answer.read()
                    if answer.status != 503:
                        self.served.append(replica)
                        return web.Response(
                            status=answer.status,
                            body=content,
                            headers={"Content-Type": answer.headers["Content-Type"]}
                            if "Content-Type" in answer.headers
                            else {},
                        )
        return web.Response(status=502)

    def next_is(self, replica: Any) -> None:
        """Let *replica* have the next request."""
        self.replicas.remove(replica)
        self.replicas.insert(0, replica)


@dataclass
class Replicas:
    """The replicas, and the people who use them without knowing which."""

    slack: Any
    balancer: Balancer
    running: list[Any]
    start: Callable[..., Awaitable[Any]]
    vault: Vault

    @property
    def admin(self) -> Any:
        return self.slack.person("UADMIN")

    @property
    def member(self) -> Any:
        return self.slack.person("UMEMBER")

    @property
    def owner(self) -> Any:
        return self.slack.person("UOWNER")

    def runs(self) -> list[Any]:
        """Return all test runs."""
        return list(self.vault.runs.newest("T1", tuple(RunState), count=100))

    def that_tests(self) -> Any:
        """Return the replica to which the one test belongs."""
        [run] = self.runs()
        [found] = [each for each in self.running if each.events("ready")[0]["owner"] == run.owner]
        return found

    def others(self, than: Any) -> list[Any]:
        return [each for each in self.running if each is not than]

    async def one_says(self, name: str, *, among: list[Any] | None = None) -> Any:
        """Wait until one of the replicas logs an event of this name; return which."""
        waiting = {asyncio.ensure_future(each.says(name)): each for each in among or self.running}
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        [first, *_] = done
        first.result()
        return waiting[first]

    def freeze(self, replica: Any) -> None:
        """Stop a process where it is, as a machine that is moved stops; it is asked no more."""
        self.balancer.replicas.remove(replica)
        replica.process.send_signal(signal.SIGSTOP)

    def thaw(self, replica: Any) -> None:
        replica.process.send_signal(signal.SIGCONT)

    def tests(self) -> list[Any]:
        return [each for each in self.slack.messages("C1") if "Test message" in each.shown]

    def audited(self) -> list[str]:
        """Return how tests ended, as the audit log has it."""
        entries = self.vault.audit.latest("T1", 100)
        return [each.detail["outcome"] for each in entries if each.action == "test.ended"]


@pytest.fixture
def program(quick: tuple[str, ...]) -> tuple[str, ...]:
    return quick


@pytest.fixture
def database(postgresql_url: str, tmp_path: Path) -> dict[str, str]:
    keyring_file.create(tmp_path / "data" / "keyring")
    return {"DATABASE_URL": postgresql_url}


@pytest.fixture
def variables(variables: dict[str, str]) -> dict[str, str]:
    return variables | {"MAILSETTINGS_PUBLIC_URL": PUBLIC}


@pytest.fixture
def vault(variables: dict[str, str]) -> Iterator[Vault]:
    """What the replicas share, seen from outside."""
    vault = open_vault(environment.read(variables), announce=lambda _text: None)
    yield vault
    vault.close()


@pytest.fixture
async def balancer() -> AsyncIterator[Balancer]:
    # A connection for each request: what is told of a dead replica is told at once.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        made = Balancer(session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", made.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.port = runner.addresses[0][1]
        yield made
        await runner.cleanup()


@pytest.fixture
async def replicas(
    slack: Any, launch: Any, balancer: Balancer, vault: Vault, door: str
) -> Replicas:
    """Three of them, ready."""

    async def start(**more: str) -> Any:
        replica = await launch(alone=False, **more)
        balancer.replicas.append(replica)
        return replica

    running = list(await asyncio.gather(*(start() for _ in range(3))))
    if door == "http":
        slack.connect_http(f"{balancer.address}/slack/events")
    else:
        await slack.connected(3)
    return Replicas(slack=slack, balancer=balancer, running=running, start=start, vault=vault)
