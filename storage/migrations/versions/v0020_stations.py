"""Keep which pages of a scan are hidden, and for whom the operator of a batch works."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("hidden_pages", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("batches", sa.Column("employer", sa.Text(), nullable=True))
