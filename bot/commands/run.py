"""`mailsettings run`: the bot."""

import asyncio
import os
from contextlib import closing
from typing import TYPE_CHECKING

import structlog

from bot.commands.console import Stop
from bot.commands.machine import obstacles
from bot.commands.network import network_of
from bot.config import Config, InvalidEnvironment
from bot.slack.pace import Pace
from bot.vault import alone, open_vault
from storage.clock import SharedClock
from storage.errors import DatabaseInUse

if TYPE_CHECKING:
    from bot.slack.mailtest.admission import Limits

log = structlog.get_logger(__name__)


def run(config: Config, *, pace: Pace | None = None, limits: "Limits | None" = None) -> int:
    """Serve Slack until SIGTERM or SIGINT.

    The stories hand in a quicker *pace* than ours, so as not to wait for half a minute, and wider
    *limits*, so as to test more in it.
    Raises InvalidEnvironment for all that this machine lacks, Stop, VaultClosed, StorageError.
    """
    # Here, because the other commands need none of Slack's packages and start without them.
    from bot.slack.api import SlackRefused  # noqa: PLC0415 - the reason is above
    from bot.slack.assembly import Parts  # noqa: PLC0415 - the same
    from bot.slack.mailtest.admission import Limits  # noqa: PLC0415 - the same
    from bot.slack.program import run as serve  # noqa: PLC0415 - the same

    found = obstacles(config, told=())
    if any(each.status == os.EX_CONFIG for each in found):
        raise InvalidEnvironment(tuple(each.fault for each in found), config=config)
    with closing(open_vault(config, announce=log.warning)) as vault:
        try:
            clock = SharedClock(vault.engine)
            with alone(config), vault.replicas.beating(vault.keyring, clock=clock):
                # Here, because of two bots the one with our database is the one to name.
                for each in found:
                    raise Stop(f"{each.fault.problem} {each.fault.cure}", each.status)
                vault.audit.announce_heads()
                parts = Parts(
                    config=config,
                    vault=vault,
                    network=network_of(config),
                    clock=clock,
                    pace=pace or Pace(),
                    limits=limits or Limits(),
                )
                asyncio.run(serve(parts))
        except DatabaseInUse as problem:
            raise Stop(str(problem), os.EX_TEMPFAIL) from problem
        except SlackRefused as problem:
            raise Stop(str(problem)) from problem
        except OSError as problem:
            raise Stop(
                f"The HTTP listener can't use {config.host}:{config.port}: {problem.strerror}. "
                "Stop the program that has it, or set HOST and PORT.",
                os.EX_UNAVAILABLE,
            ) from problem
    return os.EX_OK
