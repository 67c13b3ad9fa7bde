"""Events about other things than papers; who is told of them, and what the national portal is told."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("about", sa.Text()))
        events.alter_column("paper", existing_type=sa.Text(), nullable=True)
    op.create_index("ix_events_kind_id", "events", ["kind", "id"])
    _webhooks()
    _portal()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("overlap_until", _MOMENT),
        sa.Column("dead_in_a_row", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.Text()),
        sa.Column("lease_until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "deliveries",
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("retry_at", _MOMENT),
        sa.Column("status", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.id"], name="fk_deliveries_webhook"),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name="fk_deliveries_event"),
        sa.PrimaryKeyConstraint("webhook", "event", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook", "state", "event"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "retry_at"])


def _portal() -> None:
    op.create_table(
        "portal",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("known", sa.Text()),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT),
        sa.Column("retry_at", _MOMENT, nullable=False),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_portal_paper"),
        sa.PrimaryKeyConstraint("paper", name="pk_portal"),
    )
    op.create_index("ix_portal_state", "portal", ["state", "retry_at"])
    op.create_table(
        "followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_followers"),
    )
