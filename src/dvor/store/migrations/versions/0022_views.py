"""Who has opened which post or photo, and how often."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "item_views",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("seen_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("owner_id", "kind", "item_id", "user_id", name="pk_item_views"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_views_user_id", "item_views", ["user_id", "kind", "seen_at"])
