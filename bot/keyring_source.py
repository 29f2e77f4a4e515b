"""Where the keyring comes from: a variable, a file, or a command that prints it."""

import os
import signal
import subprocess
import time

from bot.config import Config
from storage import keyring_file
from storage.errors import InvalidKeyring, KeyringExposed
from storage.keyring import Keyring
from storage.live_keyring import LiveKeyring

_COMMAND_SECONDS = 15
_COMMAND_EVERY = 300
"""Seconds after which the command is asked again."""
_LONGEST_ANSWER = 65536
"""Characters, as many as a keyring may have."""


class UnusableKeyring(Exception):
    """The keyring can't be had as things are. The text says why, and what the operator does."""


def keyring_place(config: Config) -> str:
    """Say where the keyring is looked for."""
    if config.keyring_text:
        return "MAILSETTINGS_KEYRING"
    return "MAILSETTINGS_KEYRING_COMMAND" if config.keyring_command else str(config.keyring_file)


def is_file(config: Config) -> bool:
    """Tell whether the keyring is a file, which we can change."""
    return not (config.keyring_text or config.keyring_command)


def read_keyring(config: Config) -> Keyring | None:
    """Return the keyring, None when there is no file of it. Raises UnusableKeyring."""
    try:
        if config.keyring_text:
            return Keyring.parse(config.keyring_text)
        if config.keyring_command:
            return Keyring.parse(_printed_by(config.keyring_command))
        return keyring_file.read(config.keyring_file)
    except FileNotFoundError:
        return None
    except KeyringExposed as problem:
        raise UnusableKeyring(str(problem)) from problem
    except InvalidKeyring as problem:
        raise UnusableKeyring(
            f"The keyring {keyring_place(config)} can't be used: {problem} Put that right, or put "
            "the keyring back from your backup."
        ) from problem
    except OSError as problem:
        raise UnusableKeyring(
            f"The keyring {config.keyring_file} can't be read: {problem.strerror}. "
            "Make it readable for the user that runs this program, and for nobody else."
        ) from problem


def live_keyring(config: Config, found: Keyring) -> LiveKeyring:
    """Return the keyring as a running bot uses it, which reads it again when it may have changed.

    *found* is what was read just now.
    """
    first = [found]

    def read() -> Keyring:
        if first:
            return first.pop()
        again = read_keyring(config)
        if again is None:
            raise UnusableKeyring(f"There is no keyring at {config.keyring_file} any more.")
        return again

    def mark() -> object:
        if config.keyring_command:
            return time.monotonic() // _COMMAND_EVERY
        return None if config.keyring_text else keyring_file.mark(config.keyring_file)

    return LiveKeyring(read=read, mark=mark)


def _printed_by(command: tuple[str, ...]) -> str:
    """Return what *command* prints. Raises UnusableKeyring, in whose text nothing of that is."""
    cure = "Try it by hand, as the user that runs this program."
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own command, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # What it complains of may hold what it was asked to keep.
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as problem:
        raise UnusableKeyring(
            f"MAILSETTINGS_KEYRING_COMMAND can't be run: {problem.strerror}. Name a program with "
            "its whole path."
        ) from None
    with process:
        try:
            printed, _ = process.communicate(timeout=_COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            # With all that it started: whoever else holds the pipe would be waited for.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise UnusableKeyring(
                f"MAILSETTINGS_KEYRING_COMMAND did not end within {_COMMAND_SECONDS} s. {cure}"
            ) from None
    if process.returncode != 0:
        raise UnusableKeyring(
            f"MAILSETTINGS_KEYRING_COMMAND ended with status {process.returncode}. {cure}"
        )
    try:
        return printed[:_LONGEST_ANSWER].decode("ascii")
    except UnicodeDecodeError:
        raise UnusableKeyring(f"MAILSETTINGS_KEYRING_COMMAND did not print text. {cure}") from None
