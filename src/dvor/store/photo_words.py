"""The words of photos, and the public photos of everybody that have them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)

from dvor.model.photos import Photo
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.photos import Key, drawn, photos
from dvor.store.privacy import OPEN_OWNER, with_owners
from dvor.store.statements import Statement, insert_all
from dvor.store.words import Word, beginning_values, begins

photo_words = Table(
    "photo_words",
    metadata,
    Column("word", Word, primary_key=True),
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("photo_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Of photos that are there and can be looked through; those of messages are not found by words."""

_INSERT = Statement(insert_all(photo_words, ignore_conflict=True))
_DELETE = Statement(
    delete(photo_words).where(
        photo_words.c.word == bindparam("word", type_=Text),
        photo_words.c.owner_id == bindparam("owner_id", type_=Id),
        photo_words.c.photo_id == bindparam("photo_id", type_=Id),
    )
)
_most = bindparam("most", type_=Integer)


def _hits() -> Select[Any]:
    return select(photo_words.c.owner_id, photo_words.c.photo_id).where(begins(photo_words.c.word, 0))


_COUNT_HITS = Statement(select(func.count()).select_from(_hits().limit(_most).subquery("hits")))


def _with_word() -> Executable:
    hits = _hits().distinct().limit(_most).subquery("hits")
    same = (photos.c.owner_id == hits.c.owner_id) & (photos.c.id == hits.c.photo_id)
    return (
        with_owners(drawn().join(hits, same), photos.c.owner_id)
        .where(
            photos.c.created_at >= bindparam("since", type_=Id),
            photos.c.created_at <= bindparam("until", type_=Id),
            OPEN_OWNER,
        )
        .order_by(photos.c.created_at.desc(), photos.c.owner_id.desc(), photos.c.id.desc())
    )


_WITH_WORD = Statement(_with_word(), Photo)


def _rows(key: Key, words: Iterable[str]) -> list[dict[str, Any]]:
    return [{"word": word, "owner_id": key[0], "photo_id": key[1]} for word in sorted(words)]


async def insert_photo_words(tx: Transaction, key: Key, words: Iterable[str]) -> None:
    """Let a photo be found by these words."""
    if rows := _rows(key, words):
        await tx.run_many(_INSERT, rows)


async def delete_photo_words(tx: Transaction, key: Key, words: Iterable[str]) -> None:
    """Let a photo no longer be found by these words."""
    if rows := _rows(key, words):
        await tx.run_many(_DELETE, rows)


async def count_hits(tx: Transaction, beginning: str, most: int) -> int:
    """Return how often a word with this beginning stands below photos; more than `most` are not counted."""
    _, values = beginning_values([beginning])
    count: int = await tx.value(_COUNT_HITS, **values, most=most)
    return count


async def list_photos_with_word(
    tx: Transaction, beginning: str, *, since: int, until: int, most: int
) -> list[Photo]:
    """Return photos of open owners that have a word with this beginning, newest first; at most `most` are looked at."""
    _, values = beginning_values([beginning])
    return await tx.rows(_WITH_WORD, **values, since=since, until=until, most=most)
