"""Legal holds are lifted by two persons: who asked for it, on whose order and why, and with which key the other agreed.

What one person lifted before stays lifted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name in ("lifting_by", "lifting_with", "lifting_authority", "lifting_reason", "lifted_with"):
        op.add_column("holds", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("holds", sa.Column("lifting_at", sa.DateTime(timezone=True), nullable=True))
