"""Comments, drawn with their counters and the viewer's like."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)

from dvor.model.attachments import Attachment
from dvor.model.comments import Comment, CommentedKind, NewComment
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.likes import item_counters, likes, step_counter
from dvor.store.photos import photos
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes
from dvor.store.wall import next_wall_number

comments = Table(
    "comments",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("from_id", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Json(list[Attachment]), nullable=False),
    Column("thread_id", Id, nullable=False),
    Column("reply_to_id", Id, nullable=False),
    Column("reply_to_user", Id, nullable=False),
    Column("guid", Text, nullable=False),
    Column("edited_at", Id, nullable=False),
    Column("deleted_at", Id, nullable=False),
    Column("deleter_id", Id, nullable=False),
    Index("ix_comments_item", "owner_id", "kind", "item_id", "thread_id", "id"),
    Index(
        "uq_comments_guid",
        "owner_id",
        "from_id",
        "guid",
        unique=True,
        sqlite_where=text("guid <> ''"),
        postgresql_where=text("guid <> ''"),
    ),
    sqlite_with_rowid=False,
)

_owner_id = bindparam("owner_id", type_=Id)
_comment_id = bindparam("comment_id", type_=Id)
_is_there = comments.c.deleted_at == literal_column("0")


def _drawn() -> Select[Any]:
    counters, mine = item_counters, likes
    names = [name for name in Comment.__struct_fields__ if name in comments.c]
    return (
        select(
            *(comments.c[name] for name in names),
            func.coalesce(counters.c.likes, 0).label("likes"),
            func.coalesce(counters.c.comments, 0).label("replies"),
            type_coerce(mine.c.user_id.is_not(None), Boolean).label("is_liked"),
        )
        .outerjoin(
            counters,
            and_(
                counters.c.owner_id == comments.c.owner_id,
                counters.c.kind == "comment",
                counters.c.item_id == comments.c.id,
            ),
        )
        .outerjoin(
            mine,
            and_(
                mine.c.owner_id == comments.c.owner_id,
                mine.c.kind == "comment",
                mine.c.item_id == comments.c.id,
                mine.c.user_id == bindparam("viewer_id", type_=Id),
            ),
        )
    )


_of_item = (
    comments.c.owner_id == _owner_id,
    comments.c.kind == bindparam("kind", type_=Text),
    comments.c.item_id == bindparam("item_id", type_=Id),
    comments.c.thread_id == bindparam("thread_id", type_=Id),
    _is_there,
)


@shapes(Comment, is_rising=(False, True))
def _page(is_rising: bool) -> Executable:
    page = _drawn().where(*_of_item).order_by(comments.c.id.asc() if is_rising else comments.c.id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return _drawn().join(
        wanted, (comments.c.owner_id == wanted.c.owner_id) & (comments.c.id == wanted.c.item_id)
    )


_of_albums = (
    comments.c.owner_id == _owner_id,
    comments.c.kind == literal_column("'photo'", Text),
    _is_there,
    photos.c.owner_id == _owner_id,
    photos.c.id == comments.c.item_id,
    photos.c.deleted_at == literal_column("0"),
    among(photos.c.album_id, "album_ids"),
)
_PHOTO_COMMENTS = Statement(
    _drawn()
    .join(photos, photos.c.id == comments.c.item_id)
    .where(*_of_albums)
    .order_by(comments.c.id.desc())
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    Comment,
)
_COUNT_PHOTO_COMMENTS = Statement(select(func.count()).select_from(comments, photos).where(*_of_albums))
_BY_KEYS = Statement(_by_keys, Comment)
_COUNT = Statement(select(func.count()).select_from(comments).where(*_of_item))
_COUNT_BEFORE = Statement(
    select(func.count()).select_from(comments).where(*_of_item, comments.c.id < _comment_id)
)
_numbered = (
    select(
        comments.c.id,
        func.row_number().over(partition_by=comments.c.thread_id, order_by=comments.c.id).label("place"),
    )
    .where(
        comments.c.owner_id == _owner_id,
        comments.c.kind == bindparam("kind", type_=Text),
        comments.c.item_id == bindparam("item_id", type_=Id),
        among(comments.c.thread_id, "thread_ids"),
        _is_there,
    )
    .subquery("numbered")
)
_THREADS = Statement(
    _drawn()
    .join(_numbered, _numbered.c.id == comments.c.id)
    .where(comments.c.owner_id == _owner_id, _numbered.c.place <= bindparam("count", type_=Integer))
    .order_by(comments.c.id),
    Comment,
)
_BY_GUID = Statement(
    select(comments.c.id).where(
        comments.c.owner_id == _owner_id,
        comments.c.from_id == bindparam("from_id", type_=Id),
        comments.c.guid == bindparam("guid", type_=Text),
        comments.c.guid != literal_column("''"),
    )
)
_INSERT = Statement(insert_all(comments))
_one = (comments.c.owner_id == _owner_id, comments.c.id == _comment_id)
_EDIT = Statement(
    update(comments)
    .where(*_one)
    .values(
        text=bindparam("new_text", type_=Text),
        attachments=bindparam("new_attachments", type_=comments.c.attachments.type),
        edited_at=bindparam("at", type_=Id),
    )
)
_SET_DELETED = Statement(
    update(comments)
    .where(*_one)
    .values(deleted_at=bindparam("at", type_=Id), deleter_id=bindparam("by", type_=Id))
)


async def list_comments(
    tx: Transaction,
    key: tuple[int, CommentedKind, int],
    viewer_id: int,
    *,
    thread_id: int,
    offset: int,
    count: int,
    is_rising: bool,
) -> list[Comment]:
    """Return a page of the comments that begin threads (thread 0), or of one thread."""
    return await tx.rows(
        _page(is_rising=is_rising),
        owner_id=key[0],
        kind=key[1],
        item_id=key[2],
        viewer_id=viewer_id,
        thread_id=thread_id,
        offset=offset,
        count=count,
    )


async def count_comments(tx: Transaction, key: tuple[int, CommentedKind, int], thread_id: int) -> int:
    """Return how many comments begin threads below an item, or are in one of them."""
    count: int = await tx.value(_COUNT, owner_id=key[0], kind=key[1], item_id=key[2], thread_id=thread_id)
    return count


async def count_before(
    tx: Transaction, key: tuple[int, CommentedKind, int], thread_id: int, comment_id: int
) -> int:
    """Return how many of these comments come before one."""
    count: int = await tx.value(
        _COUNT_BEFORE,
        owner_id=key[0],
        kind=key[1],
        item_id=key[2],
        thread_id=thread_id,
        comment_id=comment_id,
    )
    return count


async def list_threads(
    tx: Transaction, key: tuple[int, CommentedKind, int], viewer_id: int, thread_ids: list[int], count: int
) -> dict[int, list[Comment]]:
    """Return the first comments of each thread, in one query."""
    if not thread_ids or not count:
        return {}
    found = await tx.rows(
        _THREADS,
        owner_id=key[0],
        kind=key[1],
        item_id=key[2],
        viewer_id=viewer_id,
        thread_ids=thread_ids,
        count=count,
    )
    threads: dict[int, list[Comment]] = {}
    for comment in found:
        threads.setdefault(comment.thread_id, []).append(comment)
    return threads


async def load_comments(
    tx: Transaction, keys: list[tuple[int, int]], viewer_id: int
) -> dict[tuple[int, int], Comment]:
    """Return these comments by (owner, id), deleted ones too, in one query."""
    found = await tx.rows(_BY_KEYS, keys=keys, viewer_id=viewer_id) if keys else []
    return {(comment.owner_id, comment.id): comment for comment in found}


async def list_photo_comments(
    tx: Transaction, owner_id: int, album_ids: list[int], viewer_id: int, offset: int, count: int
) -> list[Comment]:
    """Return a page of the comments on the photos in these albums, the newest first."""
    asked = {"owner_id": owner_id, "album_ids": album_ids, "viewer_id": viewer_id}
    return await tx.rows(_PHOTO_COMMENTS, **asked, offset=offset, count=count)


async def count_photo_comments(tx: Transaction, owner_id: int, album_ids: list[int]) -> int:
    """Return how many comments there are on the photos in these albums."""
    count: int = await tx.value(_COUNT_PHOTO_COMMENTS, owner_id=owner_id, album_ids=album_ids)
    return count


async def find_guid(tx: Transaction, owner_id: int, from_id: int, guid: str) -> int | None:
    """Return the comment that its author made before with the same `guid` (not empty)."""
    found: int | None = await tx.value(_BY_GUID, owner_id=owner_id, from_id=from_id, guid=guid)
    return found


async def insert_comment(tx: Transaction, comment: NewComment) -> int:
    """Store a comment under the owner's next number and return it; the owner's row stays locked."""
    number = await next_wall_number(tx, comment.owner_id)
    row: dict[str, Any] = {name: getattr(comment, name) for name in comment.__struct_fields__}
    await tx.run(_INSERT, **row, id=number, edited_at=0, deleted_at=0, deleter_id=0)
    await _count(tx, comment, 1)
    return number


async def change_comment(
    tx: Transaction, comment: Comment, text: str, attachments: list[Attachment], now: int
) -> None:
    """Give a comment other content."""
    key = {"owner_id": comment.owner_id, "comment_id": comment.id}
    await tx.run(_EDIT, **key, new_text=text, new_attachments=attachments, at=now)


async def set_deleted(tx: Transaction, comment: Comment, deleter_id: int, at: int) -> None:
    """Hide a comment, or (at 0) show it again."""
    await tx.run(
        _SET_DELETED, owner_id=comment.owner_id, comment_id=comment.id, by=deleter_id if at else 0, at=at
    )
    await _count(tx, comment, -1 if at else 1)


async def _count(tx: Transaction, comment: Comment | NewComment, change: int) -> None:
    await step_counter(tx, "comments", comment.owner_id, comment.kind, comment.item_id, change)
    if comment.thread_id:
        await step_counter(tx, "comments", comment.owner_id, "comment", comment.thread_id, change)
