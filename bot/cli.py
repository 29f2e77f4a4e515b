"""The front door: arguments and environment in, a command run, an exit status out."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot import logs
from bot.arguments import make_parser
from bot.commands import audit, db, doctor, keyring, moving, settings, settings_change, test
from bot.commands.console import Console, Stop
from bot.commands.machine import with_obstacles
from bot.commands.network import network_of
from bot.config import Config, InvalidEnvironment, read
from bot.slack.incidents import new_incident
from bot.vault import VaultClosed, open_existing
from storage.errors import StorageError, UnusableURL

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a command was called with."""

    arguments: argparse.Namespace
    environ: Mapping[str, str]
    console: Console

    def config(self, *, for_slack: bool = False) -> Config:
        """Read the environment and set up the logs. Raises InvalidEnvironment."""
        terminal = self.console.stderr.isatty()
        config = read(self.environ, for_slack=for_slack, terminal=terminal)
        # A command answers on its own; of its log only trouble is worth a line, unless asked for.
        quiet = not for_slack and config.log_level == "info"
        logs.configure(
            self.console.stderr,
            level="warning" if quiet else config.log_level,
            log_format=config.log_format,
            secrets=config.secrets,
        )
        return config


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 64, 69, 70, 75 or 78 (sysexits.h)."""
    call = Call(
        arguments=make_parser().parse_args(argv),
        environ=os.environ,  # noqa: TID251 - the front door is where the environment comes in
        console=Console(stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr),
    )
    return dispatch(call)


def dispatch(call: Call) -> int:
    """Run the command of *call*; whatever it raises ends here, as a sentence."""
    # Until the environment is read: what goes wrong meanwhile is logged without secrets too.
    logs.configure(call.console.stderr, level="warning", log_format="text")
    try:
        return _COMMANDS[call.arguments.command](call)
    except (InvalidEnvironment, Stop, VaultClosed, StorageError) as refusal:
        return _refused(call.console, refusal)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read the answer has enough of it. Nothing is left for the flush at exit.
        with Path(os.devnull).open("w", encoding="ascii") as nowhere:
            os.dup2(nowhere.fileno(), call.console.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception:
        incident = new_incident()
        log.exception("command failed", incident=incident)
        call.console.complain(
            "Something went wrong that this program has no words for. Please report it with the "
            f"lines above; they hold no secret. Incident {incident}."
        )
        return os.EX_SOFTWARE


def _refused(console: Console, refusal: Exception) -> int:
    match refusal:
        case InvalidEnvironment():
            console.complain("The environment can't be used as it is, so nothing was done.\n")
            console.faults(refusal.faults)
            return os.EX_CONFIG
        case Stop():
            console.complain(str(refusal))
            return refusal.status
        case VaultClosed() | UnusableURL():
            console.complain(str(refusal))
            return os.EX_CONFIG
        case _:
            console.complain(str(refusal))
            return os.EX_UNAVAILABLE


def _run(call: Call) -> int:
    # Here, because no other command needs Bolt, and they start in half the time without it.
    from bot.commands import run  # noqa: PLC0415 - the reason is above

    try:
        config = call.config(for_slack=True)
    except InvalidEnvironment as invalid:
        raise with_obstacles(invalid) from None
    for name in [each for each in os.environ if each.startswith("SLACK_")]:  # noqa: TID251 - the front door
        # They were read. Bolt reads some of them too, and would complain or do as they say.
        del os.environ[name]  # noqa: TID251 - the same
    return run.run(config)


def _demo(call: Call) -> int:
    # For the same reason.
    from bot.commands import demo  # noqa: PLC0415 - the reason is above

    arguments = call.arguments
    asked = demo.Asked(
        port=arguments.port,
        browser=not arguments.no_browser,
        data_dir=arguments.data_dir,
        password_in_slack=arguments.password_in_slack,
        despite_tokens=arguments.despite_tokens,
    )
    if asked.despite_tokens:
        for each in demo.TOKENS:
            os.environ.pop(each, None)  # noqa: TID251 - Bolt would find them there by itself
    return demo.demo(asked, call.environ, call.console)


def _doctor(call: Call) -> int:
    return doctor.examine(
        call.environ,
        call.console,
        clock=lambda: datetime.now(UTC),
        workspace=call.arguments.workspace,
        as_json=call.arguments.json,
    )


def _keyring_new(call: Call) -> int:
    return keyring.new(call.config(), call.console)


def _keyring_status(call: Call) -> int:
    return keyring.status(call.config(), call.console, as_json=call.arguments.json)


def _keyring_add(call: Call) -> int:
    return keyring.add(call.config(), call.console)


def _keyring_activate(call: Call) -> int:
    return keyring.activate(call.config(), call.console, key_id=call.arguments.key_id)


def _keyring_rewrap(call: Call) -> int:
    with closing(open_existing(call.config())) as vault:
        return keyring.rewrap(vault, call.console)


def _keyring_retire(call: Call) -> int:
    return keyring.retire(call.config(), call.console)


def _db_upgrade(call: Call) -> int:
    return db.upgrade(call.config(), call.console)


def _db_check(call: Call) -> int:
    return db.check(call.config(), call.console, as_json=call.arguments.json)


def _db_backup(call: Call) -> int:
    return db.backup(call.config(), call.console, copy=call.arguments.copy)


def _settings_show(call: Call) -> int:
    with closing(open_existing(call.config())) as vault:
        return settings.show(
            vault, call.console, workspace=call.arguments.workspace, as_json=call.arguments.json
        )


def _settings_set_password(call: Call) -> int:
    config = call.config()
    with closing(open_existing(config)) as vault:
        return settings.set_password(
            vault, config, call.console, workspace=call.arguments.workspace
        )


def _keyring_recipient(call: Call) -> int:
    return moving.show_recipient(call.config(), call.console)


def _settings_set(call: Call) -> int:
    config, arguments = call.config(), call.arguments
    with closing(open_existing(config)) as vault:
        return settings_change.set_(
            vault, config, call.console, workspace=arguments.workspace, pairs=arguments.pairs
        )


def _settings_delete(call: Call) -> int:
    with closing(open_existing(call.config())) as vault:
        return settings_change.delete(
            vault, call.console, workspace=call.arguments.workspace, sure=call.arguments.yes
        )


def _settings_export(call: Call) -> int:
    arguments = call.arguments
    with closing(open_existing(call.config())) as vault:
        return moving.export(
            vault,
            call.console,
            workspace=arguments.workspace,
            recipient=arguments.recipient,
            file=arguments.file,
        )


def _settings_import(call: Call) -> int:
    config, arguments = call.config(), call.arguments
    asked = moving.Asked(
        file=arguments.file,
        workspace=arguments.workspace,
        replace=arguments.replace,
        dry_run=arguments.dry_run,
    )
    with closing(open_existing(config)) as vault:
        return moving.import_(vault, config, call.console, asked)


def _test(call: Call) -> int:
    with test.refusals(call.console, as_json=call.arguments.json):
        # First, because a wrong address is wrong whatever else is.
        recipient = test.recipient_of(call.arguments.address)
        config = call.config()
        vault = open_existing(config)
    asked = test.Asked(
        recipient=recipient,
        send=not call.arguments.no_send,
        workspace=call.arguments.workspace,
        as_json=call.arguments.json,
    )
    with closing(vault):
        return test.test(vault, config, call.console, network=network_of(config), asked=asked)


def _audit_show(call: Call) -> int:
    with closing(open_existing(call.config())) as vault:
        return audit.show(
            vault,
            call.console,
            workspace=call.arguments.workspace,
            limit=call.arguments.limit,
            as_json=call.arguments.json,
        )


def _audit_verify(call: Call) -> int:
    with closing(open_existing(call.config())) as vault:
        return audit.verify(vault, call.console)


_COMMANDS = {
    "run": _run,
    "demo": _demo,
    "doctor": _doctor,
    "keyring new": _keyring_new,
    "keyring add": _keyring_add,
    "keyring activate": _keyring_activate,
    "keyring rewrap": _keyring_rewrap,
    "keyring retire": _keyring_retire,
    "keyring recipient": _keyring_recipient,
    "keyring status": _keyring_status,
    "db upgrade": _db_upgrade,
    "db check": _db_check,
    "db backup": _db_backup,
    "settings show": _settings_show,
    "settings set-password": _settings_set_password,
    "settings set": _settings_set,
    "settings delete": _settings_delete,
    "settings export": _settings_export,
    "settings import": _settings_import,
    "test": _test,
    "audit show": _audit_show,
    "audit verify": _audit_verify,
}
