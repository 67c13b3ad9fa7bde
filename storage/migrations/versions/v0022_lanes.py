"""Lanes of batches and papers, and what went wrong with papers under way.

Processes of the version before go on meanwhile: what they insert is of the usual lane.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for table in ("batches", "papers"):
        op.add_column(table, sa.Column("lane", sa.Text(), nullable=False, server_default="counter"))
    op.create_table(
        "setbacks",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_setbacks_paper"),
        sa.PrimaryKeyConstraint("paper", name="pk_setbacks"),
    )
