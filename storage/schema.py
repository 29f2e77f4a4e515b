"""The schema: which migrations a database has had, and bringing it to this program's."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from storage import postgresql
from storage.database import reading, writing
from storage.errors import SchemaTooNew

_MIGRATIONS = Path(__file__).with_name("migrations")
_KNOWN = tuple(
    sorted(each.name[1:5] for each in (_MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))
)
"""The revisions, in order: a file is named after its own."""


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
        return _look(connection)


def migrate(engine: Engine) -> Schema:
    """Bring the tables to this program's version; several starters at once do it once.

    Returns where the database stood before. Raises SchemaTooNew and Unavailable.
    """
    with reading(engine) as connection:
        schema = _look(connection)
    if schema.is_current:
        return schema
    # Asked again under the lock, which somebody else may have held to migrate.
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            postgresql.take_migration_lock(connection)
        schema = _look(connection)
        if not schema.is_current:
            _upgrade(connection)
    return schema


def _upgrade(connection: Connection) -> None:
    # Here, because a start on a database that is current needs none of it: 10 MB and 0.1 s.
    from alembic import command  # noqa: PLC0415 - the reason is above
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _look(connection: Connection) -> Schema:
    found = None
    if inspect(connection).has_table("alembic_version"):
        query = text("SELECT version_num FROM alembic_version")
        found = connection.execute(query).scalar_one_or_none()
    if found is not None and found not in _KNOWN:
        raise SchemaTooNew(found)
    return Schema(found=found, wanted=_KNOWN[-1])
