"""`mailsettings doctor`: looks at everything that the bot needs, and tells each cure."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime

from bot.commands.console import Console
from bot.commands.finding import Finding, failed, fault, well
from bot.commands.slack_checks import look_at_slack
from bot.config import Config, InvalidEnvironment, read
from bot.vault import (
    Vault,
    VaultClosed,
    database_path,
    find_keyring,
    keyring_place,
    open_existing,
)
from storage.errors import BrokenChain, StorageError, Unavailable


def examine(
    environ: Mapping[str, str],
    console: Console,
    *,
    clock: Callable[[], datetime],
    as_json: bool,
) -> int:
    """Tell each finding as soon as it is there. The status is 0, 78, or 69."""
    findings = []
    for finding in _look(environ, clock):
        findings.append(finding)
        if not as_json:
            console.say(f"{'ok   ' if finding.ok else 'fault'}  {finding.check}: {finding.text}")
            if finding.cure:
                console.say(f"       {finding.cure}")
    faults = [each for each in findings if not each.ok]
    if as_json:
        console.document({"ok": not faults, "checks": [_document(each) for each in findings]})
    return max((each.status for each in faults), default=os.EX_OK)


def _look(environ: Mapping[str, str], clock: Callable[[], datetime]) -> Iterator[Finding]:
    config, findings = _environment(environ)
    yield from findings
    if config is None:
        return
    yield _data_directory(config)
    yield from _kept(config)
    yield _password_way(config)
    if config.bot_token:
        yield from look_at_slack(config, clock=clock)


def _environment(environ: Mapping[str, str]) -> tuple[Config | None, list[Finding]]:
    """Return what the environment says, as far as it can be used, and its faults."""
    try:
        config = read(environ)
    except InvalidEnvironment as invalid:
        findings = [fault(each.variable, each.problem, each.cure) for each in invalid.faults]
        try:
            return read(environ, for_slack=False), findings
        except InvalidEnvironment:
            return None, findings
    mode = "Socket Mode" if config.app_token else f"HTTP on {config.host}:{config.port}"
    return config, [well("environment", f"Complete. The bot serves Slack by {mode}.")]


def _data_directory(config: Config) -> Finding:
    check = "data directory"
    try:
        mode = config.data_dir.stat().st_mode & 0o777
    except FileNotFoundError:
        return well(check, f"{config.data_dir} is made at the first start.")
    except OSError as problem:
        text = f"{config.data_dir} can't be looked at: {problem.strerror}."
        return fault(check, text, "Set MAILSETTINGS_DATA_DIR to a directory of this user.")
    if mode & 0o077:
        text = f"Others on this machine can look into {config.data_dir} (mode {mode:04o})."
        return fault(check, text, f"Run: chmod 700 {config.data_dir}")
    return well(check, f"{config.data_dir}, for this user alone.")


def _kept(config: Config) -> Iterator[Finding]:
    """Look at database, keyring and audit log."""
    try:
        if not database_path(config).exists():
            yield well("database", f"{database_path(config)} is made at the first start.")
            if find_keyring(config):
                yield well("keyring", f"{keyring_place(config)} can be read.")
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
    return well("database", f"{database_path(config)} is sound, writable, and up to date.")


def _keyring(vault: Vault, config: Config) -> Finding:
    counts = vault.records_by_key()
    keys = ", ".join(f"{each} ({counts.get(each, 0)})" for each in vault.keyring.key_ids)
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
