"""Blacklists."""

from sqlalchemy import Column, Index, Integer, Table, bindparam, delete, func, or_, select

from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all

blacklist = Table(
    "blacklist",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("blocked_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    Index("ix_blacklist_blocked_id_owner_id", "blocked_id", "owner_id"),
    sqlite_with_rowid=False,
)

_viewer_id = bindparam("viewer_id", type_=Id)
_BETWEEN = Statement(
    select(blacklist.c.owner_id, blacklist.c.blocked_id).where(
        or_(
            (blacklist.c.owner_id == _viewer_id) & among(blacklist.c.blocked_id, "user_ids"),
            (blacklist.c.blocked_id == _viewer_id) & among(blacklist.c.owner_id, "user_ids"),
        )
    ),
    lambda owner_id, blocked_id: (owner_id, blocked_id),
)
_LIST = Statement(
    select(blacklist.c.blocked_id)
    .where(blacklist.c.owner_id == bindparam("owner_id", type_=Id))
    .order_by(blacklist.c.blocked_id)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    int,
)
_COUNT = Statement(
    select(func.count()).select_from(blacklist).where(blacklist.c.owner_id == bindparam("owner_id", type_=Id))
)
_INSERT = Statement(insert_all(blacklist, ignore_conflict=True))
_DELETE = Statement(
    delete(blacklist).where(
        blacklist.c.owner_id == bindparam("owner_id", type_=Id),
        blacklist.c.blocked_id == bindparam("blocked_id", type_=Id),
    )
)


async def load_blocks(tx: Transaction, viewer_id: int, user_ids: list[int]) -> set[tuple[int, int]]:
    """Return the blacklistings between the viewer and the users, as (owner, blocked)."""
    return set(await tx.rows(_BETWEEN, viewer_id=viewer_id, user_ids=user_ids))


async def list_blocks(tx: Transaction, owner_id: int, offset: int, count: int) -> list[int]:
    """Return a page of whom an owner has on the blacklist."""
    return await tx.rows(_LIST, owner_id=owner_id, offset=offset, count=count)


async def count_blocks(tx: Transaction, owner_id: int) -> int:
    """Return how many an owner has on the blacklist."""
    count: int = await tx.value(_COUNT, owner_id=owner_id)
    return count


async def insert_block(tx: Transaction, owner_id: int, blocked_id: int, now: int) -> None:
    """Put `blocked_id` on the blacklist of `owner_id`."""
    await tx.run(_INSERT, owner_id=owner_id, blocked_id=blocked_id, created_at=now)


async def delete_block(tx: Transaction, owner_id: int, blocked_id: int) -> bool:
    """Take `blocked_id` off the blacklist; say whether it was there."""
    return await tx.run(_DELETE, owner_id=owner_id, blocked_id=blocked_id) > 0
