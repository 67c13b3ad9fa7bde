"""Keep which numbers were said to be one owner's, and which papers an audit entry about several names."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "owner_merges",
        sa.Column("serial", serial, nullable=False),
        sa.Column("first", serial, nullable=False),
        sa.Column("second", serial, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("person", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("paper", sa.Text()),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Text()),
        sa.PrimaryKeyConstraint("serial", name="pk_owner_merges"),
        sa.ForeignKeyConstraint(["first"], ["owners.serial"], name="fk_owner_merges_first"),
        sa.ForeignKeyConstraint(["second"], ["owners.serial"], name="fk_owner_merges_second"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_owner_merges_paper"),
    )
    for name in ("first", "second", "refused"):
        op.create_index(f"ix_owner_merges_{name}", "owner_merges", [name])
    op.create_table(
        "owner_splits",
        sa.Column("merge", serial, nullable=False, autoincrement=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merge", name="pk_owner_splits"),
        sa.ForeignKeyConstraint(["merge"], ["owner_merges.serial"], name="fk_owner_splits_merge"),
    )
    op.create_table(
        "audit_subjects",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("paper", "seq", name="pk_audit_subjects"),
    )
    op.create_index("ix_audit_subjects_seq", "audit_subjects", ["seq"])
