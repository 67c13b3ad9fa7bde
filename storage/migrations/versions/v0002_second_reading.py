"""Keep beside each field what a second engine read there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("fields", sa.Column("second_raw", sa.Text(), nullable=True))
