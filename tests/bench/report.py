"""Results as people read them: one Markdown page."""

from collections.abc import Sequence

from tests.bench.acquaintance import Acquaintance
from tests.bench.commands import CommandFigures
from tests.bench.contestant import BARE, OURS
from tests.bench.isolation import Isolation
from tests.bench.results import Circumstances, Results
from tests.bench.spread import Spread
from tests.bench.starting import Start


def page(results: Results) -> str:
    """Return the whole page."""
    parts = [
        _head(results.circumstances),
        "## From the command to the window",
        _COMMANDS,
        _commands(results.commands),
        "## When the bot has to ask who somebody is",
        _ACQUAINTANCE,
        _acquaintance(results.acquaintance),
        "## While mail servers hang",
        _ISOLATION,
        _isolation(results.isolation),
        "## Start and memory",
        _STARTS,
        _starts(results.starts, results.megabytes),
        f"Lines of Python: {results.lines.source} of source, {results.lines.tests} of tests.",
    ]
    return "\n\n".join(parts) + "\n"


_COMMANDS = (
    "`/mailsettings` in HTTP mode, rounds by turns in one run. **Ack**: until the command is "
    "answered. **Window**: until `views.open` has reached Slack. Bare Bolt is the smallest "
    "`AsyncApp` that acknowledges and opens the same view: it reads nothing, checks nobody and "
    "draws nothing. *Round trip* is the distance to Slack's Web API, added to every call; a new "
    "connection costs one more (with TLS, as Slack has it, two). Milliseconds; *ratio* is bare "
    "Bolt's median divided by ours: above 1 we are faster.\n\n"
    "With 16 at once everybody types again as soon as answer and window are there: a load that no "
    "workspace makes. What counts there is the processor's time for one command: ours reads a "
    "sealed record and draws the form each time, bare Bolt sends a view that is ready."
)
_ACQUAINTANCE = (
    "The first time, the window waits for `users.info`. One who was an admin when Slack was last "
    "asked gets a window at once, and the form in it when Slack has said so again. *Closed*: the "
    "connections to Slack were closed since, as they are after a minute without any call. Our bot "
    "alone; milliseconds."
)
_ISOLATION = (
    "Tests wait for the greeting of a server that never says a word; here for 30 s, twice as long "
    "as usual, so that all of them surely hang at once. Beside them: the command, "
    "and a test to a healthy server, from `/mailtest` to “accepted” in the channel. Our bot "
    "alone, Slack at no distance; milliseconds. *Ratio* is the median beside nothing divided by "
    "the median here."
)
_STARTS = (
    "From the start of the process to “ready” (for ours: `auth.test` answered, listening, the "
    "database migrated). Medians; memory is what is resident."
)


def _head(seen: Circumstances) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in seen.versions.items())
    kind = "`make bench ARGS=--quick`: few samples" if seen.quick else "`make bench`"
    return (
        "# Benchmark\n\n"
        f"Written by {kind}, on {seen.date}, in {seen.seconds:.0f} s: {seen.cores} cores shared by "
        f"the bot, the stand-in for Slack and the load; other programs took "
        f"{seen.others_percent:.0f} % of them. {versions}. "
        "Absolute figures belong to the machine; ratios travel."
    )


def _commands(figures: Sequence[CommandFigures]) -> str:
    ours = {(each.round_trip_ms, each.at_once): each for each in figures if each.bot == OURS}
    bare = {(each.round_trip_ms, each.at_once): each for each in figures if each.bot == BARE}
    rows = []
    for (round_trip, at_once), mine in ours.items():
        theirs = bare[round_trip, at_once]
        rows.append(
            [
                str(round_trip),
                str(at_once),
                str(mine.ack.samples),
                _spread(mine.ack),
                _spread(theirs.ack),
                _ratio(theirs.ack, mine.ack),
                _spread(mine.opened),
                _spread(theirs.opened),
                _ratio(theirs.opened, mine.opened),
                f"{mine.a_second:.0f}",
                f"{theirs.a_second:.0f}",
            ]
        )
    head = ["round trip", "at once", "samples", "ack p50 / p99", "bare Bolt", "ratio"]
    more = ["window p50 / p99", "bare Bolt", "ratio", "commands a second", "bare Bolt"]
    return _table([*head, *more], rows)


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
    head = [
        "Slack was asked",
        "connections",
        "round trip",
        "samples",
        "window p50 / p99",
        "form p50 / p99",
    ]
    return _table(head, rows)


def _isolation(figures: Sequence[Isolation]) -> str:
    alone = figures[0]
    rows = [
        [
            f"{each.hanging}{', until all have ended' if each.ending else ''}",
            str(each.ack.samples),
            _spread(each.ack),
            _ratio(alone.ack, each.ack),
            _spread(each.opened),
            _ratio(alone.opened, each.opened),
            _spread(each.test) if each.test else "",
            _ratio(alone.test, each.test) if alone.test and each.test else "",
            f"{each.megabytes:.0f}",
        ]
        for each in figures
    ]
    head = ["hanging tests", "samples", "ack p50 / p99", "ratio", "window p50 / p99", "ratio"]
    return _table([*head, "one more test p50 / p99", "ratio", "MB"], rows)


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
    return f"{spread.p50:.1f} / {spread.p99:.1f}"


def _ratio(one: Spread, other: Spread) -> str:
    return f"{one.p50 / other.p50:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
