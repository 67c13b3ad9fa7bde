"""Keep every change of how stored papers stand, and the signed lists that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "status_changes",
        sa.Column("serial", serial, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("authority", sa.Text()),
        sa.Column("successor", sa.Text()),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_status_changes_paper_papers"),
        sa.PrimaryKeyConstraint("serial", name="pk_status_changes"),
    )
    op.create_index("ix_status_changes_paper", "status_changes", ["paper"])
    op.create_table(
        "status_lists",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_status_lists"),
    )
    op.create_index("ix_papers_validity", "papers", ["state", "valid_until"])
    op.create_index("ix_sealed_versions_sha256", "sealed_versions", ["sha256"])
