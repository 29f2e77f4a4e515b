"""The bot as `mailsettings run` puts it together, but hundreds of tests may hang, and for longer.

Reads its environment as JSON on the standard input.
"""

import asyncio
import json
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from bot import logs
from bot.commands.network import network_of
from bot.config import read
from bot.slack.mailtest.admission import Limits
from bot.slack.program import Parts, run
from bot.smtp.network import Deadlines
from bot.vault import alone, open_vault
from storage.clock import SharedClock
from storage.limits import Limit

_HANGING_SECONDS = 600
"""For which a test waits for a greeting, so that all that is measured meanwhile is done before."""
_LONG = Deadlines(stage=_HANGING_SECONDS, total=_HANGING_SECONDS)


def main() -> None:
    """Serve until SIGTERM."""
    config = read(json.load(sys.stdin))
    logs.configure(sys.stderr, level=config.log_level, log_format="json", secrets=config.secrets)
    plenty = Limit(count=100_000, period=timedelta(hours=1))
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        clock = SharedClock(vault.engine)
        with alone(config), vault.replicas.beating(vault.keyring, clock=clock):
            parts = Parts(
                config=config,
                vault=vault,
                network=replace(network_of(config), deadlines=_LONG),
                limits=Limits(person=plenty, workspace=plenty),
                clock=clock,
            )
            asyncio.run(run(parts))


if __name__ == "__main__":
    main()
