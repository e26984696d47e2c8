"""The first schema: people, friends, walls, conversations, events and jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")
NUMBERS = ("users", "conversations", "messages", "jobs")


def upgrade() -> None:
    """Create every table, and what draws the server-wide numbers."""
    create_numbers()
    create_people()
    create_friends()
    create_wall()
    create_conversations()
    create_queues()


def create_numbers() -> None:
    """Sequences on PostgreSQL, counter rows on SQLite."""
    if op.get_bind().dialect.name == "postgresql":
        for name in NUMBERS:
            op.execute(sa.schema.CreateSequence(sa.Sequence(f"{name}_numbers")))
        return
    numbers = op.create_table(
        "numbers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_numbers"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(numbers, [{"name": name, "value": 0} for name in NUMBERS])


def create_people() -> None:
    """Users, their visits, their accounts and tokens."""
    op.create_table(
        "users",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=False),
        sa.Column("maiden_name", sa.Text(), nullable=False),
        sa.Column("screen_name", sa.Text(), nullable=True),
        sa.Column("sex", sa.Integer(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("birth_date_visibility", sa.Integer(), nullable=False),
        sa.Column("home_town", sa.Text(), nullable=False),
        sa.Column("city_id", ID, nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country_id", ID, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("relation", sa.Integer(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("deactivated", sa.Text(), nullable=True),
        sa.Column("wall_access", sa.Integer(), nullable=False),
        sa.Column("message_access", sa.Integer(), nullable=False),
        sa.Column("avatar", JSON, nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_screen_name", "users", ["screen_name"], unique=True)
    op.create_table(
        "presences",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("seen_at", ID, nullable=False),
        sa.Column("platform", sa.Integer(), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_presences"),
    )
    op.create_table(
        "owners",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("last_wall_number", ID, nullable=False),
        sa.Column("last_photo_number", ID, nullable=False),
        sa.Column("file_bytes", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owners"),
    )
    op.create_table(
        "accounts",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_seed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_accounts"),
    )
    op.create_index("uq_accounts_login", "accounts", ["login"], unique=True)
    op.create_table(
        "backup_codes",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts.user_id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_backup_codes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("scope", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_tokens"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"], unique=False)


def create_friends() -> None:
    """Friendships and blacklists."""
    op.create_table(
        "friendships",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("friend_id", ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("is_seen", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "friend_id", name="pk_friendships"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_friendships_user_id_state_friend_id",
        "friendships",
        ["user_id", "state", "friend_id"],
        unique=False,
    )
    op.create_table(
        "blacklist",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("blocked_id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "blocked_id", name="pk_blacklist"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_blacklist_blocked_id_owner_id", "blacklist", ["blocked_id", "owner_id"], unique=False)


def create_wall() -> None:
    """Posts, likes, counters, photos and files."""
    op.create_table(
        "posts",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("is_friends_only", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", ID, nullable=True),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_posts"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_posts_feed",
        "posts",
        ["owner_id", "created_at", "id", "from_id", "is_friends_only"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "likes",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "kind", "item_id", "user_id", name="pk_likes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_likes_user_id_created_at", "likes", ["user_id", "created_at"], unique=False)
    op.create_table(
        "item_counters",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("likes", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("reposts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "kind", "item_id", name="pk_item_counters"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "photos",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("album_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("sizes", JSON, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_photos"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_photos_owner_id_upload_id", "photos", ["owner_id", "upload_id"], unique=True)
    op.create_table(
        "files",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_files"),
        sqlite_with_rowid=False,
    )


def create_conversations() -> None:
    """Conversations, their members and messages."""
    op.create_table(
        "conversations",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("low_id", ID, nullable=False),
        sa.Column("high_id", ID, nullable=False),
        sa.Column("last_number", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("uq_conversations_low_id_high_id", "conversations", ["low_id", "high_id"], unique=True)
    op.create_table(
        "members",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("peer_id", ID, nullable=False),
        sa.Column("last_number", ID, nullable=False),
        sa.Column("last_message_id", ID, nullable=False),
        sa.Column("read_number", ID, nullable=False),
        sa.Column("read_message_id", ID, nullable=False),
        sa.Column("peer_read_number", ID, nullable=False),
        sa.Column("peer_read_message_id", ID, nullable=False),
        sa.Column("unread_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", name="pk_members"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_members_user_id_last_message_id", "members", ["user_id", "last_message_id"], unique=False
    )
    op.create_table(
        "messages",
        sa.Column("conversation_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("random_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint("conversation_id", "number", name="pk_messages"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_messages_conversation_id_from_id_random_id",
        "messages",
        ["conversation_id", "from_id", "random_id"],
        unique=True,
        sqlite_where=sa.text("random_id <> 0"),
        postgresql_where=sa.text("random_id <> 0"),
    )
    op.create_index("uq_messages_id", "messages", ["id"], unique=True)


def create_queues() -> None:
    """Event logs and jobs."""
    op.create_table(
        "receivers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("pts", ID, nullable=False),
        sa.Column("pruned", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receivers"),
    )
    op.create_table(
        "events",
        sa.Column("receiver_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("pts", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("receiver_id", "number", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_created_at", "events", ["created_at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", ID, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_next_at", "jobs", ["next_at"], unique=False)
