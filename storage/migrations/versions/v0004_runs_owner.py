"""Let runs say which replica sees them through."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the owner."""
    op.add_column("runs", sa.Column("owner", sa.String, nullable=True))
