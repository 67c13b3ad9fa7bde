"""Keep into which paper parts of a split scan were joined again; forget what issuers said, kept in the clear."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("joined_into", sa.Text(), nullable=True))
    op.add_column("papers", sa.Column("joined_by", sa.Text(), nullable=True))
    op.add_column("papers", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sessions SET id_token = NULL")
