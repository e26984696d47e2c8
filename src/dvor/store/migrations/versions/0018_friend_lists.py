"""The lists into which people sort their friends."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "friend_lists",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_friend_lists"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "friend_list_members",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("friend_id", ID, autoincrement=False, nullable=False),
        sa.Column("list_id", ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "friend_id", "list_id", name="pk_friend_list_members"),
        sqlite_with_rowid=False,
    )
