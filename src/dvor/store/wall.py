"""Wall posts, drawn with their counters and the viewer's like."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    func,
    select,
    text,
    type_coerce,
    update,
)

from dvor.model.attachments import Attachment
from dvor.model.wall import NewPost, Post, WallFilter
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.likes import item_counters, likes
from dvor.store.statements import EngineName, Statement, insert_all, pairs, shapes
from dvor.store.users import owners

posts = Table(
    "posts",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("from_id", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Json(list[Attachment]), nullable=False),
    Column("platform", Text, nullable=False),
    Column("is_friends_only", Boolean, nullable=False),
    Column("deleted_at", Id),
    Index(
        "ix_posts_feed",
        "owner_id",
        "created_at",
        "id",
        "from_id",
        "is_friends_only",
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    sqlite_with_rowid=False,
)
"""The index holds all that is needed to choose the posts of a page: only the chosen rows are then read."""

_owner_id = bindparam("owner_id", type_=Id)


def drawn(chosen: Subquery, owner_id: Any, item_id: Any) -> Select[Any]:
    """Return the posts whose keys `chosen` gives, each as a `Post` for the parameter `viewer_id`."""
    counters, mine = item_counters, likes
    return (
        select(
            posts.c.owner_id,
            posts.c.id,
            posts.c.from_id,
            posts.c.created_at,
            posts.c.text,
            posts.c.attachments,
            posts.c.platform,
            posts.c.is_friends_only,
            func.coalesce(counters.c.likes, 0).label("likes"),
            func.coalesce(counters.c.comments, 0).label("comments"),
            func.coalesce(counters.c.reposts, 0).label("reposts"),
            type_coerce(mine.c.user_id.is_not(None), Boolean).label("is_liked"),
        )
        .select_from(chosen)
        .join(posts, and_(posts.c.owner_id == owner_id, posts.c.id == item_id))
        .outerjoin(
            counters,
            and_(
                counters.c.owner_id == posts.c.owner_id,
                counters.c.kind == "post",
                counters.c.item_id == posts.c.id,
            ),
        )
        .outerjoin(
            mine,
            and_(
                mine.c.owner_id == posts.c.owner_id,
                mine.c.kind == "post",
                mine.c.item_id == posts.c.id,
                mine.c.user_id == bindparam("viewer_id", type_=Id),
            ),
        )
    )


def _choice(columns: list[Any], which: WallFilter, with_friends_only: bool) -> Select[Any]:
    choice = select(*columns).where(posts.c.owner_id == _owner_id, posts.c.deleted_at.is_(None))
    if which == "owner":
        choice = choice.where(posts.c.from_id == posts.c.owner_id)
    elif which == "others":
        choice = choice.where(posts.c.from_id != posts.c.owner_id)
    return choice if with_friends_only else choice.where(~posts.c.is_friends_only)


@shapes(Post, which=("all", "owner", "others"), with_friends_only=(False, True))
def _page(which: WallFilter, with_friends_only: bool) -> Executable:
    chosen = (
        _choice([posts.c.owner_id, posts.c.id], which, with_friends_only)
        .order_by(posts.c.created_at.desc(), posts.c.id.desc())
        .limit(bindparam("count", type_=Integer))
        .offset(bindparam("offset", type_=Id))
        .subquery("chosen")
    )
    page = drawn(chosen, chosen.c.owner_id, chosen.c.id)
    return page.order_by(posts.c.created_at.desc(), posts.c.id.desc())


@shapes(None, which=("all", "owner", "others"), with_friends_only=(False, True))
def _count(which: WallFilter, with_friends_only: bool) -> Executable:
    return _choice([func.count()], which, with_friends_only)


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return drawn(wanted, wanted.c.owner_id, wanted.c.item_id).where(posts.c.deleted_at.is_(None))


_BY_KEYS = Statement(_by_keys, Post)
_NEXT = Statement(
    update(owners)
    .where(owners.c.id == _owner_id)
    .values(last_wall_number=owners.c.last_wall_number + 1)
    .returning(owners.c.last_wall_number)
)
_INSERT = Statement(insert_all(posts))
_DELETE = Statement(
    update(posts)
    .where(
        posts.c.owner_id == _owner_id,
        posts.c.id == bindparam("post_id", type_=Id),
        posts.c.deleted_at.is_(None),
    )
    .values(deleted_at=bindparam("at", type_=Id))
)


async def list_posts(
    tx: Transaction,
    owner_id: int,
    viewer_id: int,
    which: WallFilter,
    offset: int,
    count: int,
    *,
    with_friends_only: bool,
) -> list[Post]:
    """Return a page of a wall, newest first."""
    statement = _page(which=which, with_friends_only=with_friends_only)
    return await tx.rows(statement, owner_id=owner_id, viewer_id=viewer_id, offset=offset, count=count)


async def count_posts(tx: Transaction, owner_id: int, which: WallFilter, *, with_friends_only: bool) -> int:
    """Return how many posts a wall has under a filter."""
    count: int = await tx.value(_count(which=which, with_friends_only=with_friends_only), owner_id=owner_id)
    return count


async def load_posts(
    tx: Transaction, keys: list[tuple[int, int]], viewer_id: int
) -> dict[tuple[int, int], Post]:
    """Return the existing ones of these posts by (owner, id), in one query."""
    found = await tx.rows(_BY_KEYS, keys=keys, viewer_id=viewer_id) if keys else []
    return {(post.owner_id, post.id): post for post in found}


async def insert_post(tx: Transaction, post: NewPost) -> int:
    """Store a post under the wall's next number and return it; the wall's row stays locked."""
    number: int = await tx.value(_NEXT, owner_id=post.owner_id)
    await tx.run(_INSERT, **post_row(number, post))
    return number


def post_row(number: int, post: NewPost) -> dict[str, Any]:
    """Return the row of `posts` for a new post."""
    row: dict[str, Any] = {name: getattr(post, name) for name in post.__struct_fields__}
    return row | {"id": number, "deleted_at": None}


async def mark_post_deleted(tx: Transaction, owner_id: int, post_id: int, now: int) -> bool:
    """Hide a post; say whether it was there."""
    return await tx.run(_DELETE, owner_id=owner_id, post_id=post_id, at=now) > 0
