"""Keep which scan of several papers a paper was part of, and which papers such a scan became."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("split_from", sa.Text(), nullable=True))
    op.add_column("papers", sa.Column("parts", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("papers", sa.Column("split_by", sa.Text(), nullable=True))
    op.add_column("papers", sa.Column("split_at", sa.DateTime(timezone=True), nullable=True))
