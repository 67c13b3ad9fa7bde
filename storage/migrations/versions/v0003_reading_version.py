"""Keep with each paper which version of its reading the fields are of."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("reading_version", sa.BigInteger(), nullable=False, server_default="1"))
