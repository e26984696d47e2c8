"""How many objects use each file, so that the last one's end is the file's; what was deleted is found by its time."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNCOUNTED = "1000000"
"""Stands for the uses of the files that are there already, which nobody has counted: they stay."""


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("files", sa.Column("uses", ID, nullable=False, server_default=UNCOUNTED))
    for name in ("documents", "photos"):
        op.create_index(
            f"ix_{name}_deleted",
            name,
            ["deleted_at"],
            sqlite_where=sa.text("deleted_at <> 0"),
            postgresql_where=sa.text("deleted_at <> 0"),
        )
