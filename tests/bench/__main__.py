"""`python -m tests.bench`: measure, print, write docs/bench."""

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.demo.door import Undelivered
from tests.bench import acquaintance, commands, isolation, messages, standstill, starting
from tests.bench.acquaintance import Acquaintance
from tests.bench.commands import CommandFigures, Times
from tests.bench.contestant import (
    BARE,
    ORDINARY,
    Contestant,
    start_bolt,
    start_ours,
)
from tests.bench.goals import goals
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.plot import picture
from tests.bench.process import ROOT, NotReady
from tests.bench.report import page
from tests.bench.results import Lines, Results, Watch
from tests.bench.slack import Unanswered
from tests.bench.trust import Trust, make_trust

Compared = tuple[list[CommandFigures], dict[str, float], list[Acquaintance], dict[str, Any]]
"""The commands, megabytes by bot, the acquaintance, and our form."""


async def run(directory: Path, plan: Plan) -> Results:
    """Measure all that *plan* says, with the bots' data in *directory*.

    Raises NotReady, Unanswered, Undelivered, TimeoutError: figures of a bot that failed would
    mean nothing.
    """
    watch = Watch()
    trust = make_trust(directory)
    told, megabytes, known, form = await _compare(directory, plan, trust, watch)
    isolated, ending = await isolation.measure(
        directory / "isolation", plan, trust=trust, say=watch.say
    )
    stood = await standstill.measure(form, plan, trust=trust, say=watch.say)
    reason, mailed = await messages.measure(directory / "mail", plan, watch.say)
    watch.say("starts")
    starts = await starting.measure(directory / "starts", form, plan, trust=trust)
    return Results(
        circumstances=watch.end(quick=plan.quick),
        goals=goals(told, megabytes, isolated, starts, mailed),
        commands=told,
        megabytes=megabytes,
        acquaintance=known,
        isolation=isolated,
        ending=ending,
        standstill=stood,
        messages=mailed,
        no_messages=reason,
        starts=starts,
        lines=Lines.count(),
    )


async def _compare(directory: Path, plan: Plan, trust: Trust, watch: Watch) -> Compared:
    """Start all bots at all distances, and let them take turns."""
    async with AsyncExitStack() as undo:
        contestants: list[Contestant] = []

        async def ready(contestant: Contestant) -> None:
            undo.push_async_callback(contestant.leave)
            await commands.type_commands(contestant, at_once=8, each=2, times=Times())
            contestants.append(contestant)

        for away in plan.round_trips_ms:
            watch.say(f"the bots start, {away} ms from Slack")
            home = directory / f"away-{away}"
            await ready(await start_ours(home, trust=trust, round_trip_ms=away))
            form = contestants[0].slack.form
            for name in (BARE, ORDINARY):
                await ready(await start_bolt(name, form, trust=trust, round_trip_ms=away))
        farthest = next(each for each in reversed(contestants) if each.ours)
        watch.say("admins whom the bot doesn't know")
        known = await acquaintance.meet(farthest, plan)
        told = await commands.measure(contestants, plan, watch.say)
        megabytes = {each.name: each.bot.megabytes for each in contestants[:3]}
        if not plan.quick:  # a quick run does not take the half minute that makes people strange
            known += await acquaintance.meet_again(farthest, plan)
    return told, megabytes, known, form


def main() -> None:
    """Run the benchmark; what keeps it from figures is told on the standard error, status 1."""
    given = _arguments()
    # However we are ended, the bots end with us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory() as directory:
        try:
            results = asyncio.run(run(Path(directory), QUICK if given.quick else FULL))
        except (NotReady, Unanswered, Undelivered, TimeoutError) as problem:
            sys.exit(f"There are no figures: {problem or 'an answer did not come in time'}")
    if given.to is not None:
        given.to.mkdir(parents=True, exist_ok=True)
        (given.to / "results.md").write_text(page(results), encoding="utf-8")
        text = json.dumps(asdict(results), indent=2) + "\n"
        (given.to / "results.json").write_text(text, encoding="utf-8")
        (given.to / "results.svg").write_text(picture(results), encoding="utf-8")
    sys.stdout.write(page(results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples: a minute at most")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIRECTORY",
        help="where the results are written: docs/bench, or nowhere if --quick",
    )
    given = parser.parse_args()
    if given.to is None and not given.quick:
        given.to = ROOT / "docs" / "bench"
    return given


if __name__ == "__main__":
    main()
