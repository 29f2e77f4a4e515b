"""`mailsettings db`: brings the database up to date, checks it, and backs it up."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from bot.commands.console import Console, Stop
from bot.config import Config
from bot.vault import database_path, database_place, engine_of, open_existing
from storage.postgresql import dump_line
from storage.schema import migrate, schema_of
from storage.sealed import take_stock
from storage.sqlite import back_up


def upgrade(config: Config, console: Console) -> int:
    """Bring the tables to this program's version. Raises StorageError."""
    with engine_of(config) as engine:
        before = migrate(engine)
    place = database_place(config)
    if before.is_current:
        console.say(f"{place} is up to date: schema {before.wanted}.")
    else:
        console.say(f"Upgraded {place} from schema {before.found or 'none'} to {before.wanted}.")
    return os.EX_OK


def check(config: Config, console: Console, *, as_json: bool) -> int:
    """Tell whether the database is sound, and everything in it opens. Raises Stop, StorageError."""
    _required(config)
    with engine_of(config) as engine:
        schema = schema_of(engine)
    if not schema.is_current:
        raise Stop(
            f"{database_place(config)} has schema {schema.found or 'none'}, and this program needs "
            f"{schema.wanted}. Run: mailsettings db upgrade"
        )
    with closing(open_existing(config)) as vault:
        vault.check()
        stock = take_stock(vault.engine, vault.keyring)
    if as_json:
        console.document(
            {
                "ok": not stock.broken,
                "schema": schema.wanted,
                "kinds": dict(sorted(stock.kinds.items())),
                "broken": [
                    {"problem": problem, "records": count}
                    for problem, count in sorted(stock.broken.items())
                ],
                "named": stock.named,
            }
        )
        return os.EX_UNAVAILABLE if stock.broken else os.EX_OK
    console.say(f"{database_place(config)}: sound, writable, schema {schema.wanted}.")
    for kind, count in sorted(stock.kinds.items()):
        console.say(f"  {kind}: {count}")
    if not stock.broken:
        console.say("Everything opens with the keyring.")
        return os.EX_OK
    problems = "; ".join(f"{count} {problem}" for problem, count in stock.broken.items())
    places = "\n".join(f"  {each}" for each in stock.named)
    raise Stop(
        f"Not everything can be opened: {problems}.\n{places}\n"
        "Add the missing keys, or restore a backup.",
        os.EX_UNAVAILABLE,
    )


def backup(config: Config, console: Console, *, copy: Path) -> int:
    """Copy a SQLite database to a new file; for PostgreSQL say how. Raises Stop."""
    path = database_path(config)
    if path is None:
        console.say(dump_line(make_url(config.database_url), str(copy)))
        console.complain(
            "PostgreSQL backs itself up: run the line above. The password is asked for, or comes "
            "from ~/.pgpass. Back the keyring up too, apart from the copy."
        )
        return os.EX_OK
    _required(config)
    try:
        back_up(path, copy)
    except FileExistsError:
        raise Stop(f"There is a file at {copy} already. It stays as it is.") from None
    except OSError as problem:
        raise Stop(f"The copy {copy} can't be made: {problem.strerror}.") from problem
    except sqlite3.Error as problem:
        raise Stop(
            f"{path} can't be copied: {problem}. Run: mailsettings db check", os.EX_UNAVAILABLE
        ) from problem
    console.say(
        f"Copied {path} to {copy}.\n"
        "Nobody can read it without the keyring: back that up too, apart from the copy."
    )
    return os.EX_OK


def _required(config: Config) -> None:
    path = database_path(config)
    if path is not None and not path.exists():
        raise Stop(
            f"There is no database at {path} yet. `mailsettings run` makes it; if it is "
            "elsewhere, set MAILSETTINGS_DATA_DIR or DATABASE_URL as the bot has it."
        )
