"""The schema: which migrations a database has had, and bringing it to this program's."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from storage import postgresql
from storage.database import reading, writing
from storage.errors import SchemaTooNew


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Where a database stands, and where this program wants it."""

    found: str | None
    """The newest migration it had; None: none yet."""
    wanted: str

    @property
    def is_current(self) -> bool:
        """Tell whether there is nothing to migrate."""
        return self.found == self.wanted


def schema_of(engine: Engine) -> Schema:
    """Return where the database stands. Raises SchemaTooNew, Unavailable."""
    with reading(engine) as connection:
        return _look(connection, ScriptDirectory.from_config(_config()))


def migrate(engine: Engine) -> Schema:
    """Bring the tables to this program's version; several starters at once do it once.

    Returns where the database stood before. Raises SchemaTooNew and Unavailable.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        schema = _look(connection, scripts)
    if schema.is_current:
        return schema
    # Asked again under the lock, which somebody else may have held to migrate.
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            postgresql.take_migration_lock(connection)
        schema = _look(connection, scripts)
        if not schema.is_current:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return schema


def _config() -> Config:
    config = Config()
    directory = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", directory.replace("%", "%%"))
    return config


def _look(connection: Connection, scripts: ScriptDirectory) -> Schema:
    found = set(MigrationContext.configure(connection).get_current_heads())
    known = {each.revision for each in scripts.walk_revisions()}
    if unknown := found - known:
        raise SchemaTooNew(", ".join(sorted(unknown)))
    [wanted] = scripts.get_heads()
    return Schema(found=next(iter(found), None), wanted=wanted)
