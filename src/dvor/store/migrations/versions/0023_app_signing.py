"""How an app wants its identity tokens signed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column."""
    op.add_column("apps", sa.Column("signing_algorithm", sa.Text(), nullable=False, server_default="RS256"))
