"""Results as people read them: one Markdown page."""

import re
from collections.abc import Sequence

from tests.bench import texts
from tests.bench.acquaintance import Acquaintance
from tests.bench.commands import CommandFigures
from tests.bench.goals import Goal
from tests.bench.isolation import Ending, Isolation
from tests.bench.messages import MessageFigures
from tests.bench.results import Circumstances, Results
from tests.bench.spread import Spread, shown
from tests.bench.standstill import Standstill
from tests.bench.starting import Start

_WITHIN = re.compile(r"(?<=\d) (?=/|ms|MB|s\b)|(?<=/) (?=\d)")
_DISTURBED = 10
"""Percent of the processors' time that others may take: more, and the tails are theirs."""


def page(results: Results) -> str:
    """Return the whole page."""
    parts = [
        _head(results.circumstances),
        _verdict(results.goals),
        "![The results as bars](results.svg)",
        "## Goals",
        texts.GOALS,
        _goals(results.goals),
        texts.MEMORY,
        "## From the command to the window",
        texts.COMMANDS,
        _commands(results.commands),
        "## When the bot has to ask who somebody is",
        texts.ACQUAINTANCE,
        _acquaintance(results.acquaintance),
        "## While mail servers hang",
        texts.ISOLATION,
        _isolation(results.isolation),
        _ending(results.ending),
        texts.STANDSTILL,
        _standstill(results.standstill),
        "## A test message",
        f"Not measured: {results.no_messages}" if results.no_messages else texts.MESSAGES,
        *([_messages(results.messages)] if results.messages else []),
        "## Start and memory",
        texts.STARTS,
        _starts(results.starts, results.megabytes),
        f"Lines of Python: {results.lines.source} of source, {results.lines.tests} of tests.",
    ]
    return "\n\n".join(parts) + "\n"


def _head(seen: Circumstances) -> str:
    busy = (
        "With so much beside it, this run shows that all works, and no figure of it counts."
        if seen.others_percent > _DISTURBED
        else "Absolute figures belong to the machine; ratios travel."
    )
    versions = ", ".join(f"{name} {version}" for name, version in seen.versions.items())
    kind = "`make bench ARGS=--quick`: few samples" if seen.quick else "`make bench`"
    return (
        "# Benchmark\n\n"
        f"Written by {kind}, on {seen.date}, in {seen.seconds:.0f} s: {seen.cores} cores shared by "
        f"the bots, the stand-in for Slack and the load; other programs took "
        f"{seen.others_percent:.0f} % of them. {busy} {versions}."
    )


def _verdict(goals: Sequence[Goal]) -> str:
    missed = [each.name for each in goals if not each.met]
    met = f"**{len(goals) - len(missed)} of {len(goals)} goals are met.**"
    return f"{met} Missed: {'; '.join(missed)}." if missed else met


def _goals(goals: Sequence[Goal]) -> str:
    rows = [
        [
            each.name,
            each.ours,
            each.peer,
            f"{each.ratio:.2f}",
            each.wanted,
            "met" if each.met else "**missed**",
        ]
        for each in goals
    ]
    return _table(["goal", "ours", "peer", "ratio", "wanted", "met?"], rows)


def _commands(figures: Sequence[CommandFigures]) -> str:
    ordered = sorted(figures, key=lambda each: (each.round_trip_ms, each.at_once))
    rows = [
        [
            str(each.round_trip_ms),
            str(each.at_once),
            each.bot,
            str(each.ack.samples),
            _spread(each.ack),
            _spread(each.opened),
            f"{each.a_second:.0f}",
            f"{each.cpu_ms:.2f}",
            str(each.lost),
        ]
        for each in ordered
    ]
    head = ["round trip", "at once", "bot", "commands", "ack p50 / p99", "window p50 / p99"]
    return _table([*head, "a second", "CPU ms for each", "lost"], rows)


def _acquaintance(figures: Sequence[Acquaintance]) -> str:
    rows = [
        [
            each.asked,
            "open" if each.connected else "closed",
            str(each.round_trip_ms),
            str(each.opened.samples),
            _spread(each.opened),
            _spread(each.drawn),
        ]
        for each in figures
    ]
    head = ["Slack was asked", "connections", "round trip", "samples"]
    return _table([*head, "window p50 / p99", "form p50 / p99"], rows)


def _isolation(figures: Sequence[Isolation]) -> str:
    rows = [
        [
            hanging,
            _spread(side.ack),
            _spread(side.opened),
            _spread(side.test),
            f"{side.a_second:.0f}",
            f"{side.cpu_ms:.2f}",
            megabytes,
        ]
        for each in figures
        for hanging, side, megabytes in (
            (str(each.hanging), each.busy, f"{each.megabytes:.0f}"),
            ("none, by turns", each.idle, ""),
        )
    ]
    head = ["hanging tests", "ack p50 / p99", "window p50 / p99", "one more test p50 / p99"]
    return _table([*head, "a second, 16 at once", "CPU ms for each", "MB"], rows)


def _ending(each: Ending) -> str:
    return (
        f"While {each.ending} of them ended at once, which took {each.seconds:.1f} s: ack "
        f"{_spread(each.ack)}, window {_spread(each.opened)}, {each.lost} of {each.ack.samples} "
        f"commands lost, {each.megabytes:.0f} MB."
    )


def _standstill(figures: Sequence[Standstill]) -> str:
    rows = [
        [str(each.hanging), str(each.typed), str(each.lost), _spread(each.ack)] for each in figures
    ]
    return _table(["hanging tests", "commands", "lost", "ack p50 / p99"], rows)


def _messages(figures: Sequence[MessageFigures]) -> str:
    distances = list(figures[0].took)
    rows = [
        [
            each.client,
            each.door,
            *(f"{each.took[distance].p50:.0f}" for distance in distances),
            f"{each.round_trips:.1f}",
        ]
        for each in sorted(figures, key=lambda each: each.door, reverse=True)
    ]
    head = ["client", "TLS", *(f"{each} ms away" for each in distances), "round trips"]
    return _table(head, rows)


def _starts(figures: Sequence[Start], megabytes: dict[str, float]) -> str:
    rows = [
        [
            f"{each.bot}{', first start' if each.first else ''}",
            f"{each.seconds.p50:.2f}",
            f"{each.megabytes.p50:.0f}",
            "" if each.first else f"{megabytes[each.bot]:.0f}",
        ]
        for each in figures
    ]
    return _table(["bot", "ready after s", "MB when ready", "MB after the commands above"], rows)


def _spread(spread: Spread) -> str:
    return f"{shown(spread.p50)} / {shown(spread.p99)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    # No line is broken between two figures, or a figure and its unit.
    kept = [[_WITHIN.sub("\N{NO-BREAK SPACE}", each) for each in row] for row in rows]
    lines = [head, ["---"] * len(head), *kept]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
