"""Keep which papers were accepted into which dossiers, apart from what lookups gave, and what pages look like."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "given",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text()),
        sa.Column("procedure", sa.Text()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_given"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_given_paper"),
    )
    op.execute(
        "INSERT INTO given (paper, consumer, dossier, procedure, purpose, at)"
        " SELECT paper, consumer, dossier, procedure, purpose, at FROM reuses ORDER BY serial"
    )
    op.create_index("ix_given_paper", "given", ["paper"])
    op.drop_table("reuses")
    op.create_table(
        "reuses",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("withdrawn_at", moment),
        sa.Column("withdrawn_by", sa.Text()),
        sa.Column("withdrawn_person", sa.Text()),
        sa.Column("withdrawal_reason", sa.Text()),
        sa.PrimaryKeyConstraint("serial", name="pk_reuses"),
        sa.UniqueConstraint("reference", name="uq_reuses_reference"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_reuses_paper"),
    )
    op.create_index("ix_reuses_dossier", "reuses", ["dossier"])
    in_force = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_reuses_in_force",
        "reuses",
        ["paper", "dossier", "component"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_table(
        "page_prints",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("print", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("paper", "page", name="pk_page_prints"),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_page_prints_paper"),
    )
    op.create_index("ix_papers_type_issued", "papers", ["paper_type", "issued_on"])
