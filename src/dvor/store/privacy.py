"""Blacklists, and how people stand to each other."""

from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    Index,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    union_all,
)

from dvor.model.friends import Friendship
from dvor.model.privacy import Relation
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.friends import friendships
from dvor.store.statements import Statement, among, insert_all, shapes

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
_BLOCKS_VIEWER, _BLOCKED_BY_VIEWER = -1, -2


@shapes(lambda user_id, fact: (user_id, fact), is_single=(False, True))
def _facts(is_single: bool) -> Executable:
    """Choose all that stands between the viewer and others: friendships by their numbers, blacklistings by ours."""

    def other(column: Any) -> Any:
        return column == bindparam("user_id", type_=Id) if is_single else among(column, "user_ids")

    def fact(number: int) -> Any:
        return literal_column(str(number), Integer)

    mine, blocks = friendships.c, blacklist.c
    return union_all(
        select(mine.friend_id, mine.state).where(mine.user_id == _viewer_id, other(mine.friend_id)),
        select(blocks.owner_id, fact(_BLOCKS_VIEWER)).where(
            blocks.blocked_id == _viewer_id, other(blocks.owner_id)
        ),
        select(blocks.blocked_id, fact(_BLOCKED_BY_VIEWER)).where(
            blocks.owner_id == _viewer_id, other(blocks.blocked_id)
        ),
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


async def load_relations(tx: Transaction, viewer_id: int, user_ids: list[int]) -> dict[int, Relation]:
    """Return how a viewer stands to each of these users, in one query."""
    facts: dict[int, list[int]] = {}
    is_single = len(user_ids) == 1
    asked = {"user_id": user_ids[0]} if is_single else {"user_ids": user_ids}
    for user_id, fact in await tx.rows(_facts(is_single=is_single), viewer_id=viewer_id, **asked):
        facts.setdefault(user_id, []).append(fact)
    nothing = Relation(viewer_id)
    relations = dict.fromkeys(user_ids, nothing)
    for user_id, found in facts.items():
        relations[user_id] = Relation(
            viewer_id,
            Friendship(max(*found, 0)),
            _BLOCKS_VIEWER in found,
            _BLOCKED_BY_VIEWER in found,
        )
    return relations


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
