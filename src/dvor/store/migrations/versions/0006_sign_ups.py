"""Links in letters, invites, and when an e-mail address was confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Create the tables and the column."""
    op.add_column("accounts", sa.Column("email_verified_at", ID, nullable=False, server_default="0"))
    op.create_table(
        "links",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", ID),
        sa.Column("body", JSON, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_links"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_links_user_id", "links", ["user_id"])
    op.create_index("ix_links_expires_at", "links", ["expires_at"])
    op.create_table(
        "invites",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("expires_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invites"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_invites_expires_at", "invites", ["expires_at"])
