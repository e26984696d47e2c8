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
    false,
    func,
    literal_column,
    select,
    text,
    tuple_,
    type_coerce,
    update,
)

from dvor.model.attachments import Attachment
from dvor.model.ids import MAX_NUMBER
from dvor.model.wall import Copy, NewPost, Post, WallFilter
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.likes import item_counters, likes
from dvor.store.statements import Builder, EngineName, Statement, insert_all, pairs, shapes
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
    Column("edited_at", Id, nullable=False, server_default="0"),
    Column("signer_id", Id, nullable=False, server_default="0"),
    Column("copied_owner_id", Id, nullable=False, server_default="0"),
    Column("copied_id", Id, nullable=False, server_default="0"),
    Column("guid", Text, nullable=False, server_default=text("''")),
    Column("is_uncommented", Boolean, nullable=False, server_default=false()),
    Column("deleter_id", Id, nullable=False, server_default="0"),
    Index(
        "uq_posts_guid",
        "owner_id",
        "from_id",
        "guid",
        unique=True,
        sqlite_where=text("guid <> ''"),
        postgresql_where=text("guid <> ''"),
    ),
    Index(
        "ix_posts_copied",
        "copied_owner_id",
        "copied_id",
        "created_at",
        "owner_id",
        "id",
        sqlite_where=text("copied_id <> 0"),
        postgresql_where=text("copied_id <> 0"),
    ),
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
    Index(
        "ix_posts_newest",
        "created_at",
        "owner_id",
        "id",
        sqlite_where=text("deleted_at IS NULL AND is_friends_only = 0"),
        postgresql_where=text("deleted_at IS NULL AND NOT is_friends_only"),
    ),
    sqlite_with_rowid=False,
)
"""The feed's index holds all that is needed to choose the posts of a page: only the chosen rows are then read."""

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
            posts.c.edited_at,
            posts.c.signer_id,
            posts.c.copied_owner_id,
            posts.c.copied_id,
            posts.c.is_uncommented,
            posts.c.deleter_id,
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
        .where(posts.c.id != bindparam("without", type_=Id))
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


@shapes(Post, with_deleted=(False, True))
def _by_keys(with_deleted: bool) -> Builder:
    def build(engine: EngineName) -> Executable:
        wanted = pairs(engine, "keys")
        found = drawn(wanted, wanted.c.owner_id, wanted.c.item_id)
        return found if with_deleted else found.where(posts.c.deleted_at.is_(None))

    return build


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
    .values(deleted_at=bindparam("at", type_=Id), deleter_id=bindparam("by", type_=Id))
)
_one = (posts.c.owner_id == _owner_id, posts.c.id == bindparam("post_id", type_=Id))
_RESTORE = Statement(
    update(posts)
    .where(*_one)
    .values(deleted_at=bindparam("nothing", type_=Id), deleter_id=bindparam("nobody", type_=Id))
)
_EDIT = Statement(
    update(posts)
    .where(*_one)
    .values(
        text=bindparam("new_text", type_=Text),
        attachments=bindparam("new_attachments", type_=posts.c.attachments.type),
        edited_at=bindparam("at", type_=Id),
        is_friends_only=bindparam("friends_only", type_=Boolean),
        is_uncommented=bindparam("uncommented", type_=Boolean),
        signer_id=bindparam("signer", type_=Id),
    )
)
_SET_UNCOMMENTED = Statement(
    update(posts).where(*_one).values(is_uncommented=bindparam("value", type_=Boolean))
)
_PIN = Statement(
    update(owners).where(owners.c.id == _owner_id).values(pinned_post_id=bindparam("post_id", type_=Id))
)
_PINNED = Statement(select(owners.c.pinned_post_id).where(owners.c.id == _owner_id))
_BY_GUID = Statement(
    select(posts.c.id).where(
        posts.c.owner_id == _owner_id,
        posts.c.from_id == bindparam("from_id", type_=Id),
        posts.c.guid == bindparam("guid", type_=Text),
        posts.c.guid != literal_column("''"),
    )
)
_copies = (
    posts.c.copied_owner_id == _owner_id,
    posts.c.copied_id == bindparam("post_id", type_=Id),
    posts.c.copied_id != literal_column("0"),
    posts.c.deleted_at.is_(None),
)
_copy_order = (posts.c.created_at, posts.c.owner_id, posts.c.id)
_COPIES = Statement(
    select(posts.c.owner_id, posts.c.id, posts.c.created_at, posts.c.is_friends_only)
    .where(
        *_copies,
        tuple_(*_copy_order) < tuple_(*(bindparam(f"before_{one.name}", type_=Id) for one in _copy_order)),
    )
    .order_by(*(one.desc() for one in _copy_order))
    .limit(bindparam("count", type_=Integer)),
    Copy,
)

_COPIERS = Statement(
    select(posts.c.from_id)
    .where(*_copies)
    .group_by(posts.c.from_id)
    .order_by(func.max(posts.c.created_at).desc(), posts.c.from_id)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    int,
)
_COUNT_COPIERS = Statement(select(func.count(posts.c.from_id.distinct())).where(*_copies))


async def list_posts(
    tx: Transaction,
    owner_id: int,
    viewer_id: int,
    which: WallFilter,
    offset: int,
    count: int,
    *,
    with_friends_only: bool,
    without: int = 0,
) -> list[Post]:
    """Return a page of a wall, newest first, as if there were no post `without`."""
    statement = _page(which=which, with_friends_only=with_friends_only)
    return await tx.rows(
        statement, owner_id=owner_id, viewer_id=viewer_id, offset=offset, count=count, without=without
    )


async def count_posts(tx: Transaction, owner_id: int, which: WallFilter, *, with_friends_only: bool) -> int:
    """Return how many posts a wall has under a filter."""
    count: int = await tx.value(_count(which=which, with_friends_only=with_friends_only), owner_id=owner_id)
    return count


async def load_posts(
    tx: Transaction, keys: list[tuple[int, int]], viewer_id: int, *, with_deleted: bool = False
) -> dict[tuple[int, int], Post]:
    """Return the existing ones of these posts by (owner, id), in one query."""
    statement = _by_keys(with_deleted=with_deleted)
    found = await tx.rows(statement, keys=keys, viewer_id=viewer_id) if keys else []
    return {(post.owner_id, post.id): post for post in found}


async def insert_post(tx: Transaction, post: NewPost) -> int:
    """Store a post under the wall's next number and return it; the wall's row stays locked."""
    number = await next_wall_number(tx, post.owner_id)
    await insert_numbered_post(tx, number, post)
    return number


async def insert_numbered_post(tx: Transaction, number: int, post: NewPost) -> None:
    """Store a post under a number drawn before."""
    await tx.run(_INSERT, **post_row(number, post))


async def next_wall_number(tx: Transaction, owner_id: int) -> int:
    """Draw the next number of an owner's posts and comments."""
    number: int = await tx.value(_NEXT, owner_id=owner_id)
    return number


def post_row(number: int, post: NewPost) -> dict[str, Any]:
    """Return the row of `posts` for a new post."""
    row: dict[str, Any] = {name: getattr(post, name) for name in post.__struct_fields__}
    return row | {"id": number, "deleted_at": None, "edited_at": 0, "deleter_id": 0}


async def mark_post_deleted(
    tx: Transaction, owner_id: int, post_id: int, now: int, deleter_id: int = 0
) -> bool:
    """Hide a post; say whether it was there."""
    return await tx.run(_DELETE, owner_id=owner_id, post_id=post_id, at=now, by=deleter_id) > 0


async def restore_post(tx: Transaction, owner_id: int, post_id: int) -> None:
    """Show a post again."""
    await tx.run(_RESTORE, owner_id=owner_id, post_id=post_id, nothing=None, nobody=0)


async def change_post(tx: Transaction, post: Post, now: int) -> None:
    """Store a post with other content, or for other people."""
    await tx.run(
        _EDIT,
        owner_id=post.owner_id,
        post_id=post.id,
        new_text=post.text,
        new_attachments=post.attachments,
        at=now,
        friends_only=post.is_friends_only,
        uncommented=post.is_uncommented,
        signer=post.signer_id,
    )


async def set_uncommented(tx: Transaction, owner_id: int, post_id: int, *, is_uncommented: bool) -> None:
    """Close a post to comments, or open it."""
    await tx.run(_SET_UNCOMMENTED, owner_id=owner_id, post_id=post_id, value=is_uncommented)


async def set_pinned(tx: Transaction, owner_id: int, post_id: int) -> None:
    """Pin a post to its wall, or (0) none."""
    await tx.run(_PIN, owner_id=owner_id, post_id=post_id)


async def find_pinned(tx: Transaction, owner_id: int) -> int:
    """Return the post that is pinned to a wall, 0 for none."""
    return await tx.value(_PINNED, owner_id=owner_id) or 0


async def find_guid(tx: Transaction, owner_id: int, from_id: int, guid: str) -> int | None:
    """Return the post that its author made before with the same `guid` (not empty)."""
    found: int | None = await tx.value(_BY_GUID, owner_id=owner_id, from_id=from_id, guid=guid)
    return found


async def list_copies(
    tx: Transaction, owner_id: int, post_id: int, before: Copy | None, count: int
) -> list[Copy]:
    """Return posts that repeat one, newest first, those that come after `before` or (None) the first ones."""
    last = before or Copy(MAX_NUMBER, MAX_NUMBER, MAX_NUMBER, False)
    below = {f"before_{name}": getattr(last, name) for name in ("created_at", "owner_id", "id")}
    return await tx.rows(_COPIES, owner_id=owner_id, post_id=post_id, count=count, **below)


async def list_copiers_of(
    tx: Transaction, owner_id: int, post_id: int, offset: int, count: int
) -> tuple[int, list[int]]:
    """Return how many have repeated a post, and a page of them, the latest first."""
    key = {"owner_id": owner_id, "post_id": post_id}
    total: int = await tx.value(_COUNT_COPIERS, **key)
    return total, await tx.rows(_COPIERS, **key, offset=offset, count=count)
