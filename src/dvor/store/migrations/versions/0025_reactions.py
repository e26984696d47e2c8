"""Which reactions their messages' authors have not seen, when each was given, and an index of unread conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table, the column and the index; reactions from before count as seen."""
    op.add_column("reactions", sa.Column("reacted_at", ID, nullable=False, server_default="0"))
    op.create_table(
        "unread_reactions",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", "number", name="pk_unread_reactions"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_members_unread",
        "members",
        ["user_id"],
        sqlite_where=sa.text("unread_count > 0"),
        postgresql_where=sa.text("unread_count > 0"),
    )
