"""Communities, their members and blacklists, and tokens of communities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables, and what draws the numbers of communities."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("groups_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "groups", "value": 0}])
    create_groups()
    create_members()
    op.add_column("tokens", sa.Column("group_id", ID, nullable=False, server_default="0"))
    op.create_index("ix_tokens_group_id", "tokens", ["group_id"], unique=False)


def create_groups() -> None:
    """The communities."""
    op.create_table(
        "groups",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("screen_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("access", sa.Integer(), nullable=False),
        sa.Column("wall_mode", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("place", JSON, nullable=False),
        sa.Column("avatar", JSON, nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("has_messages", sa.Boolean(), nullable=False),
        sa.Column("deactivated", sa.Text(), nullable=True),
        sa.Column("creator_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )
    op.create_index("uq_groups_screen_name", "groups", ["screen_name"], unique=True)
    op.create_table(
        "group_counters",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_group_counters"),
    )


def create_members() -> None:
    """Who is in them, and who is kept out."""
    op.create_table(
        "group_members",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("since", ID, nullable=False),
        sa.Column("inviter_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_group_members"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_group_members_user_id_status_group_id", "group_members", ["user_id", "status", "group_id"]
    )
    op.create_index(
        "ix_group_members_group_id_status_since", "group_members", ["group_id", "status", "since", "user_id"]
    )
    op.create_index("ix_group_members_group_id_role", "group_members", ["group_id", "role"])
    op.create_table(
        "group_bans",
        sa.Column("group_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("manager_id", ID, nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("is_comment_visible", sa.Boolean(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("until", ID, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_group_bans"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_group_bans_until",
        "group_bans",
        ["until"],
        sqlite_where=sa.text("until > 0"),
        postgresql_where=sa.text("until > 0"),
    )
