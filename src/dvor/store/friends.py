"""Friendships and requests, stored once for each side."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)

from dvor.model.friends import Friend, FriendOrder, Friendship
from dvor.model.users import ONLINE_SECONDS
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, shapes, upsert
from dvor.store.users import presences, users

friendships = Table(
    "friendships",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("friend_id", Id, primary_key=True, autoincrement=False),
    Column("state", Integer, nullable=False),
    Column("is_seen", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Index("ix_friendships_user_id_state_friend_id", "user_id", "state", "friend_id"),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_state = bindparam("state", type_=Integer)
_AMONG = Statement(
    select(friendships.c.friend_id, friendships.c.state).where(
        friendships.c.user_id == _user_id, among(friendships.c.friend_id, "friend_ids")
    ),
    lambda friend_id, state: (friend_id, Friendship(state)),
)
_ONE = Statement(
    select(friendships).where(
        friendships.c.user_id == _user_id, friendships.c.friend_id == bindparam("friend_id", type_=Id)
    ),
    Friend,
)
_SAVE = Statement(upsert(friendships, ["state", "is_seen", "text", "created_at"]))
_DELETE = Statement(
    delete(friendships).where(
        friendships.c.user_id == _user_id, friendships.c.friend_id == bindparam("friend_id", type_=Id)
    )
)
_COUNT = Statement(
    select(func.count())
    .select_from(friendships)
    .where(friendships.c.user_id == _user_id, friendships.c.state == _state)
)
_COUNT_UNSEEN = Statement(
    select(func.count())
    .select_from(friendships)
    .where(
        friendships.c.user_id == _user_id,
        friendships.c.state == int(Friendship.FOLLOWED),
        ~friendships.c.is_seen,
    )
)
_COUNT_ONLINE = Statement(
    select(func.count())
    .select_from(friendships.join(presences, presences.c.user_id == friendships.c.friend_id))
    .where(
        friendships.c.user_id == _user_id,
        friendships.c.state == int(Friendship.FRIENDS),
        presences.c.seen_at > bindparam("since", type_=Id),
        ~presences.c.is_offline,
    )
)
_mine, _theirs = friendships.alias("mine"), friendships.alias("theirs")
_MUTUAL = Statement(
    select(_theirs.c.user_id, _theirs.c.friend_id)
    .join(_mine, (_mine.c.user_id == _user_id) & (_mine.c.friend_id == _theirs.c.friend_id))
    .where(
        among(_theirs.c.user_id, "user_ids"),
        _theirs.c.state == int(Friendship.FRIENDS),
        _mine.c.state == int(Friendship.FRIENDS),
    )
    .order_by(_theirs.c.user_id, _theirs.c.friend_id),
    lambda user_id, friend_id: (user_id, friend_id),
)
_MARK_SEEN = Statement(
    update(friendships)
    .where(friendships.c.user_id == _user_id, among(friendships.c.friend_id, "friend_ids"))
    .values(is_seen=True)
)


_MARK_ALL_SEEN = Statement(
    update(friendships)
    .where(
        friendships.c.user_id == _user_id,
        friendships.c.state == int(Friendship.FOLLOWED),
        ~friendships.c.is_seen,
    )
    .values(is_seen=True)
)
_RECENT = Statement(
    select(friendships.c.friend_id)
    .where(friendships.c.user_id == _user_id, friendships.c.state == int(Friendship.FRIENDS))
    .order_by(friendships.c.created_at.desc(), friendships.c.friend_id)
    .limit(bindparam("count", type_=Integer)),
    int,
)


def _suggested() -> Executable:
    known = friendships.alias("known")
    circle = (
        select(_mine.c.friend_id)
        .where(_mine.c.user_id == _user_id, _mine.c.state == int(Friendship.FRIENDS))
        .order_by(_mine.c.friend_id)
        .limit(bindparam("circle", type_=Integer))
        .subquery("circle")
    )
    return (
        select(_theirs.c.friend_id, func.count())
        .select_from(circle)
        .join(_theirs, _theirs.c.user_id == circle.c.friend_id)
        .outerjoin(known, (known.c.user_id == _user_id) & (known.c.friend_id == _theirs.c.friend_id))
        .where(
            _theirs.c.state == int(Friendship.FRIENDS),
            _theirs.c.friend_id != _user_id,
            known.c.friend_id.is_(None),
        )
        .group_by(_theirs.c.friend_id)
        .order_by(func.count().desc(), _theirs.c.friend_id)
        .limit(bindparam("count", type_=Integer))
    )


_SUGGESTED = Statement(_suggested(), lambda friend_id, common: (friend_id, common))


@shapes(lambda friend_id: friend_id, order=("hints", "name", "id"))
def _page(order: FriendOrder) -> Executable:
    page = select(friendships.c.friend_id).where(
        friendships.c.user_id == _user_id, friendships.c.state == _state
    )
    if order == "name":
        page = page.join(users, users.c.id == friendships.c.friend_id)
        page = page.order_by(users.c.first_name, users.c.last_name, friendships.c.friend_id)
    elif order == "hints":
        page = page.order_by(friendships.c.created_at, friendships.c.friend_id)
    else:
        page = page.order_by(friendships.c.friend_id)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(Friend, is_seen=(False, True))
def _requests(is_seen: bool) -> Executable:
    page = select(friendships).where(friendships.c.user_id == _user_id, friendships.c.state == _state)
    if not is_seen:
        page = page.where(~friendships.c.is_seen)
    page = page.order_by(friendships.c.created_at.desc(), friendships.c.friend_id)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


async def load_friendships(tx: Transaction, user_id: int, friend_ids: list[int]) -> dict[int, Friendship]:
    """Return how `user_id` stands to each of `friend_ids`; a missing one means not at all."""
    return dict(await tx.rows(_AMONG, user_id=user_id, friend_ids=friend_ids))


async def load_friend(tx: Transaction, user_id: int, friend_id: int) -> Friend | None:
    """Return one side's row."""
    return await tx.row(_ONE, user_id=user_id, friend_id=friend_id)


async def list_friend_ids(
    tx: Transaction, user_id: int, state: Friendship, order: FriendOrder, offset: int, count: int
) -> list[int]:
    """Return a page of the users to whom `user_id` stands in `state`."""
    statement = _page(order=order)
    return await tx.rows(statement, user_id=user_id, state=int(state), offset=offset, count=count)


async def list_requests(
    tx: Transaction, user_id: int, state: Friendship, offset: int, count: int, *, with_seen: bool
) -> list[Friend]:
    """Return a page of requests, newest first; with or without those already looked at."""
    statement = _requests(is_seen=with_seen)
    return await tx.rows(statement, user_id=user_id, state=int(state), offset=offset, count=count)


async def count_friends(tx: Transaction, user_id: int, state: Friendship) -> int:
    """Return to how many users `user_id` stands in `state`."""
    count: int = await tx.value(_COUNT, user_id=user_id, state=int(state))
    return count


async def count_unseen_requests(tx: Transaction, user_id: int) -> int:
    """Return how many requests wait for the user's answer."""
    count: int = await tx.value(_COUNT_UNSEEN, user_id=user_id)
    return count


async def count_online_friends(tx: Transaction, user_id: int, now: int) -> int:
    """Return how many friends are present at the Unix time `now`."""
    count: int = await tx.value(_COUNT_ONLINE, user_id=user_id, since=now - ONLINE_SECONDS)
    return count


async def list_mutual(tx: Transaction, user_id: int, user_ids: list[int]) -> list[tuple[int, int]]:
    """Return the friends that `user_id` has in common with each of `user_ids`, as (one of these, friend)."""
    return await tx.rows(_MUTUAL, user_id=user_id, user_ids=user_ids)


def friend_row(
    user_id: int, friend_id: int, state: Friendship, now: int, *, is_seen: bool = True, text: str = ""
) -> dict[str, Any]:
    """Return one side's row of a friendship."""
    return {
        "user_id": user_id,
        "friend_id": friend_id,
        "state": int(state),
        "is_seen": is_seen,
        "text": text,
        "created_at": now,
    }


async def save_friends(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Store sides made with `friend_row`."""
    await tx.run_many(_SAVE, rows)


async def delete_friends(tx: Transaction, one_id: int, other_id: int) -> None:
    """Remove both sides."""
    for user_id, friend_id in sorted([(one_id, other_id), (other_id, one_id)]):
        await tx.run(_DELETE, user_id=user_id, friend_id=friend_id)


async def mark_requests_seen(tx: Transaction, user_id: int, friend_ids: list[int]) -> None:
    """Note that the user has looked at these requests."""
    await tx.run(_MARK_SEEN, user_id=user_id, friend_ids=friend_ids)


async def mark_all_requests_seen(tx: Transaction, user_id: int) -> None:
    """Note that the user has looked at all requests."""
    await tx.run(_MARK_ALL_SEEN, user_id=user_id)


async def list_recent(tx: Transaction, user_id: int, count: int) -> list[int]:
    """Return a user's latest friends, the last one first."""
    return await tx.rows(_RECENT, user_id=user_id, count=count)


async def list_suggested(tx: Transaction, user_id: int, circle: int, count: int) -> list[tuple[int, int]]:
    """Return strangers with whom a user has most friends in common, and how many; of `circle` friends of his."""
    return await tx.rows(_SUGGESTED, user_id=user_id, circle=circle, count=count)
