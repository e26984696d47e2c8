"""Credentials of other servers, what is counted of their calls, and the salts that were used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "credentials",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("expiration", sa.Integer(), nullable=False),
        sa.Column("referers", JSON, nullable=False),
        sa.Column("has_statistics", sa.Boolean(), nullable=False),
        sa.Column("general", sa.Text(), nullable=False),
        sa.Column("permissions", JSON, nullable=False),
        sa.Column("allows_md5", sa.Boolean(), nullable=False),
        sa.Column("uses_salts_once", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("used_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_credentials"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential_days",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("day", ID, autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["credentials.key_id"]),
        sa.PrimaryKeyConstraint("key_id", "day", "action", name="pk_credential_days"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential_salts",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("salt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["credentials.key_id"]),
        sa.PrimaryKeyConstraint("key_id", "salt_hash", name="pk_credential_salts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_credential_salts_expires_at", "credential_salts", ["expires_at"])
