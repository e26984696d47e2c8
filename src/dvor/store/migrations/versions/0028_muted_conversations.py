"""Until when a member wants to hear nothing of a conversation, and whether it may make a sound."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("members", sa.Column("muted_until", ID, nullable=False, server_default="0"))
    op.add_column("members", sa.Column("is_silent", sa.Integer(), nullable=False, server_default="0"))
