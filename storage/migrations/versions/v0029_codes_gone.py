"""Codes of papers that were disposed of are not given again: of each owner's number the highest is remembered.

Processes of the version before go on meanwhile. Codes of what was disposed of until now are not known any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("owners", sa.Column("codes_gone", sa.BigInteger(), nullable=False, server_default="0"))
