"""Keep the further owners of a paper."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "co_owners",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_serial", SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_co_owners_paper"),
        sa.ForeignKeyConstraint(["owner_serial"], ["owners.serial"], name="fk_co_owners_owner_serial"),
        sa.PrimaryKeyConstraint("paper", "position", name="pk_co_owners"),
    )
    op.create_index("ix_co_owners_owner_serial", "co_owners", ["owner_serial"], unique=False)
