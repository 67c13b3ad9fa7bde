"""Keep the words of stored papers so that they can be searched; what is stored already is added by the workers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SQLITE = """
    CREATE VIRTUAL TABLE page_index USING fts5 (
        tokens, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '#_'"
    )
"""
# What is found is sorted by place, so rows are kept short: vectors lie apart as soon as they are longer than 128 bytes.
_POSTGRESQL = """
    CREATE TABLE page_index (place BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL) WITH (toast_tuple_target = 128)
"""
# Without a list of what is still to be added, which every query would have to look through.
_POSTGRESQL_TOKENS = "CREATE INDEX ix_page_index_tokens ON page_index USING gin (tokens) WITH (fastupdate = off)"


def upgrade() -> None:
    """Apply."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "indexed",
        sa.Column("paper", serial, autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("reading_version", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("paper", name="pk_indexed"),
        sa.UniqueConstraint("place", name="uq_indexed_place"),
    )
    op.create_table(
        "page_words",
        sa.Column("paper", serial, nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["indexed.paper"], name="fk_page_words_paper", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("paper", "page", name="pk_page_words"),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (_POSTGRESQL, _POSTGRESQL_TOKENS) if is_postgresql else (_SQLITE,):
        op.execute(statement)
