"""Indexes: the repetitions of a post in order of time, and the words of communities' documents."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Make the indexes; the one of repetitions takes another's place."""
    op.drop_index("ix_posts_copied", "posts")
    op.create_index(
        "ix_posts_copied",
        "posts",
        ["copied_owner_id", "copied_id", "created_at", "owner_id", "id"],
        sqlite_where=sa.text("copied_id <> 0"),
        postgresql_where=sa.text("copied_id <> 0"),
    )
    op.create_index(
        "ix_document_words_communities",
        "document_words",
        ["word", "owner_id", "document_id"],
        sqlite_where=sa.text("owner_id < 0"),
        postgresql_where=sa.text("owner_id < 0"),
    )
