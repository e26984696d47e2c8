"""The words of names and posts, and an index of the newest posts of everybody."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BATCH = 1000


def upgrade() -> None:
    """Create the tables and the index, and part the names and posts that there are into words."""
    name_words = op.create_table(
        "name_words",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "word", name="pk_name_words"),
        sqlite_with_rowid=False,
    )
    post_words = op.create_table(
        "post_words",
        sa.Column("word", WORD, nullable=False),
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "owner_id", "post_id", name="pk_post_words"),
        sqlite_with_rowid=False,
    )
    _fill_names(
        name_words,
        "SELECT id, id, first_name, last_name, nickname, screen_name FROM users",
    )
    _fill_names(name_words, "SELECT id, -id, name, screen_name FROM groups")
    _fill_posts(post_words)
    op.create_index("ix_name_words_word", "name_words", ["word", "owner_id"])
    op.create_index(
        "ix_posts_newest",
        "posts",
        ["created_at", "owner_id", "id"],
        sqlite_where=sa.text("deleted_at IS NULL AND is_friends_only = 0"),
        postgresql_where=sa.text("deleted_at IS NULL AND NOT is_friends_only"),
    )


def _fill_names(table: sa.Table, named: str) -> None:
    connection, last = op.get_bind(), 0
    page = sa.text(f"{named} WHERE id > :last ORDER BY id LIMIT {BATCH}")
    while found := connection.execute(page, {"last": last}).all():
        rows = [
            {"owner_id": owner_id, "word": word}
            for _, owner_id, *names in found
            for word in _words(" ".join(name for name in names if name))
        ]
        if rows:
            op.bulk_insert(table, rows)
        last = found[-1][0]


def _fill_posts(table: sa.Table) -> None:
    connection, last = op.get_bind(), (-(2**62), 0)
    page = sa.text(
        "SELECT owner_id, id, text FROM posts WHERE (owner_id, id) > (:owner_id, :id)"
        f" AND deleted_at IS NULL ORDER BY owner_id, id LIMIT {BATCH}"
    )
    while found := connection.execute(page, {"owner_id": last[0], "id": last[1]}).all():
        rows = [
            {"word": word, "owner_id": owner_id, "post_id": number}
            for owner_id, number, text in found
            for word in _words(text)
        ]
        if rows:
            op.bulk_insert(table, rows)
        last = (found[-1][0], found[-1][1])


def _words(text: str) -> list[str]:
    return sorted({word[:64] for word in re.findall(r"\w+", text.casefold().replace("ё", "е"))})
