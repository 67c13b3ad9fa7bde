"""Keep what is in the object store and when it was last read whole, and how far each duty has come."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    in_order = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "objects",
        sa.Column("key", in_order, nullable=False),
        sa.Column("version", in_order, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("put_at", moment, nullable=False),
        sa.Column("locked_until", moment),
        sa.Column("checked_at", moment),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("claimed_until", moment),
        sa.Column("replica_version", sa.Text()),
        sa.Column("replicated_at", moment),
        sa.PrimaryKeyConstraint("key", "version", name="pk_objects"),
    )
    for column in ("checked_at", "outcome", "replicated_at"):
        op.create_index(f"ix_objects_{column}", "objects", [column])
    op.create_table(
        "bookmarks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_bookmarks"),
    )
