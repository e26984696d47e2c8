"""What only the server API knows of users, its sessions and user groups, and a second name to log in with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables, the column, and what draws the numbers of user groups."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("user_groups_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "user_groups", "value": 0}])
    op.add_column("accounts", sa.Column("user_name", sa.Text()))
    op.create_index("uq_accounts_user_name", "accounts", ["user_name"], unique=True)
    op.create_table(
        "webtv_profiles",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("access_level", sa.Integer(), nullable=False),
        sa.Column("profile", JSON, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id", name="pk_webtv_profiles"),
    )
    op.create_table(
        "outside_identities",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("provider", "subject", name="pk_outside_identities"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outside_identities_user_id", "outside_identities", ["user_id"])
    op.create_table(
        "webtv_sessions",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed_id", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["credentials.key_id"]),
        sa.PrimaryKeyConstraint("user_id", "key_id", name="pk_webtv_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_webtv_sessions_key_id", "webtv_sessions", ["key_id"])
    op.create_index("ix_webtv_sessions_used_at", "webtv_sessions", ["used_at"])
    op.create_table(
        "user_groups",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_groups"),
    )
    op.create_index("uq_user_groups_title", "user_groups", ["title"], unique=True)
    op.create_table(
        "user_group_members",
        sa.Column("user_group_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["user_group_id"], ["user_groups.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_group_id", "user_id", name="pk_user_group_members"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_user_group_members_user_id", "user_group_members", ["user_id"])
