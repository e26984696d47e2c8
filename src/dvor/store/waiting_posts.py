"""Posts that are not on their walls yet: put off, or suggested to communities."""

from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)

from dvor.model.wall import NewPost, WaitingKind, WaitingPost
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all, shapes

waiting_posts = Table(
    "waiting_posts",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("publish_at", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("post", Json(NewPost), nullable=False),
    Index("ix_waiting_posts_kind", "owner_id", "kind", "publish_at", "id"),
    sqlite_with_rowid=False,
)

_owner_id = bindparam("owner_id", type_=Id)
_one = (waiting_posts.c.owner_id == _owner_id, waiting_posts.c.id == bindparam("post_id", type_=Id))
_INSERT = Statement(insert_all(waiting_posts))
_BY_KEY = Statement(select(waiting_posts).where(*_one), WaitingPost)
_DELETE = Statement(delete(waiting_posts).where(*_one))
_CHANGE = Statement(
    update(waiting_posts)
    .where(*_one)
    .values(
        post=bindparam("new_post", type_=waiting_posts.c.post.type),
        publish_at=bindparam("new_publish_at", type_=Id),
    )
)


def _of_wall(chosen: Select[Any], is_own: bool) -> Select[Any]:
    chosen = chosen.where(
        waiting_posts.c.owner_id == _owner_id, waiting_posts.c.kind == bindparam("kind", type_=Text)
    )
    return chosen.where(waiting_posts.c.user_id == bindparam("user_id", type_=Id)) if is_own else chosen


@shapes(WaitingPost, is_own=(False, True))
def _page(is_own: bool) -> Executable:
    page = _of_wall(select(waiting_posts), is_own).order_by(waiting_posts.c.publish_at, waiting_posts.c.id)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, is_own=(False, True))
def _count(is_own: bool) -> Executable:
    return _of_wall(select(func.count()).select_from(waiting_posts), is_own)


async def insert_waiting_post(tx: Transaction, waiting: WaitingPost) -> None:
    """Store a post that waits."""
    await tx.run(_INSERT, **{name: getattr(waiting, name) for name in waiting.__struct_fields__})


async def load_waiting_post(tx: Transaction, owner_id: int, post_id: int) -> WaitingPost | None:
    """Return a post that waits."""
    return await tx.row(_BY_KEY, owner_id=owner_id, post_id=post_id)


async def change_waiting_post(tx: Transaction, waiting: WaitingPost, post: NewPost, publish_at: int) -> None:
    """Give a waiting post other content and another time."""
    key = {"owner_id": waiting.owner_id, "post_id": waiting.id}
    await tx.run(_CHANGE, **key, new_post=post, new_publish_at=publish_at)


async def delete_waiting_post(tx: Transaction, owner_id: int, post_id: int) -> bool:
    """Forget a post that waits; say whether there was one."""
    return await tx.run(_DELETE, owner_id=owner_id, post_id=post_id) > 0


async def list_waiting_posts(
    tx: Transaction, owner_id: int, kind: WaitingKind, user_id: int, offset: int, count: int
) -> tuple[int, list[WaitingPost]]:
    """Return how many posts of a kind wait on a wall, and a page of them, the next one first; 0: by anybody."""
    asked = {"owner_id": owner_id, "kind": kind, "user_id": user_id}
    shape = {"is_own": user_id > 0}
    total: int = await tx.value(_count(**shape), **asked)
    return total, await tx.rows(_page(**shape), **asked, offset=offset, count=count)
