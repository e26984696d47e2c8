"""Photo albums, and photos that are deleted and restored."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, and what draws the numbers of albums."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("albums_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "albums", "value": 0}])
    op.create_table(
        "albums",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("viewers", sa.Integer, nullable=False),
        sa.Column("commenters", sa.Integer, nullable=False),
        sa.Column("is_for_managers", sa.Boolean, nullable=False),
        sa.Column("is_uncommented", sa.Boolean, nullable=False),
        sa.Column("cover_id", ID, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("updated_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_albums"),
        sqlite_with_rowid=False,
    )
    op.add_column("photos", sa.Column("deleted_at", ID, nullable=False, server_default="0"))
    op.create_index(
        "ix_photos_album",
        "photos",
        ["owner_id", "album_id", "id"],
        sqlite_where=sa.text("deleted_at = 0"),
        postgresql_where=sa.text("deleted_at = 0"),
    )
