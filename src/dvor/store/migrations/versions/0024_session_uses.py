"""When a browser was last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column; sessions from before were last seen when they began."""
    op.add_column("sessions", sa.Column("used_at", ID, nullable=False, server_default="0"))
    op.execute("UPDATE sessions SET used_at = created_at")
