"""Apps, consents, authorizations, and tokens that apps have."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables; `tokens` gets an app, a protocol and a family, and may do without a user."""
    create_apps()
    create_authorizations()
    extend_tokens()
    create_keys_and_calls()


def create_apps() -> None:
    """Apps, their statistics, and what people allow them."""
    op.create_table(
        "apps",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("base_domain", sa.Text(), nullable=False),
        sa.Column("redirect_uris", JSON, nullable=False),
        sa.Column("protocols", JSON, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("secret_key", sa.LargeBinary(), nullable=False),
        sa.Column("service_token", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id", name="pk_apps"),
    )
    op.create_index("ix_apps_owner_id", "apps", ["owner_id"])
    op.create_table(
        "app_days",
        sa.Column("app_id", ID, autoincrement=False, nullable=False),
        sa.Column("day", ID, autoincrement=False, nullable=False),
        sa.Column("log_ins", sa.Integer(), nullable=False),
        sa.Column("new_users", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"]),
        sa.PrimaryKeyConstraint("app_id", "day", name="pk_app_days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consents",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("app_id", ID, autoincrement=False, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("scope", ID, nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"]),
        sa.PrimaryKeyConstraint("user_id", "app_id", "protocol", name="pk_consents"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_consents_app_id", "consents", ["app_id"])


def create_authorizations() -> None:
    """What waits for a person, and what waits for an app."""
    op.create_table(
        "authorization_requests",
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("app_id", ID, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("scope", ID, nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("max_age", ID, nullable=False),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("granted", ID, nullable=False),
        sa.Column("authenticated_at", ID, nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"]),
        sa.PrimaryKeyConstraint("request_hash", name="pk_authorization_requests"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_authorization_requests_app_id", "authorization_requests", ["app_id"])
    op.create_index("ix_authorization_requests_expires_at", "authorization_requests", ["expires_at"])
    op.create_index(
        "uq_authorization_requests_ticket_hash", "authorization_requests", ["ticket_hash"], unique=True
    )
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        *_grant_columns("redirect_uri", "challenge"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_authorization_codes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_grant_columns(),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_tokens"),
        sqlite_with_rowid=False,
    )
    for table in ("authorization_codes", "refresh_tokens"):
        for column in ("user_id", "app_id", "expires_at"):
            op.create_index(f"ix_{table}_{column}", table, [column])


def _grant_columns(*texts: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("user_id", ID, nullable=False),
        sa.Column("app_id", ID, nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("scope", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("parameters", JSON, nullable=False),
        sa.Column("authenticated_at", ID, nullable=False),
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"]),
    ]


def extend_tokens() -> None:
    """Make `tokens` anew around its rows: SQLite cannot take a NOT NULL away from a column."""
    names = "token_hash, user_id, scope, platform, created_at, expires_at, used_at, group_id"
    op.execute(sa.text(f"CREATE TEMPORARY TABLE tokens_before AS SELECT {names} FROM tokens"))
    op.drop_table("tokens")
    op.create_table(
        "tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("scope", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False, server_default="0"),
        sa.Column("app_id", ID, nullable=True),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"]),
        sa.PrimaryKeyConstraint("token_hash", name="pk_tokens"),
        sqlite_with_rowid=False,
    )
    empty = "''" if op.get_bind().dialect.name == "postgresql" else "x''"
    op.execute(
        sa.text(
            f"INSERT INTO tokens ({names}, protocol, family) SELECT {names}, 'vk', {empty} FROM tokens_before"
        )
    )
    op.execute(sa.text("DROP TABLE tokens_before"))
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"])
    op.create_index("ix_tokens_group_id", "tokens", ["group_id"])
    op.create_index("ix_tokens_app_id", "tokens", ["app_id"])


def create_keys_and_calls() -> None:
    """Keys that sign identity tokens, and calls that confirm a person."""
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_signing_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "confirmations",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("digits_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.Column("day", ID, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("user_id", "purpose", name="pk_confirmations"),
        sqlite_with_rowid=False,
    )
