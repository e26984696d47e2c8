"""Posts that are not on their walls yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "waiting_posts",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("publish_at", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("post", JSON, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_waiting_posts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_waiting_posts_kind", "waiting_posts", ["owner_id", "kind", "publish_at", "id"])
