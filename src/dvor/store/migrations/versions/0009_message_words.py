"""The words of messages, and an index of the messages with attachments."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1000


def upgrade() -> None:
    """Create the table and the index, and part the messages that there are into words."""
    table = op.create_table(
        "message_words",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "word", "number", name="pk_message_words"),
        sqlite_with_rowid=False,
    )
    condition = sa.text("attachments <> '[]'")
    op.create_index(
        "ix_messages_attached",
        "messages",
        ["conversation_id", "number"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
    connection, last = op.get_bind(), 0
    page = sa.text(
        "SELECT id, conversation_id, number, text FROM messages"
        f" WHERE id > :last AND deleted_at = 0 ORDER BY id LIMIT {BATCH}"
    )
    while found := connection.execute(page, {"last": last}).all():
        rows = [
            {"conversation_id": conversation_id, "word": word, "number": number}
            for _, conversation_id, number, text in found
            for word in sorted({word[:64] for word in re.findall(r"\w+", text.casefold().replace("ё", "е"))})
        ]
        if rows:
            op.bulk_insert(table, rows)
        last = found[-1][0]
