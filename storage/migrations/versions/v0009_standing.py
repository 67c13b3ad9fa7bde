"""Keep what decides whether a paper may be used again: its dossier's facts, its owner's numbers, its successor.

The one form of a dossier's number is worked out here as it was at this migration: what it did must not change later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "dossiers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_at", moment),
        sa.Column("processing_started_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("outcome", sa.Text()),
        sa.Column("returned_at", moment),
        sa.PrimaryKeyConstraint("number", name="pk_dossiers"),
    )
    op.create_index("ix_dossiers_received_at", "dossiers", ["received_at"])
    op.add_column("owners", sa.Column("same_as", sa.BigInteger()))
    op.create_index("ix_owners_same_as", "owners", ["same_as"])
    op.add_column("papers", sa.Column("handed_over_at", moment))
    op.add_column("papers", sa.Column("superseded_by", sa.Text()))
    # A dossier's facts stand under the one form of its number, and its papers are counted by that.
    for name in ("batches", "papers"):
        table = sa.table(name, sa.column("dossier", sa.Text()))
        for number in op.get_bind().scalars(sa.select(table.c.dossier).distinct()).all():
            if number is not None and (one := canonical(number)) != number:
                op.execute(sa.update(table).where(table.c.dossier == number).values(dossier=one))


def canonical(number: str) -> str:
    """Return a dossier's number with the agency's code as decision 20/2020 writes it."""
    agency, _, running = number.partition("-")
    groups = agency.split(".")
    if agency[0].isdigit():
        groups.reverse()
        while not groups[-1].strip("0"):
            groups.pop()
    return f"{'.'.join(groups)}-{running}"
