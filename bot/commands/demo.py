"""`mailsettings demo`: the whole bot in a browser, without an account and without a network."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from bot.commands.console import Console, Stop
from bot.environment import Environment

TOKENS = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)
"""Where a real bot's secrets would be."""

_MARK = "demo"
"""The file by which a directory of the demo's is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed after the command."""

    port: int
    browser: bool
    data_dir: Path | None
    password_in_slack: bool
    despite_tokens: bool


def demo(asked: Asked, environ: Mapping[str, str], console: Console) -> int:
    """Run the demo until Ctrl+C. Raises Stop, VaultClosed, StorageError."""
    _refuse_tokens(asked, environ)
    try:
        # Here, because only the demo needs these packages, and only it should wait for them.
        from bot.demo.program import Demo, PortTaken, Wishes, run  # noqa: PLC0415 - the reason is above
    except ModuleNotFoundError as problem:
        raise Stop(
            f"The demo needs the package {problem.name}, which is not there. Run `make demo`, or "
            "install this program with its extra “demo”: pip install 'mailsettings[demo]'.",
            os.EX_UNAVAILABLE,
        ) from problem

    def ready(running: Demo) -> None:
        console.say(f"The demo is at {running.address}")
        kept = f"in {asked.data_dir}" if asked.data_dir else "until then"
        console.say(f"Nothing leaves this computer. Ctrl+C ends it; settings are kept {kept}.")
        if asked.browser and _has_browser(environ):
            # Not waited for: some browsers' commands end only when the browser does.
            Thread(target=webbrowser.open, args=(running.address,), daemon=True).start()

    with ExitStack() as undo:
        directory = asked.data_dir or Path(
            undo.enter_context(TemporaryDirectory(prefix="mailsettings-demo-"))
        )
        _prepare(directory)
        wishes = Wishes(
            directory=directory,
            port=asked.port,
            password_in_slack=asked.password_in_slack,
        )
        try:
            broken = asyncio.run(run(wishes, ready=ready))
        except PortTaken as problem:
            raise Stop(
                f"The page can't use port {asked.port}: {problem}. "
                "Name another with --port, or any free one with --port 0.",
                os.EX_UNAVAILABLE,
            ) from problem
    for each in broken:
        console.complain(f"The bot broke a rule of Slack: {each}")
    return os.EX_OK


def _refuse_tokens(asked: Asked, environ: Mapping[str, str]) -> None:
    environment = Environment(environ)
    found = [each for each in TOKENS if environment.has_secret(each)]
    if found and not asked.despite_tokens:
        raise Stop(
            f"The environment has {', '.join(found)}, so this looks like the place of a real bot. "
            "The demo uses none of it and changes nothing there: start it elsewhere, or with "
            "--despite-tokens."
        )


def _prepare(directory: Path) -> None:
    """Make *directory* the demo's. Raises Stop for one that has another bot's data."""
    mark = directory / _MARK
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not mark.exists() and any(directory.iterdir()):
            raise Stop(
                f"{directory} has files that are not the demo's, perhaps a real bot's. "
                "Name an empty directory, or one that does not exist yet."
            )
        mark.write_text("The demo of Mail Settings for Slack keeps its data here.\n")
    except OSError as problem:
        raise Stop(f"{directory} can't be used: {problem.strerror}. Name another one.") from problem


def _has_browser(environ: Mapping[str, str]) -> bool:
    """Tell whether a window can be opened: a browser in the terminal would hide our words."""
    if sys.platform != "linux":
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
