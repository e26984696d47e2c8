"""The news of many walls in one list: feeds are read when asked for, never pushed."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Integer,
    Select,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
)

from dvor.model.wall import Post
from dvor.store.columns import Id, Json
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, IdArray, Statement, among
from dvor.store.wall import drawn, posts

_count = bindparam("count", type_=Integer)


def _newest(owner_id: Any) -> Select[Any]:
    """Choose the newest posts of one wall by its owner, below the cursor, through the feed's index alone."""
    before, before_owner, before_id = (
        bindparam(name, type_=Id) for name in ("before", "before_owner_id", "before_post_id")
    )
    return (
        select(posts.c.owner_id, posts.c.id, posts.c.created_at)
        .where(
            posts.c.owner_id == owner_id,
            posts.c.from_id == posts.c.owner_id,
            posts.c.deleted_at.is_(None),
            or_(~posts.c.is_friends_only, among(posts.c.owner_id, "friend_ids")),
            posts.c.created_at >= bindparam("since", type_=Id),
            posts.c.created_at <= before,
            or_(
                posts.c.created_at < before,
                posts.c.owner_id < before_owner,
                (posts.c.owner_id == before_owner) & (posts.c.id < before_id),
            ),
        )
        .order_by(posts.c.created_at.desc(), posts.c.id.desc())
        .limit(_count)
    )


def _feed(engine: EngineName) -> Executable:
    if engine == "postgresql":
        wall = (
            func.unnest(bindparam("owner_ids", type_=IdArray()))
            .table_valued(column("value", BigInteger), name="wall")
            .render_derived()
        )
        newest = _newest(wall.c.value).lateral("newest")
        candidates = select(newest.c.owner_id, newest.c.id, newest.c.created_at).select_from(
            wall.join(newest, literal_column("true"))
        )
    else:
        wall = func.json_each(bindparam("owner_ids", type_=Json(list[int]))).table_valued(
            "value", name="wall"
        )
        newest_ids = _newest(wall.c.value).with_only_columns(posts.c.id).correlate(wall).scalar_subquery()
        candidate = posts.alias("candidate")
        candidates = select(candidate.c.owner_id, candidate.c.id, candidate.c.created_at).select_from(
            wall.join(
                candidate,
                (candidate.c.owner_id == wall.c.value) & candidate.c.id.in_(newest_ids),
            )
        )
    ordered = candidates.subquery("candidates")
    chosen = (
        select(ordered.c.owner_id, ordered.c.id)
        .order_by(ordered.c.created_at.desc(), ordered.c.owner_id.desc(), ordered.c.id.desc())
        .limit(_count)
        .subquery("chosen")
    )
    page = drawn(chosen, chosen.c.owner_id, chosen.c.id)
    return page.order_by(posts.c.created_at.desc(), posts.c.owner_id.desc(), posts.c.id.desc())


_FEED = Statement(_feed, Post)


async def list_news(
    tx: Transaction,
    viewer_id: int,
    owner_ids: list[int],
    friend_ids: list[int],
    *,
    since: int,
    before: tuple[int, int, int],
    count: int,
) -> list[Post]:
    """Return the newest posts by these owners on their own walls, newest first.

    `before` (time, owner, post) is the last post of the page before; `friend_ids` are the owners whose posts for
    friends are shown too.
    """
    return await tx.rows(
        _FEED,
        viewer_id=viewer_id,
        owner_ids=owner_ids,
        friend_ids=friend_ids,
        since=since,
        before=before[0],
        before_owner_id=before[1],
        before_post_id=before[2],
        count=count,
    )
