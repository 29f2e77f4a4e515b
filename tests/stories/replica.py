"""One replica as `mailsettings run` starts it, but quick to miss another: the replica stories'."""

import os
import sys

from bot import logs
from bot.commands.run import run
from bot.config import read
from bot.slack.pace import Pace

QUICK = Pace(lease=2.0, beat_every=0.4, look_every=0.3)

if __name__ == "__main__":
    config = read(os.environ, for_slack=True)  # noqa: TID251 - a front door
    logs.configure(
        sys.stderr, level=config.log_level, log_format=config.log_format, secrets=config.secrets
    )
    sys.exit(run(config, pace=QUICK))
