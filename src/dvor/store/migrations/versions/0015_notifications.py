"""Notifications, and until when each person has looked at his."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "notifications",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("from_id", ID, autoincrement=False, nullable=False),
        sa.Column("made_owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("made_id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id",
            "kind",
            "owner_id",
            "item_id",
            "from_id",
            "made_owner_id",
            "made_id",
            name="pk_notifications",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_notifications_created_at", "notifications", ["user_id", "created_at"])
    op.create_table(
        "notification_views",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("viewed_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_notification_views"),
        sqlite_with_rowid=False,
    )
