"""Find papers by when they came in and when they were stored."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_papers_created_at", "papers", ["created_at"])
    op.create_index("ix_papers_stored_at", "papers", ["stored_at"])
