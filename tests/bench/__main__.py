"""`python -m tests.bench`: measure, print, write docs/bench."""

import argparse
import asyncio
import json
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo.door import Undelivered
from tests.bench import acquaintance, commands, isolation, starting
from tests.bench.contestant import Contestant, start_bare, start_ours
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.process import ROOT, NotReady
from tests.bench.report import page
from tests.bench.results import Lines, Results, Watch
from tests.bench.slack import Unanswered

_AFAR_MS = 60


async def run(directory: Path, plan: Plan) -> Results:
    """Measure all that *plan* says, with the bots' data in *directory*.

    Raises NotReady, Unanswered, TimeoutError: figures of a bot that failed would mean nothing.
    """
    watch = Watch()
    async with AsyncExitStack() as undo:

        async def ready(contestant: Contestant) -> Contestant:
            undo.push_async_callback(contestant.leave)
            await commands.warm_up(contestant)
            return contestant

        ours = await ready(await start_ours(directory / "near"))
        afar = await ready(await start_ours(directory / "afar", round_trip_ms=_AFAR_MS))
        form = ours.slack.form
        bare = await ready(await start_bare(form))
        bare_afar = await ready(await start_bare(form, round_trip_ms=_AFAR_MS))
        known = await acquaintance.meet(afar, plan)
        told = await commands.measure([ours, bare, afar, bare_afar], plan)
        megabytes = {each.name: each.bot.megabytes for each in (ours, bare)}
        if not plan.quick:  # a quick run does not take the half minute that makes people strange
            known += await acquaintance.meet_again(afar, plan)
    isolated = await isolation.measure(directory / "isolation", plan)
    starts = await starting.measure(directory / "starts", form, plan)
    return Results(
        circumstances=watch.end(quick=plan.quick),
        commands=told,
        megabytes=megabytes,
        acquaintance=known,
        isolation=isolated,
        starts=starts,
        lines=Lines.count(),
    )


def main() -> None:
    """Run the benchmark; what keeps it from figures is told on the standard error, status 1."""
    given = _arguments()
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
    sys.stdout.write(page(results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples: half a minute at most")
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
