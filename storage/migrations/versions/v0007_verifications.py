"""Keep every verification of a paper's signatures, what each paper is worth, and nodes of the tree over the log.

Of papers stored before, all count as sealed scans, the lowest grade: of those that arrived signed nobody said more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("grade", sa.Text(), nullable=True))
    op.execute("UPDATE papers SET grade = 'sealed_scan' WHERE sealed_key IS NOT NULL")
    op.create_table(
        "verifications",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("trust_sha256", sa.Text(), nullable=False),
        sa.Column("report_key", sa.Text(), nullable=False),
        sa.Column("report_version", sa.Text(), nullable=False),
        sa.Column("report_sha256", sa.Text(), nullable=False),
        sa.Column("report_size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_verifications"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_verifications_paper"),
    )
    op.create_index("ix_verifications_paper", "verifications", ["paper"])
    op.create_table(
        "audit_blocks",
        sa.Column("block", SERIAL, autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("block", name="pk_audit_blocks"),
    )
