"""Count what each station has begun to upload and not finished."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unfinished_uploads",
        sa.Column("upload", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload", name="pk_unfinished_uploads"),
    )
    op.create_index("ix_unfinished_uploads_station", "unfinished_uploads", ["station"])
