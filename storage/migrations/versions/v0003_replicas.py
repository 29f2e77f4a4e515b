"""Let every running bot say which keys it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "replicas",
        sa.Column("id", _WORD, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("primary_id", sa.String, nullable=False),
        sa.Column("key_ids", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replicas"),
    )
