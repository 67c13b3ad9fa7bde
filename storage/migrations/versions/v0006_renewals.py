"""Keep until when each sealed paper is proven, every version of its file, and the evidence record of each day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("papers", sa.Column("protected_until", MOMENT, nullable=True))
    op.create_index("ix_papers_protected_until", "papers", ["protected_until"], unique=False)
    op.create_table(
        "day_records",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("protected_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_day_records"),
    )
    op.create_index("ix_day_records_protected_until", "day_records", ["protected_until"], unique=False)
    op.create_table(
        "sealed_versions",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["day"], ["day_records.day"], name="fk_sealed_versions_day"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_sealed_versions_paper"),
        sa.PrimaryKeyConstraint("paper", "number", name="pk_sealed_versions"),
    )
    op.create_index("ix_sealed_versions_day", "sealed_versions", ["day", "since"], unique=False)
    # What was stored before was sealed when it was stored. Until when it is proven stands in the files themselves:
    # 'sohoa renew' looks.
    op.execute(
        "INSERT INTO sealed_versions (paper, number, key, version, sha256, since)"
        " SELECT id, 1, sealed_key, sealed_version, sealed_sha256, stored_at FROM papers"
        " WHERE sealed_key IS NOT NULL AND stored_at IS NOT NULL"
    )
