"""Find what waits for a person in turn, without looking at every paper."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    waits = sa.text("state IN ('ready', 'needs_review')")
    op.create_index("ix_papers_waiting", "papers", ["lane", "serial"], sqlite_where=waits, postgresql_where=waits)
