"""Lay out the catalogue: owners, batches, papers with fields and checks, keys, reuses, events, heartbeats, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _owners_and_batches()
    _papers()
    _parts_of_papers()
    _around_papers()
    _audit()


def _owners_and_batches() -> None:
    op.create_table(
        "owners",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_owners"),
    )
    op.create_index("uq_owners_kind_number", "owners", ["kind", "number"], unique=True)
    op.create_table(
        "batches",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_batches"),
        sa.UniqueConstraint("id", name="uq_batches_id"),
    )


def _papers() -> None:
    op.create_table(
        "papers",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("owner_serial", SERIAL, nullable=True),
        sa.Column("owner_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("paper_type", sa.Text(), nullable=True),
        sa.Column("type_confidence", sa.Double(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("page_count", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("signed_origin", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("stored_at", MOMENT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Text(), nullable=True),
        sa.Column("original_key", sa.Text(), nullable=False),
        sa.Column("original_version", sa.Text(), nullable=False),
        sa.Column("original_sha256", sa.Text(), nullable=False),
        sa.Column("original_size", sa.BigInteger(), nullable=False),
        sa.Column("original_media_type", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=True),
        sa.Column("sealed_version", sa.Text(), nullable=True),
        sa.Column("sealed_sha256", sa.Text(), nullable=True),
        sa.Column("sealed_size", sa.BigInteger(), nullable=True),
        sa.Column("sealed_media_type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_papers_batch"),
        sa.ForeignKeyConstraint(["owner_serial"], ["owners.serial"], name="fk_papers_owner_serial"),
        sa.PrimaryKeyConstraint("serial", name="pk_papers"),
        sa.UniqueConstraint("code", name="uq_papers_code"),
        sa.UniqueConstraint("id", name="uq_papers_id"),
    )
    op.create_index("ix_papers_batch", "papers", ["batch", "serial"], unique=False)
    op.create_index("ix_papers_dossier", "papers", ["dossier"], unique=False)
    op.create_index("ix_papers_original_sha256", "papers", ["original_sha256"], unique=False)
    op.create_index("ix_papers_owner_type", "papers", ["owner_serial", "paper_type"], unique=False)
    op.create_index("ix_papers_state", "papers", ["state", "serial"], unique=False)


def _parts_of_papers() -> None:
    op.create_table(
        "fields",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("page", sa.BigInteger(), nullable=True),
        sa.Column("x", sa.BigInteger(), nullable=True),
        sa.Column("y", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_fields_paper"),
        sa.PrimaryKeyConstraint("paper", "position", name="pk_fields"),
    )
    op.create_table(
        "checks",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_checks_paper"),
        sa.PrimaryKeyConstraint("paper", "position", name="pk_checks"),
    )


def _around_papers() -> None:
    op.create_table(
        "reuses",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_reuses_paper"),
        sa.PrimaryKeyConstraint("serial", name="pk_reuses"),
    )
    op.create_index("ix_reuses_paper", "reuses", ["paper"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["papers.id"], name="fk_events_paper"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_table(
        "access_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_access_keys"),
        sa.UniqueConstraint("sha256", name="uq_access_keys_sha256"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("executor", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("executor", name="pk_heartbeats"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_object", "audit", ["object"], unique=False)
