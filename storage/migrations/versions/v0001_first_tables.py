"""Make the first tables: sealed records, audit, runs, rate limits, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "records",
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("workspace", _WORD, nullable=False),
        sa.Column("name", _WORD, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("key_id", _WORD, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("kind", "workspace", "name", name="pk_records"),
    )
    op.create_index("ix_records_key_id", "records", ["key_id"])
    op.create_table(
        "audit_entries",
        sa.Column("workspace", _WORD, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "number", name="pk_audit_entries"),
    )
    op.create_table(
        "runs",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("workspace", _WORD, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("key_id", _WORD, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_key_id", "runs", ["key_id"])
    op.create_index("ix_runs_told", "runs", ["told"])
    op.create_table(
        "rate_limits",
        sa.Column("key", _WORD, nullable=False),
        sa.Column("moments", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limits"),
    )
    op.create_index("ix_rate_limits_expires_at", "rate_limits", ["expires_at"])
    op.create_table(
        "deliveries",
        sa.Column("key", _WORD, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_expires_at", "deliveries", ["expires_at"])
