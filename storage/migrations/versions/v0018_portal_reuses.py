"""What the national portal is told of a paper in each dossier into which it was accepted, not in its own alone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("portal") as portal:
        portal.add_column(sa.Column("reference", sa.Text(), nullable=False, server_default=""))
        portal.drop_constraint("pk_portal", type_="primary")
        portal.create_primary_key("pk_portal", ["paper", "reference"])
    with op.batch_alter_table("portal") as portal:
        portal.alter_column("reference", existing_type=sa.Text(), server_default=None)
    op.create_index("ix_reuses_paper", "reuses", ["paper"])
    # The portal was not told of reuses yet: the events are followed again from the first of them on.
    op.execute(
        "UPDATE followers SET position = (SELECT min(id) - 1 FROM events WHERE kind = 'paper.reused')"
        " WHERE name = 'portal' AND position >= (SELECT min(id) FROM events WHERE kind = 'paper.reused')"
    )
