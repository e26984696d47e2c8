"""Hooks: addresses of other servers that are told what happens to users."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "hooks",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["credentials.key_id"]),
        sa.PrimaryKeyConstraint("key_id", "event", "url", name="pk_hooks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hooks_event", "hooks", ["event"])
