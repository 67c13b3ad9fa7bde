"""Keep who has which paper in hand, and what people corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "claims",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.PrimaryKeyConstraint("paper", name="pk_claims"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_claims_paper"),
    )
    op.create_table(
        "corrections",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("paper_type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("confidence", sa.Double()),
        sa.Column("corrected", sa.Text(), nullable=False),
        sa.Column("page", sa.BigInteger()),
        sa.Column("x", sa.BigInteger()),
        sa.Column("y", sa.BigInteger()),
        sa.Column("width", sa.BigInteger()),
        sa.Column("height", sa.BigInteger()),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_corrections"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_corrections_paper"),
    )
    op.create_index("ix_corrections_paper", "corrections", ["paper", "key"])
