"""Who waits while mail servers hang: `/mailsettings` and a test to a healthy server beside them."""

import asyncio
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config import read
from bot.demo.workspace import TEAM
from bot.smtp.settings import MailSettings, TLSMode
from bot.vault import open_vault
from tests.bench.commands import CROWD, Times, type_commands, undisturbed, warm_up
from tests.bench.contestant import Contestant, start_ours, variables
from tests.bench.mail import HealthyServer, SilentServer
from tests.bench.plan import Plan
from tests.bench.slack import Unanswered
from tests.bench.spread import Spread

_ENDED = "failed at stage Greeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """The same, measured beside so many hanging tests; milliseconds."""

    hanging: int
    ending: bool
    """They end meanwhile, all within a few seconds."""
    ack: Spread
    opened: Spread
    test: Spread | None
    """From `/mailtest` to "accepted the message" in the channel."""
    megabytes: float
    """The bot's memory at that moment."""


async def measure(directory: Path, plan: Plan) -> list[Isolation]:
    """Measure without hanging tests, beside them, and while they end.

    Raises Unanswered, also when a test did not hang as long as it should; TimeoutError.
    """
    async with AsyncExitStack() as undo:
        silent, healthy = await SilentServer().start(), await HealthyServer().start()
        undo.callback(silent.stop)
        undo.callback(healthy.stop)
        await _save_server(directory, port=healthy.port)
        ours = await start_ours(directory)
        undo.push_async_callback(ours.leave)
        await warm_up(ours)
        found = [await _measured(ours, plan, hanging=0)]
        await _save_server(directory, port=silent.port)
        began = time.perf_counter()
        await _hang(ours, silent, plan.hanging)
        await _save_server(directory, port=healthy.port)
        found.append(await _measured(ours, plan, hanging=plan.hanging))
        if any(_ENDED in text for _, text in ours.slack.said):
            raise Unanswered("Some tests did not hang long enough: this machine is too busy.")
        if not plan.quick:
            found.append(await _while_they_end(ours, plan, began=began))
    return found


async def _measured(ours: Contestant, plan: Plan, *, hanging: int) -> Isolation:
    tests = [await _test(ours) for _ in range(plan.tests)]
    times = Times()
    await type_commands(ours, at_once=1, each=plan.beside, times=times)
    return Isolation(
        hanging=hanging,
        ending=False,
        ack=Spread.of(times.ack),
        opened=Spread.of(times.opened),
        test=Spread.of(tests),
        megabytes=ours.bot.megabytes,
    )


async def _test(ours: Contestant) -> float:
    """Return the milliseconds from `/mailtest` to the message that tells of its success."""
    with undisturbed():
        typed = await ours.slack.type("U0", "/mailtest", "bob@example.com")
        accepted = await ours.slack.until_said("accepted the message", since=typed.sent)
    return (accepted - typed.sent) * 1000


async def _hang(ours: Contestant, silent: SilentServer, count: int) -> None:
    async def type_share(number: int) -> None:
        for _ in range(number, count, CROWD):
            await ours.slack.type(f"U{number}", "/mailtest", "bob@example.com")

    await asyncio.gather(*(type_share(number) for number in range(CROWD)))
    await silent.until(count)


async def _while_they_end(ours: Contestant, plan: Plan, *, began: float) -> Isolation:
    """Type on until the channel has been told the end of each test."""
    ended = asyncio.create_task(ours.slack.until_said(_ENDED, since=began, times=plan.hanging))
    times = Times()
    while not ended.done():
        await type_commands(ours, at_once=1, each=5, times=times)
    await ended
    return Isolation(
        hanging=plan.hanging,
        ending=True,
        ack=Spread.of(times.ack),
        opened=Spread.of(times.opened),
        test=None,
        megabytes=ours.bot.megabytes,
    )


async def _save_server(directory: Path, *, port: int) -> None:
    """Save the server on *port* for the workspace, beside the running bot as an operator may."""
    await asyncio.to_thread(_save, directory, port)


def _save(directory: Path, port: int) -> None:
    config = read(variables(directory, api_port=1))
    settings = MailSettings(
        host="127.0.0.1",
        port=port,
        tls_mode=TLSMode.NONE,
        anonymous=True,
        from_address="team@example.com",
    )
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        saved = vault.settings.get(TEAM)
        revision = saved.revision if saved is not None else 0
        vault.settings.put(TEAM, settings, revision=revision, by="operator", at=datetime.now(UTC))
