"""A key that is replaced goes on for a while beside the one that replaces it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("access_keys") as keys:
        keys.add_column(sa.Column("former_sha256", sa.Text(), nullable=True))
        keys.add_column(sa.Column("former_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_access_keys_former_sha256", "access_keys", ["former_sha256"])
