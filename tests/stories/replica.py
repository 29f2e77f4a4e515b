"""One replica as `mailsettings run` starts it, but quick to miss another: the replica stories'.

With `--tireless` it lets any number of tests through.
"""

import os
import sys
from datetime import timedelta

from bot import logs
from bot.commands.run import run
from bot.config import read
from bot.slack.mailtest.admission import Limits
from bot.slack.pace import Pace
from storage.limits import Limit

QUICK = Pace(lease=2.0, beat_every=0.4, look_every=0.3)
MANY = Limit(count=10_000, period=timedelta(minutes=1))

if __name__ == "__main__":
    config = read(os.environ, for_slack=True)  # noqa: TID251 - a front door
    logs.configure(
        sys.stderr, level=config.log_level, log_format=config.log_format, secrets=config.secrets
    )
    limits = Limits(person=MANY, workspace=MANY) if "--tireless" in sys.argv else None
    sys.exit(run(config, pace=QUICK, limits=limits))
