"""Let runs say when something is next to be done about them, and find a workspace's newest."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the moment and the indexes."""
    op.add_column("runs", sa.Column("due_at", sa.BigInteger, nullable=True))
    op.create_index("ix_runs_due_at", "runs", ["due_at"])
    op.create_index("ix_runs_workspace", "runs", ["workspace", "created_at"])
