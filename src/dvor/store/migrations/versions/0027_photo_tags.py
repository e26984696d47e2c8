"""Who is on photos, in which order albums and photos stand, and the words of photos."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1000
STEP = 1 << 20
"""How far apart the places of things stand that were never moved."""


def upgrade() -> None:
    """Create the tables; albums and photos stand as they were made."""
    op.create_table(
        "photo_tags",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("photo_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("placer_id", ID, nullable=False),
        sa.Column("x", sa.Float(53), nullable=False),
        sa.Column("y", sa.Float(53), nullable=False),
        sa.Column("x2", sa.Float(53), nullable=False),
        sa.Column("y2", sa.Float(53), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "photo_id", "user_id", name="pk_photo_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_photo_tags_user_id",
        "photo_tags",
        ["user_id", "is_confirmed", "created_at", "owner_id", "photo_id"],
    )
    words = op.create_table(
        "photo_words",
        sa.Column("word", WORD, nullable=False),
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("photo_id", ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "owner_id", "photo_id", name="pk_photo_words"),
        sqlite_with_rowid=False,
    )
    op.add_column("photos", sa.Column("tags", sa.Integer(), nullable=False, server_default="0"))
    for table in ("photos", "albums"):
        op.add_column(table, sa.Column("place", ID, nullable=False, server_default="0"))
        op.execute(f"UPDATE {table} SET place = id * {STEP}")
    op.drop_index("ix_photos_album", "photos")
    op.create_index(
        "ix_photos_album",
        "photos",
        ["owner_id", "album_id", "place", "id"],
        sqlite_where=sa.text("deleted_at = 0"),
        postgresql_where=sa.text("deleted_at = 0"),
    )
    op.create_index("ix_albums_place", "albums", ["owner_id", "place"])
    _fill_words(words)


def _fill_words(table: sa.Table) -> None:
    connection, last = op.get_bind(), (-(2**62), 0)
    page = sa.text(
        "SELECT owner_id, id, text FROM photos WHERE (owner_id, id) > (:owner_id, :id)"
        f" AND deleted_at = 0 AND album_id <> -3 ORDER BY owner_id, id LIMIT {BATCH}"
    )
    while found := connection.execute(page, {"owner_id": last[0], "id": last[1]}).all():
        rows = [
            {"word": word, "owner_id": owner_id, "photo_id": number}
            for owner_id, number, text in found
            for word in sorted({one[:64] for one in re.findall(r"\w+", text.casefold().replace("ё", "е"))})
        ]
        if rows:
            op.bulk_insert(table, rows)
        last = (found[-1][0], found[-1][1])
