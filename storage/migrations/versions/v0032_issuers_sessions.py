"""Keep what the issuer said of a person who signed in there, to sign out there too."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sessions", sa.Column("id_token", sa.Text()))
