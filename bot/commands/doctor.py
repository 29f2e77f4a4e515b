"""`mailsettings doctor`: looks at everything that the bot needs, and tells each cure."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from bot.commands.console import Console
from bot.commands.finding import Finding, failed, fault, well
from bot.commands.machine import Obstacle, obstacles
from bot.commands.oauth_checks import look_at_oauth
from bot.commands.slack_checks import look_at_slack
from bot.config import Config, InvalidEnvironment, read
from bot.keyring_source import keyring_place
from bot.vault import (
    Vault,
    VaultClosed,
    database_exists,
    database_place,
    find_keyring,
    open_existing,
)
from storage.errors import BrokenChain, StorageError, Unavailable
from storage.sealed import take_stock

_PATIENCE_SECONDS = 2
"""For the answer of a program on this machine."""


def examine(
    environ: Mapping[str, str],
    console: Console,
    *,
    clock: Callable[[], datetime],
    workspace: str | None,
    as_json: bool,
) -> int:
    """Tell each finding as soon as it is there. The status is 0, 78, or 69."""
    findings = []
    for finding in _look(environ, clock, workspace):
        findings.append(finding)
        if not as_json:
            console.say(f"{'ok   ' if finding.ok else 'fault'}  {finding.check}: {finding.text}")
            if finding.cure:
                console.say(f"       {finding.cure}")
    faults = [each for each in findings if not each.ok]
    if as_json:
        console.document({"ok": not faults, "checks": [_document(each) for each in findings]})
    return max((each.status for each in faults), default=os.EX_OK)


def _look(
    environ: Mapping[str, str], clock: Callable[[], datetime], workspace: str | None
) -> Iterator[Finding]:
    try:
        config = read(environ)
    except InvalidEnvironment as invalid:
        yield from (fault(each.variable, each.problem, each.cure) for each in invalid.faults)
        try:
            config = read(environ, for_slack=False)
        except InvalidEnvironment:
            for each in obstacles(invalid.config, told=invalid.faults):
                yield _stumbled(invalid.config, each)
            return
    else:
        mode = "Socket Mode" if config.app_token else f"HTTP on {config.host}:{config.port}"
        yield well("environment", f"Complete. The bot serves Slack by {mode}.")
    stumbled = {each.check: _stumbled(config, each) for each in obstacles(config, told=())}
    yield stumbled.get("data directory") or _directory(config)
    yield from _kept(config, stumbled)
    yield stumbled.get("listener") or well(
        "listener", f"The bot can listen at {config.host}:{config.port}."
    )
    yield _password_way(config)
    if config.bot_token:
        yield from look_at_slack(config, clock=clock)
    elif config.client_id and config.client_secret and config.public_url:
        yield from look_at_oauth(config, workspace=workspace, clock=clock)


def _stumbled(config: Config, obstacle: Obstacle) -> Finding:
    """Return what `run` would stop at. A port that a bot has is as it should be."""
    if (
        obstacle.check == "listener"
        and obstacle.status == os.EX_UNAVAILABLE
        and _bot_answers(config)
    ):
        return well(obstacle.check, f"A bot is running and has {config.host}:{config.port}.")
    cause = obstacle.fault
    return fault(obstacle.check, cause.problem, cause.cure, status=obstacle.status)


def _bot_answers(config: Config) -> bool:
    """Tell whether a program of our kind has the listener's address."""
    with closing(HTTPConnection(config.host, config.port, timeout=_PATIENCE_SECONDS)) as connection:
        try:
            connection.request("GET", "/livez")
            return bool(json.loads(connection.getresponse().read(100)) == {"status": "alive"})
        except (OSError, HTTPException, ValueError):
            return False


def _directory(config: Config) -> Finding:
    check = "data directory"
    try:
        mode = config.data_dir.stat().st_mode & 0o777
    except FileNotFoundError:
        return well(check, f"{config.data_dir} is made at the first start.")
    if mode & 0o077:
        text = f"Others on this machine can look into {config.data_dir} (mode {mode:04o})."
        return fault(check, text, f"Run: chmod 700 {config.data_dir}")
    return well(check, f"{config.data_dir}, for this user alone.")


def _kept(config: Config, stumbled: Mapping[str, Finding]) -> Iterator[Finding]:
    """Look at database, keyring and audit log, unless it is known that they can't be opened."""
    yield from (stumbled[each] for each in ("database", "keyring") if each in stumbled)
    if stumbled.keys() & {"data directory", "database", "keyring"}:
        return
    try:
        if not database_exists(config):
            yield well("database", f"{database_place(config)} is made at the first start.")
            then = "can be read" if find_keyring(config) else "is made at the first start"
            yield well("keyring", f"{keyring_place(config)} {then}.")
            return
        with closing(open_existing(config)) as vault:
            yield _database(vault, config)
            yield _keyring(vault, config)
            yield _audit(vault)
    except Unavailable as problem:
        yield failed("database", problem, status=os.EX_UNAVAILABLE)
    except (VaultClosed, StorageError) as problem:
        yield failed("keyring and database", problem)


def _database(vault: Vault, config: Config) -> Finding:
    vault.check()
    return well("database", f"{database_place(config)} is sound, writable, and up to date.")


def _keyring(vault: Vault, config: Config) -> Finding:
    counts = vault.records_by_key()
    keys = ", ".join(f"{each} ({counts.get(each, 0)})" for each in vault.keyring.key_ids)
    stock = take_stock(vault.engine, vault.keyring)
    if stock.broken:
        problems = "; ".join(f"{count} {problem}" for problem, count in stock.broken.items())
        return fault(
            "keyring",
            f"{keyring_place(config)} doesn't open everything: {problems}. Records by key: {keys}.",
            f"Restore from a backup, or make anew: {'; '.join(stock.named)}.",
            status=os.EX_UNAVAILABLE,
        )
    return well("keyring", f"{keyring_place(config)} opens all. Records by key: {keys}.")


def _audit(vault: Vault) -> Finding:
    try:
        vault.audit.verify()
    except BrokenChain as problem:
        text = f"{problem} Compare the database with a backup."
        return failed("audit log", VaultClosed(text), status=os.EX_UNAVAILABLE)
    return well("audit log", "Every entry is as it was written.")


def _password_way(config: Config) -> Finding:
    check = "giving passwords"
    if config.public_url:
        return well(check, f"On our own page, at {config.public_url}.")
    if config.password_in_slack:
        return well(check, "Typed into Slack. MAILSETTINGS_PUBLIC_URL would give a page for it.")
    return well(check, "Only with `mailsettings settings set-password`.")


def _document(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "ok": finding.ok,
        "text": finding.text,
        "cure": finding.cure or None,
    }
