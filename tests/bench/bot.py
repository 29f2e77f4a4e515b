"""The bot as `mailsettings run` puts it together, with limits that let hundreds of tests through.

Reads its environment as JSON on the standard input.
"""

import asyncio
import json
import sys
from contextlib import closing
from datetime import timedelta

from bot import logs
from bot.commands.network import network_of
from bot.config import read
from bot.slack.mailtest.admission import Limits
from bot.slack.program import Parts, run
from bot.vault import open_vault
from storage.limits import Limit


def main() -> None:
    """Serve until SIGTERM."""
    config = read(json.load(sys.stdin))
    logs.configure(sys.stderr, level=config.log_level, log_format="json", secrets=config.secrets)
    plenty = Limit(count=100_000, period=timedelta(hours=1))
    with closing(open_vault(config, announce=lambda _text: None)) as vault:
        parts = Parts(
            config=config,
            vault=vault,
            network=network_of(config),
            limits=Limits(person=plenty, workspace=plenty),
        )
        asyncio.run(run(parts))


if __name__ == "__main__":
    main()
