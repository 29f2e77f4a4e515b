"""Let runs say which replica sees them through."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the owner. What nobody was told yet is due: whoever saw it through is gone."""
    op.add_column("runs", sa.Column("owner", sa.String, nullable=True))
    op.execute("UPDATE runs SET due_at = updated_at WHERE NOT told")
