"""Likes, and the counters of whatever can be liked."""

from typing import Literal

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from dvor.model.likes import ItemCounters, LikeKind
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Builder, EngineName, Statement, insert_all, inserting, pairs, shapes

likes = Table(
    "likes",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    Index("ix_likes_user_id_created_at", "user_id", "created_at"),
    sqlite_with_rowid=False,
)

item_counters = Table(
    "item_counters",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("likes", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
    Column("reposts", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Apart from the posts and photos, whose rows would otherwise change with every like."""

_item = (
    likes.c.owner_id == bindparam("owner_id", type_=Id),
    likes.c.kind == bindparam("kind", type_=Text),
    likes.c.item_id == bindparam("item_id", type_=Id),
)
_counted = (
    item_counters.c.owner_id == bindparam("owner_id", type_=Id),
    item_counters.c.kind == bindparam("kind", type_=Text),
    item_counters.c.item_id == bindparam("item_id", type_=Id),
)
_INSERT = Statement(insert_all(likes, ignore_conflict=True))
_DELETE = Statement(delete(likes).where(*_item, likes.c.user_id == bindparam("user_id", type_=Id)))
_EXISTS = Statement(select(likes.c.user_id).where(*_item, likes.c.user_id == bindparam("user_id", type_=Id)))
_COUNT = Statement(select(item_counters.c.likes).where(*_counted))


@shapes(None, column=("comments", "reposts"))
def _step_counter(column: str) -> Builder:
    def build(engine: EngineName) -> Executable:
        zero, change = bindparam("zero", type_=Integer), bindparam("change", type_=Integer)
        first = inserting(item_counters, engine).values(
            owner_id=bindparam("owner_id", type_=Id),
            kind=bindparam("kind", type_=Text),
            item_id=bindparam("item_id", type_=Id),
            **{"likes": zero, "comments": zero, "reposts": zero} | {column: change},
        )
        return first.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=list(item_counters.primary_key.columns),
            set_={column: item_counters.c[column] + first.excluded[column]},
        )

    return build


def _counters_by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    kind = bindparam("kind", type_=Text)
    counters = (
        (item_counters.c.owner_id == wanted.c.owner_id)
        & (item_counters.c.kind == kind)
        & (item_counters.c.item_id == wanted.c.item_id)
    )
    mine = (
        (likes.c.owner_id == wanted.c.owner_id)
        & (likes.c.kind == kind)
        & (likes.c.item_id == wanted.c.item_id)
        & (likes.c.user_id == bindparam("viewer_id", type_=Id))
    )
    return (
        select(
            wanted.c.owner_id,
            wanted.c.item_id,
            item_counters.c.likes,
            item_counters.c.comments,
            item_counters.c.reposts,
            type_coerce(likes.c.user_id.is_not(None), Boolean).label("is_liked"),
        )
        .select_from(wanted.join(item_counters, counters))
        .outerjoin(likes, mine)
    )


_COUNTERS = Statement(_counters_by_keys, ItemCounters)
_FANS = Statement(
    select(likes.c.user_id)
    .where(*_item)
    .order_by(likes.c.created_at.desc(), likes.c.user_id)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    int,
)


def _step(change: int) -> Statement[int]:
    def build(engine: EngineName) -> Executable:
        if change < 0:
            lowered = update(item_counters).where(*_counted).values(likes=item_counters.c.likes + change)
            return lowered.returning(item_counters.c.likes)
        first = inserting(item_counters, engine).values(
            owner_id=bindparam("owner_id", type_=Id),
            kind=bindparam("kind", type_=Text),
            item_id=bindparam("item_id", type_=Id),
            likes=bindparam("first_likes", type_=Integer),
            comments=bindparam("zero", type_=Integer),
            reposts=bindparam("zero", type_=Integer),
        )
        raised = first.on_conflict_do_update(
            index_elements=list(item_counters.primary_key.columns),
            set_={"likes": item_counters.c.likes + first.excluded.likes},
        )
        return raised.returning(item_counters.c.likes)  # type: ignore[no-any-return]

    return Statement(build)


_RAISE = _step(1)
_LOWER = _step(-1)
_TOTAL = Statement(select(func.count()).select_from(likes).where(*_item))


async def step_counter(
    tx: Transaction,
    column: Literal["comments", "reposts"],
    owner_id: int,
    kind: str,
    item_id: int,
    change: int,
) -> None:
    """Raise or lower how often an item is commented on or reposted."""
    key = {"owner_id": owner_id, "kind": kind, "item_id": item_id}
    await tx.run(_step_counter(column=column), **key, zero=0, change=change)


async def load_counters(
    tx: Transaction, kind: LikeKind, keys: list[tuple[int, int]], viewer_id: int
) -> dict[tuple[int, int], ItemCounters]:
    """Return the counters of these objects by (owner, number), as far as there are any, in one query."""
    found = await tx.rows(_COUNTERS, kind=kind, keys=keys, viewer_id=viewer_id) if keys else []
    return {(one.owner_id, one.item_id): one for one in found}


async def list_fans(
    tx: Transaction, kind: LikeKind, owner_id: int, item_id: int, offset: int, count: int
) -> list[int]:
    """Return a page of who likes an item, the latest first."""
    key = {"owner_id": owner_id, "kind": kind, "item_id": item_id}
    return await tx.rows(_FANS, **key, offset=offset, count=count)


async def insert_like(
    tx: Transaction, kind: LikeKind, owner_id: int, item_id: int, user_id: int, now: int
) -> int:
    """Store a like, once; return how many the item has now."""
    fresh = await tx.run(
        _INSERT, owner_id=owner_id, kind=kind, item_id=item_id, user_id=user_id, created_at=now
    )
    if not fresh:
        return await count_likes(tx, kind, owner_id, item_id)
    count: int = await tx.value(_RAISE, owner_id=owner_id, kind=kind, item_id=item_id, first_likes=1, zero=0)
    return count


async def delete_like(tx: Transaction, kind: LikeKind, owner_id: int, item_id: int, user_id: int) -> int:
    """Remove a like if there is one; return how many the item has now."""
    if not await tx.run(_DELETE, owner_id=owner_id, kind=kind, item_id=item_id, user_id=user_id):
        return await count_likes(tx, kind, owner_id, item_id)
    count: int = await tx.value(_LOWER, owner_id=owner_id, kind=kind, item_id=item_id)
    return count


async def has_like(tx: Transaction, kind: LikeKind, owner_id: int, item_id: int, user_id: int) -> bool:
    """Say whether the user likes the item."""
    found = await tx.value(_EXISTS, owner_id=owner_id, kind=kind, item_id=item_id, user_id=user_id)
    return found is not None


async def count_likes(tx: Transaction, kind: LikeKind, owner_id: int, item_id: int) -> int:
    """Return how many likes an item has, from its counter."""
    count: int | None = await tx.value(_COUNT, owner_id=owner_id, kind=kind, item_id=item_id)
    return count or 0
