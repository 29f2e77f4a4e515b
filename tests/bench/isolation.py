"""Who waits while mail servers hang: `/mailsettings` and a test to a healthy server beside them."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bot.config import read
from bot.demo.workspace import TEAM
from bot.smtp.settings import MailSettings, TLSMode
from bot.vault import open_vault
from tests.bench.commands import Times, type_commands, undisturbed
from tests.bench.contestant import Contestant, start_ours, variables
from tests.bench.mail import HealthyServer, SilentServer
from tests.bench.plan import Plan
from tests.bench.slack import Unanswered
from tests.bench.spread import Spread
from tests.bench.trust import Trust

_ENDED = "failed at stage Greeting"
_CROWD = 16
"""How many people start the tests that hang, and type at once beside them."""


@dataclass(slots=True, kw_only=True)
class Sample:
    """What was measured of one bot so far."""

    times: Times = field(default_factory=Times)
    crowd: Times = field(default_factory=Times)
    tests: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One bot; milliseconds."""

    ack: Spread
    opened: Spread
    cpu_ms: float
    """For each of those commands."""
    a_second: float
    """Commands, of 16 people at once."""
    test: Spread
    """From `/mailtest` to "accepted the message" in the channel."""

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """Sum *sample* up."""
        return cls(
            ack=Spread.of(sample.times.ack),
            opened=Spread.of(sample.times.opened),
            cpu_ms=sample.times.cpu_ms,
            a_second=sample.crowd.a_second,
            test=Spread.of(sample.tests),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """A bot beside so many hanging tests, and at the same time an idle one."""

    hanging: int
    busy: Side
    idle: Side
    megabytes: float
    """Of the busy bot, at that moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A bot while so many tests end, all at once; milliseconds."""

    ending: int
    seconds: float
    """Until the channel knew of each."""
    lost: int
    ack: Spread
    opened: Spread
    megabytes: float


async def measure(
    directory: Path, plan: Plan, *, trust: Trust, say: Callable[[str], None]
) -> tuple[list[Isolation], Ending]:
    """Measure beside more and more hanging tests, and while all of them end.

    Raises Unanswered, also when a test did not hang as long as it should; TimeoutError.
    """
    async with AsyncExitStack() as undo:
        silent, healthy = await SilentServer().start(), await HealthyServer().start()
        undo.callback(silent.stop)
        undo.callback(healthy.stop)
        bots = []
        for each in (directory / "idle", directory / "busy"):
            await _save_server(each, port=healthy.port)
            bots.append(await start_ours(each, trust=trust))
            undo.push_async_callback(bots[-1].leave)
        idle, busy = bots
        found, began, hanging = [], time.perf_counter(), 0
        for count in plan.hanging:
            say(f"{count} hanging tests")
            await _save_server(directory / "busy", port=silent.port)
            await _hang(busy, count - hanging)
            await silent.until(count)
            await _save_server(directory / "busy", port=healthy.port)
            found.append(await _beside(idle, busy, plan, hanging=count))
            hanging = count
            if any(_ENDED in each.text for each in busy.slack.said):
                raise Unanswered("Some tests did not hang long enough: this machine is too busy.")
        say(f"{hanging} tests that end at once")
        return found, await _while_they_end(busy, silent, hanging=hanging, began=began)


async def _beside(idle: Contestant, busy: Contestant, plan: Plan, *, hanging: int) -> Isolation:
    samples = {idle: Sample(), busy: Sample()}
    for number in range(plan.rounds):
        for each in samples if number % 2 else reversed(samples):
            sample = samples[each]
            # At first without a clock, for the bot forgets within half a minute who people are.
            await type_commands(each, at_once=_CROWD, each=1, times=Times())
            await type_commands(each, at_once=1, each=plan.beside, times=sample.times)
            await type_commands(each, at_once=_CROWD, each=plan.crowd[_CROWD], times=sample.crowd)
            sample.tests += [await _test(each) for _ in range(plan.tests)]
    return Isolation(
        hanging=hanging,
        busy=Side.of(samples[busy]),
        idle=Side.of(samples[idle]),
        megabytes=busy.bot.megabytes,
    )


async def _test(ours: Contestant) -> float:
    """Return the milliseconds from `/mailtest` to the message that tells of its success."""
    with undisturbed():
        typed = await ours.slack.type("U0", "/mailtest", "bob@example.com")
        accepted = await ours.slack.until_said("accepted the message", since=typed.sent)
    return (accepted - typed.sent) * 1000


async def _hang(ours: Contestant, count: int) -> None:
    async def type_share(number: int) -> None:
        for _ in range(number, count, _CROWD):
            await ours.slack.type(f"U{number}", "/mailtest", "bob@example.com")

    await asyncio.gather(*(type_share(number) for number in range(_CROWD)))


async def _while_they_end(
    ours: Contestant, silent: SilentServer, *, hanging: int, began: float
) -> Ending:
    """Type on from the moment at which the server hangs up until the channel knows of each."""
    ended = asyncio.create_task(ours.slack.until_said(_ENDED, since=began, times=hanging))
    times, over = Times(), time.perf_counter()
    silent.hang_up()
    while not ended.done():
        await type_commands(ours, at_once=1, each=5, times=times)
    return Ending(
        ending=hanging,
        seconds=round(await ended - over, 2),
        lost=times.lost,
        ack=Spread.of(times.ack),
        opened=Spread.of(times.opened),
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
