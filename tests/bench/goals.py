"""The goals that this project has set itself, and whether this run met them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.bench.commands import CommandFigures
from tests.bench.contestant import BARE, OURS
from tests.bench.isolation import Isolation
from tests.bench.messages import MessageFigures
from tests.bench.starting import Start

_ROUND_TRIPS = {"starttls": 9, "implicit": 7}
_ROUNDED = 0.35
"""Round trips that a busy machine's milliseconds may look like: there are whole ones only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One of them."""

    name: str
    ours: str
    peer: str
    """Whom we compare with, and its figure."""
    ratio: float
    """Ours divided by the peer's."""
    wanted: str
    met: bool


def goals(
    commands: list[CommandFigures],
    megabytes: dict[str, float],
    isolation: list[Isolation],
    starts: list[Start],
    messages: list[MessageFigures],
) -> list[Goal]:
    """Judge a run. What a quick one doesn't measure is judged by what comes nearest."""
    return [
        *_commands(commands),
        *_isolation(isolation[-1]),
        *_starts(starts, megabytes),
        *_messages(messages),
    ]


def _commands(figures: Iterable[CommandFigures]) -> Iterator[Goal]:
    found = {(each.bot, each.round_trip_ms, each.at_once): each for each in figures}
    far = max(round_trip for _, round_trip, _ in found)
    crowd = max(at_once for _, _, at_once in found)
    mine, bare = found[OURS, 0, 1], found[BARE, 0, 1]
    yield _at_most("answer to a command, p50", mine.ack.p50, bare.ack.p50, 0.15, unit="ms")
    mine, bare = found[OURS, far, 1], found[BARE, far, 1]
    yield _at_most(
        f"command to window, {far} ms to Slack, p50",
        mine.opened.p50,
        bare.opened.p50,
        0.36,
        unit="ms",
    )
    mine, bare = found[OURS, 0, crowd], found[BARE, 0, crowd]
    ratio = mine.a_second / bare.a_second
    yield Goal(
        name=f"commands a second, {crowd} at once",
        ours=f"{mine.a_second:.0f}",
        peer=f"{BARE}: {bare.a_second:.0f}",
        ratio=round(ratio, 2),
        wanted="at least 1.3",
        met=ratio >= 1.3,
    )


def _isolation(each: Isolation) -> Iterator[Goal]:
    for name, mine, idle in (
        ("answer", each.busy.ack.p99, each.idle.ack.p99),
        ("command to window", each.busy.opened.p99, each.idle.opened.p99),
    ):
        label = f"{name} beside {each.hanging} hanging tests, p99"
        yield _at_most(label, mine, idle, 1.2, unit="ms", peer="idle")
    label = f"a test to a healthy server beside {each.hanging}, p50"
    yield _at_most(label, each.busy.test.p50, each.idle.test.p50, 1.2, unit="ms", peer="idle")


def _starts(starts: Iterable[Start], megabytes: Mapping[str, float]) -> Iterator[Goal]:
    found = {each.bot: each for each in starts if not each.first}
    mine, bare = found[OURS], found[BARE]
    yield _at_most("memory when ready", mine.megabytes.p50, bare.megabytes.p50, 1.5, unit="MB")
    label = "memory after all those commands"
    yield _at_most(label, megabytes[OURS], megabytes[BARE], 1.5, unit="MB")
    yield Goal(
        name="start to ready",
        ours=f"{mine.seconds.p50:.2f} s",
        peer=f"{BARE}: {bare.seconds.p50:.2f} s",
        ratio=round(mine.seconds.p50 / bare.seconds.p50, 2),
        wanted="under 1.2 s",
        met=mine.seconds.p50 < 1.2,
    )


def _messages(figures: Iterable[MessageFigures]) -> Iterator[Goal]:
    found = {(each.client, each.door): each for each in figures}
    for door, wanted in _ROUND_TRIPS.items():
        if (mine := found.get((OURS, door))) is None:
            continue
        peer = found["smtplib", door].round_trips
        yield Goal(
            name=f"test message, {door}: round trips",
            ours=f"{mine.round_trips:.1f}",
            peer=f"smtplib: {peer:.1f}",
            ratio=round(mine.round_trips / peer, 2),
            wanted=str(wanted),
            met=mine.round_trips <= wanted + _ROUNDED,
        )


def _at_most(
    name: str, ours: float, peers: float, most: float, *, unit: str, peer: str = BARE
) -> Goal:
    ratio = ours / peers
    return Goal(
        name=name,
        ours=f"{ours:.1f} {unit}",
        peer=f"{peer}: {peers:.1f} {unit}",
        ratio=round(ratio, 2),
        wanted=f"at most {most}",
        met=ratio <= most,
    )
