"""Keep under which account a person made a correction."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("corrections", sa.Column("account", sa.Text()))
