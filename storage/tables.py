"""The tables, as the newest migration leaves them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


_WORD = String().with_variant(String(collation="C"), "postgresql")
"""A text in keys: its order is that of its characters, as SQLite has it, in every database."""


class Instant(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970: exact, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write an aware datetime; a naive one is a mistake and is not written."""
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read a datetime in UTC."""
        del dialect
        return None if value is None else instant(value)


def microseconds(at: datetime) -> int:
    """Return the microseconds from 1970 to *at*, which must be aware."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(since_1970: int) -> datetime:
    """Return the moment, in UTC, so many microseconds after 1970 began."""
    return _EPOCH + timedelta(microseconds=since_1970)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

records = Table(
    "records",
    metadata,
    Column("kind", _WORD, primary_key=True),
    Column("workspace", _WORD, primary_key=True),
    Column("name", _WORD, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("key_id", _WORD, nullable=False, index=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("workspace", _WORD, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", _WORD, primary_key=True),
    Column("workspace", _WORD, nullable=False),
    Column("state", String, nullable=False),
    Column("told", Boolean, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("key_id", _WORD, nullable=False, index=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=True, index=True),
    Column("owner", String, nullable=True),
    Index("ix_runs_workspace", "workspace", "created_at"),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("key", _WORD, primary_key=True),
    Column("moments", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", _WORD, primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

replicas = Table(
    "replicas",
    metadata,
    Column("id", _WORD, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("primary_id", String, nullable=False),
    Column("key_ids", Text, nullable=False),
)
