"""What people have bookmarked."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "bookmarks",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("is_seen", sa.Boolean(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "owner_id", "item_id", "url", name="pk_bookmarks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bookmarks_user_id_kind", "bookmarks", ["user_id", "kind", "created_at"])
