"""What people have bookmarked."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, bindparam, delete, func, select, update

from dvor.model.bookmarks import Bookmark, BookmarkKind
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("url", Text, primary_key=True),
    Column("is_seen", Boolean, nullable=False),
    Column("created_at", Id, nullable=False),
    Index("ix_bookmarks_user_id_kind", "user_id", "kind", "created_at"),
    sqlite_with_rowid=False,
)
"""What a kind does not use is 0 or empty."""

_user_id, _kind = bindparam("user_id", type_=Id), bindparam("kind", type_=Text)
_of_kind = (bookmarks.c.user_id == _user_id, bookmarks.c.kind == _kind)
_INSERT = Statement(insert_all(bookmarks, ignore_conflict=True))
_DELETE = Statement(
    delete(bookmarks).where(
        *_of_kind,
        bookmarks.c.owner_id == bindparam("owner_id", type_=Id),
        bookmarks.c.item_id == bindparam("item_id", type_=Id),
        bookmarks.c.url == bindparam("url", type_=Text),
    )
)
_DELETE_ALL = Statement(delete(bookmarks).where(bookmarks.c.user_id == _user_id))
_PAGE = Statement(
    select(bookmarks)
    .where(*_of_kind)
    .order_by(
        bookmarks.c.created_at.desc(), bookmarks.c.owner_id, bookmarks.c.item_id.desc(), bookmarks.c.url
    )
    .limit(bindparam("count", type_=Integer)),
    Bookmark,
)
_COUNT = Statement(select(func.count()).select_from(bookmarks).where(*_of_kind))
_AMONG = Statement(
    select(bookmarks.c.owner_id).where(*_of_kind, among(bookmarks.c.owner_id, "owner_ids")), int
)
_MARK_SEEN = Statement(
    update(bookmarks).where(bookmarks.c.user_id == _user_id, ~bookmarks.c.is_seen).values(is_seen=True)
)


async def insert_bookmark(tx: Transaction, bookmark: Bookmark) -> None:
    """Keep something, once."""
    await tx.run(_INSERT, **{name: getattr(bookmark, name) for name in bookmark.__struct_fields__})


async def delete_bookmark(
    tx: Transaction, user_id: int, kind: BookmarkKind, owner_id: int = 0, item_id: int = 0, url: str = ""
) -> bool:
    """Keep something no longer; say whether it was kept."""
    key = {"user_id": user_id, "kind": kind, "owner_id": owner_id, "item_id": item_id, "url": url}
    return await tx.run(_DELETE, **key) > 0


async def delete_bookmarks(tx: Transaction, user_id: int) -> None:
    """Forget all that a person has kept."""
    await tx.run(_DELETE_ALL, user_id=user_id)


async def list_bookmarks(tx: Transaction, user_id: int, kind: BookmarkKind, count: int) -> list[Bookmark]:
    """Return what a person keeps of a kind, the last one first."""
    return await tx.rows(_PAGE, user_id=user_id, kind=kind, count=count)


async def count_bookmarks(tx: Transaction, user_id: int, kind: BookmarkKind) -> int:
    """Return how much of a kind a person keeps."""
    count: int = await tx.value(_COUNT, user_id=user_id, kind=kind)
    return count


async def find_kept_pages(tx: Transaction, user_id: int, owner_ids: list[int]) -> set[int]:
    """Return which of these people and communities a person keeps."""
    if not owner_ids:
        return set()
    return set(await tx.rows(_AMONG, user_id=user_id, kind="page", owner_ids=owner_ids))


async def mark_seen(tx: Transaction, user_id: int) -> None:
    """Note that a person has looked at all that he keeps."""
    await tx.run(_MARK_SEEN, user_id=user_id)
