"""Keep legal holds, and who disposes of papers."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "holds",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("lifted_at", moment),
        sa.Column("lifted_by", sa.Text()),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_holds_paper"),
        sa.PrimaryKeyConstraint("serial", name="pk_holds"),
    )
    op.create_index("ix_holds_paper", "holds", ["paper"])
    op.create_table(
        "disposals",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_with", sa.Text(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("approved_by", sa.Text()),
        sa.Column("approved_with", sa.Text()),
        sa.Column("approved_at", moment),
        sa.Column("state_before", sa.Text()),
        sa.Column("disposed_at", moment),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_disposals_paper"),
        sa.PrimaryKeyConstraint("paper", name="pk_disposals"),
    )
    op.create_index("ix_disposals_disposed_at", "disposals", ["disposed_at"])
