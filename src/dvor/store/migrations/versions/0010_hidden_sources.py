"""Whose news a user has hidden."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "hidden_sources",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "source_id", name="pk_hidden_sources"),
        sqlite_with_rowid=False,
    )
