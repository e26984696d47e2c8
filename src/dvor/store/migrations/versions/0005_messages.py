"""Chats, what is done to messages after they were sent, and what communities' bots are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")
MEMBER_COLUMNS = {
    "cleared_number": ID,
    "left_number": ID,
    "presence": sa.Integer(),
    "is_admin": sa.Integer(),
    "inviter_id": ID,
    "joined_at": ID,
    "is_important": sa.Integer(),
    "is_unanswered": sa.Integer(),
}


def upgrade() -> None:
    """Add the columns and tables; the events so far, drawn otherwise, are forgotten as if pruned."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("chats_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "chats", "value": 0}])
    op.execute("DELETE FROM events")
    op.execute("UPDATE receivers SET pruned = number")
    change_conversations()
    create_chats()
    create_marks()
    create_bots()


def change_conversations() -> None:
    """What conversations, their members and messages have now."""
    op.add_column("conversations", sa.Column("pinned_number", ID, nullable=False, server_default="0"))
    for name, kind in MEMBER_COLUMNS.items():
        op.add_column("members", sa.Column(name, kind, nullable=False, server_default="0"))
    op.add_column("messages", sa.Column("edited_at", ID, nullable=False, server_default="0"))
    op.add_column("messages", sa.Column("deleted_at", ID, nullable=False, server_default="0"))
    op.add_column("messages", sa.Column("extra", JSON))
    op.create_index(
        "ix_messages_deleted",
        "messages",
        ["conversation_id", "number"],
        sqlite_where=sa.text("deleted_at <> 0"),
        postgresql_where=sa.text("deleted_at <> 0"),
    )


def create_chats() -> None:
    """Chats, and whom communities may write to."""
    op.create_table(
        "chats",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator_id", ID, nullable=False),
        sa.Column("avatar", JSON, nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_chats"),
    )
    op.create_table(
        "message_permissions",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_message_permissions"),
        sqlite_with_rowid=False,
    )


def create_marks() -> None:
    """What members do to messages."""
    op.create_table(
        "message_marks",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("is_important", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", "number", name="pk_message_marks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_message_marks_user_id_is_important", "message_marks", ["user_id", "is_important"])
    op.create_table(
        "reactions",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("reaction_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "number", "user_id", name="pk_reactions"),
        sqlite_with_rowid=False,
    )


def create_bots() -> None:
    """The long poll's settings and the callback servers of communities."""
    op.create_table(
        "bot_settings",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_bot_settings"),
    )
    op.create_table(
        "callback_servers",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("creator_id", ID, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "id", name="pk_callback_servers"),
        sqlite_with_rowid=False,
    )
