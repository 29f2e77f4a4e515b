"""What may be typed after `mailsettings`: the table of commands, and the parser of it."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, as its help shows it."""

    name: str
    """One word, or two where the first is a group's."""
    summary: str
    options: tuple[Callable[[argparse.ArgumentParser], object], ...] = ()


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with JSON, for a program")


def _workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workspace", metavar="ID", help="needed only where several workspaces have settings"
    )


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDRESS", help="whom the message goes to")
    parser.add_argument(
        "--no-send", action="store_true", help="stop after the recipient: no mail is sent"
    )


def _limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=_count, default=50, metavar="N", help="show at most N; 50 unless told"
    )


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=8080, metavar="N", help="of the page; 8080 unless told"
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="keep the bot's data here after the end"
    )
    parser.add_argument(
        "--password-in-slack",
        action="store_true",
        help="have passwords typed into the modal, not on the bot's own page",
    )
    parser.add_argument(
        "--despite-tokens",
        action="store_true",
        help="start although the environment has a real bot's tokens; the demo ignores them",
    )


def _key_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key_id", metavar="KEY_ID", nargs="?", help="the newest unless told")


def _copy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("copy", metavar="FILE", type=Path, help="must not exist yet")


def _pairs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pairs", metavar="FIELD=VALUE", nargs="+", help="names as `settings show --json` has them"
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="ask nothing")


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="must not exist yet")
    parser.add_argument(
        "--recipient",
        metavar="RECIPIENT",
        required=True,
        help="what `keyring recipient` printed there, or a file with it",
    )


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="what `settings export` wrote")
    parser.add_argument("--dry-run", action="store_true", help="show it, and change nothing")
    parser.add_argument(
        "--replace", action="store_true", help="save it in the place of settings that are there"
    )


GROUPS = {
    "keyring": "the encryption keys",
    "db": "the database",
    "settings": "a workspace's mail settings",
    "audit": "who did what",
}
COMMANDS = (
    Command(name="run", summary="run the bot"),
    Command(
        name="demo",
        summary="try the whole bot in a browser: no account, no network",
        options=(_demo,),
    ),
    Command(
        name="doctor",
        summary="look at everything that the bot needs, and tell each cure",
        options=(_workspace, _json),
    ),
    Command(name="keyring new", summary="make the keyring file; one that exists stays as it is"),
    Command(name="keyring add", summary="append a new key that opens, and seals nothing yet"),
    Command(
        name="keyring activate",
        summary="seal with a key from now on, once every running replica has it",
        options=(_key_id,),
    ),
    Command(name="keyring rewrap", summary="seal everything anew with the primary key"),
    Command(name="keyring retire", summary="take keys out that nothing needs any more"),
    Command(name="keyring status", summary="show the keys and what each sealed", options=(_json,)),
    Command(
        name="keyring recipient",
        summary="print for whom another installation seals an export; no secret",
    ),
    Command(name="db upgrade", summary="bring the tables to this program's version"),
    Command(
        name="db check",
        summary="check that the database is sound, and everything in it opens",
        options=(_json,),
    ),
    Command(
        name="db backup",
        summary="copy the database while the bot runs; for PostgreSQL, say how",
        options=(_copy,),
    ),
    Command(
        name="settings show",
        summary="show everything but the password",
        options=(_json, _workspace),
    ),
    Command(
        name="settings set-password",
        summary="take a new password: asked for on a terminal, else the input, one line",
        options=(_workspace,),
    ),
    Command(
        name="settings set",
        summary="change fields, by the rules of the form",
        options=(_pairs, _workspace),
    ),
    Command(
        name="settings delete",
        summary="delete the settings and all earlier revisions",
        options=(_yes, _workspace),
    ),
    Command(
        name="settings export",
        summary="write settings, password and SSL keys, sealed for another installation",
        options=(_export, _workspace),
    ),
    Command(
        name="settings import",
        summary="take in what another installation exported for this one",
        options=(_import, _workspace),
    ),
    Command(
        name="test",
        summary="send a test message, and show each stage",
        options=(_address, _json, _workspace),
    ),
    Command(
        name="audit show",
        summary="show the newest entries",
        options=(_limit, _json, _workspace),
    ),
    Command(name="audit verify", summary="check that no entry was changed or removed"),
)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser. What it parses has the command's name as `command`."""
    parser = _Parser(
        prog="mailsettings",
        description="Mail Settings for Slack: the bot, and its operator's commands.",
        epilog="The README lists the variables of the environment.",
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {version('mailsettings')}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    groups = {"": commands}
    for name, summary in GROUPS.items():
        group = commands.add_parser(name, help=summary, description=summary)
        groups[name] = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for each in COMMANDS:
        of_group, _, name = each.name.rpartition(" ")
        command = groups[of_group].add_parser(name, help=each.summary, description=each.summary)
        command.set_defaults(command=each.name)
        for add_option in each.options:
            add_option(command)
    return parser


class _Parser(argparse.ArgumentParser):
    """Says "wrong usage" with the status of sysexits.h."""

    def error(self, message: str) -> NoReturn:
        """Tell the usage and end with status 64."""
        self.print_usage(sys.stderr)
        self.exit(os.EX_USAGE, f"{self.prog}: {message}\n")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port from 1 to 65535 is needed, or 0 for any free one")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError("a whole number from 1 on is needed")
    return int(text)
