"""What this machine must give the bot: a place for its files, the keyring, an address of its own.

`run` does not start without them, and `doctor` tells of them, in the same words.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.commands.finding import in_two
from bot.config import Config, InvalidEnvironment
from bot.environment import Fault
from bot.vault import VaultClosed, check_keyring, database_exists, database_path
from storage.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What keeps the bot from starting, found by trying."""

    check: str
    """What was looked at, in the doctor's words."""
    fault: Fault
    status: int = os.EX_CONFIG
    """For the shell."""


def obstacles(config: Config, *, told: Iterable[Fault]) -> tuple[Obstacle, ...]:
    """Return what keeps the bot from starting on this machine. Nothing is left behind.

    What hangs on a variable whose fault is *told* already is not looked at.
    """
    return tuple(_look(config, {each.variable for each in told}))


def with_obstacles(invalid: InvalidEnvironment) -> InvalidEnvironment:
    """Return *invalid* with what this machine lacks besides."""
    found = obstacles(invalid.config, told=invalid.faults)
    return InvalidEnvironment(
        (*invalid.faults, *(each.fault for each in found)), config=invalid.config
    )


def _look(config: Config, told: Collection[str]) -> Iterator[Obstacle]:
    # Without it neither of the other two has a place.
    if "MAILSETTINGS_DATA_DIR" not in told:
        home = _data_directory(config)
        yield from home
        if not (home and _at_home(config, database_path(config))) and "DATABASE_URL" not in told:
            yield from _database(config)
        named = {"MAILSETTINGS_KEYRING", "MAILSETTINGS_KEYRING_FILE"}
        if not (home and _at_home(config, config.keyring_file)) and named.isdisjoint(told):
            yield from _keyring(config)
    if "PORT" not in told:
        yield from _listener(config)


def _at_home(config: Config, file: Path | None) -> bool:
    return file is not None and file.parent == config.data_dir


def _data_directory(config: Config) -> list[Obstacle]:
    if database_path(config) is None:
        return []
    directory = config.data_dir
    there = os.path.isdir(directory)  # noqa: PTH112 - Path's own raises where we may not look
    if there and not _at_home(config, database_path(config)):
        return []
    if not (why := _why_not_writable(directory)):
        return []
    fault = Fault(
        variable="MAILSETTINGS_DATA_DIR",
        problem=f"The data directory {directory} can't be {'written' if there else 'made'}: {why}.",
        cure="Set MAILSETTINGS_DATA_DIR to a directory that this process can write.",
    )
    return [Obstacle(check="data directory", fault=fault)]


def _database(config: Config) -> Iterator[Obstacle]:
    path = database_path(config)
    if path is None:
        yield from _database_server(config)
        return
    there = os.path.lexists(path)
    if "?" in config.database_url:
        problem = "The address of the database goes on after the name of its file."
    elif there and not path.is_file():
        problem = f"The database {path} isn't a file."
    elif there and not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        problem = f"The database {path} can't be read and written by this process."
    elif why := _why_not_writable(path.parent):
        problem = f"The directory of the database {path} can't be written: {why}."
    else:
        return
    fault = Fault(
        variable="DATABASE_URL",
        problem=problem,
        cure="Set DATABASE_URL to sqlite:////absolute/path/mailsettings.db in a directory that "
        "this process can write, or leave it out.",
    )
    yield Obstacle(check="database", fault=fault)


def _database_server(config: Config) -> Iterator[Obstacle]:
    try:
        database_exists(config)
    except StorageError as unavailable:
        problem, cure = in_two(unavailable)
        fault = Fault(variable="DATABASE_URL", problem=problem, cure=cure)
        yield Obstacle(check="database", fault=fault, status=os.EX_UNAVAILABLE)


def _why_not_writable(directory: Path) -> str:
    """Say why no file can be made in *directory*, which need not be there yet; empty: it can."""
    place = directory
    while not os.path.lexists(place):
        place = place.parent
    try:
        # Only trying tells: root may write everywhere, but not to /proc or a read-only disk.
        with TemporaryDirectory(dir=place, prefix=".mailsettings-"):
            return ""
    except OSError as problem:
        return problem.strerror or type(problem).__name__


def _keyring(config: Config) -> Iterator[Obstacle]:
    try:
        check_keyring(config)
    except VaultClosed as closed:
        problem, cure = in_two(closed)
        variable = "MAILSETTINGS_KEYRING_FILE"
        fault = Fault(variable=variable, problem=problem, cure=cure)
        yield Obstacle(check="keyring", fault=fault)


def _listener(config: Config) -> Iterator[Obstacle]:
    try:
        asyncio.run(_bind(config))
    except (OSError, UnicodeError) as problem:
        busy = isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE
        yield Obstacle(
            check="listener",
            fault=_refused_address(config, problem),
            status=os.EX_UNAVAILABLE if busy else os.EX_CONFIG,
        )


async def _bind(config: Config) -> None:
    """Take the listener's address as aiohttp will, and let it go. Raises OSError, UnicodeError."""
    server = await asyncio.get_running_loop().create_server(
        asyncio.Protocol, config.host, config.port, start_serving=False
    )
    server.close()


def _refused_address(config: Config, problem: OSError | UnicodeError) -> Fault:
    match problem:
        case OSError(errno=errno.EADDRINUSE):
            return Fault(
                variable="PORT",
                problem=f"A bot or another program already has {config.host}:{config.port}.",
                cure="Stop it, or try again when it has ended, or set PORT to another port.",
            )
        case OSError(errno=errno.EACCES):
            return Fault(
                variable="PORT",
                problem=f"This process isn't allowed to listen at port {config.port}.",
                cure="Set PORT to a number from 1024 on, such as 3000.",
            )
        case socket.gaierror():
            why = problem.strerror
        case OSError(errno=int(number)):
            # asyncio's own text says where and why in one.
            why = os.strerror(number)
        case _:
            why = "it is no address of this machine"
    return Fault(
        variable="HOST",
        problem=f"The HTTP listener can't use {config.host}: {why}.",
        cure="Set HOST to an address of this machine: 127.0.0.1 to be reached from it alone, "
        "0.0.0.0 to be reached from everywhere.",
    )
