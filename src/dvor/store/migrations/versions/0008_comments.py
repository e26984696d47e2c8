"""Comments, and what posts have beyond their words: edits, reposts, pins, signatures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Add the columns and the table."""
    for name in ("edited_at", "signer_id", "copied_owner_id", "copied_id", "deleter_id"):
        op.add_column("posts", sa.Column(name, ID, nullable=False, server_default="0"))
    op.add_column("posts", sa.Column("guid", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column(
        "posts", sa.Column("is_uncommented", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("owners", sa.Column("pinned_post_id", ID, nullable=False, server_default="0"))
    create_index("uq_posts_guid", "posts", ["owner_id", "from_id", "guid"], "guid <> ''", unique=True)
    create_index("ix_posts_copied", "posts", ["copied_owner_id", "copied_id"], "copied_id <> 0")
    op.create_table(
        "comments",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("reply_to_id", ID, nullable=False),
        sa.Column("reply_to_user", ID, nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("edited_at", ID, nullable=False),
        sa.Column("deleted_at", ID, nullable=False),
        sa.Column("deleter_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_comments"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comments_item", "comments", ["owner_id", "kind", "item_id", "thread_id", "id"])
    create_index("uq_comments_guid", "comments", ["owner_id", "from_id", "guid"], "guid <> ''", unique=True)


def create_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    """Make an index of some of the rows."""
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
