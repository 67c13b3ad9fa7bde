"""Keep who may be given what of which papers, and what was given to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("paper_types", sa.JSON(), nullable=False),
        sa.Column("personal_fields", sa.JSON(), nullable=False),
        sa.Column("file", sa.Boolean(), nullable=False),
        sa.Column("owner_serial", SERIAL),
        sa.Column("until", sa.Date()),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.Column("revoked_by", sa.Text()),
        sa.Column("revoked_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.ForeignKeyConstraint(["owner_serial"], ["owners.serial"], name="fk_grants_owner_serial"),
    )
    op.create_index("ix_grants_consumer", "grants", ["consumer"])
    op.create_index("ix_grants_owner_serial", "grants", ["owner_serial"])
    op.create_table(
        "disclosures",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("grants", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_disclosures"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_disclosures_paper"),
    )
    op.create_index("ix_disclosures_paper", "disclosures", ["paper", "consumer"])
