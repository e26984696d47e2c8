"""Polls, their answers and the votes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and what draws the numbers of polls."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("polls_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "polls", "value": 0}])
    op.create_table(
        "polls",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("is_anonymous", sa.Boolean, nullable=False),
        sa.Column("is_multiple", sa.Boolean, nullable=False),
        sa.Column("is_final", sa.Boolean, nullable=False),
        sa.Column("ends_at", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("voters", sa.Integer, nullable=False),
        sa.Column("last_answer_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_polls"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_polls_id", "polls", ["id"])
    op.create_table(
        "poll_answers",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("poll_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "poll_id", "id", name="pk_poll_answers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_votes",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("poll_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("answer_id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "poll_id", "user_id", "answer_id", name="pk_poll_votes"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_poll_votes_answer", "poll_votes", ["owner_id", "poll_id", "answer_id", "created_at", "user_id"]
    )
