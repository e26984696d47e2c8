"""The lists into which a person sorts his friends."""

from typing import Any

from sqlalchemy import Column, Table, Text, bindparam, delete, or_, select, update

from dvor.model.friends import FriendList
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all

friend_lists = Table(
    "friend_lists",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)

friend_list_members = Table(
    "friend_list_members",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("friend_id", Id, primary_key=True, autoincrement=False),
    Column("list_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Only friends are on lists: whoever ends a friendship removes both sides' rows."""

_user_id = bindparam("user_id", type_=Id)
_list_id = bindparam("list_id", type_=Id)
_members = friend_list_members.c
_LISTS = Statement(select(friend_lists).where(friend_lists.c.user_id == _user_id), FriendList)
_INSERT = Statement(insert_all(friend_lists))
_RENAME = Statement(
    update(friend_lists)
    .where(friend_lists.c.user_id == _user_id, friend_lists.c.id == _list_id)
    .values(name=bindparam("new_name", type_=Text))
)
_DELETE = Statement(
    delete(friend_lists).where(friend_lists.c.user_id == _user_id, friend_lists.c.id == _list_id)
)
_MEMBERS = Statement(
    select(_members.friend_id)
    .where(_members.user_id == _user_id, _members.list_id == _list_id)
    .order_by(_members.friend_id),
    int,
)
_OF_FRIENDS = Statement(
    select(_members.friend_id, _members.list_id)
    .where(_members.user_id == _user_id, among(_members.friend_id, "friend_ids"))
    .order_by(_members.friend_id, _members.list_id),
    lambda friend_id, list_id: (friend_id, list_id),
)
_INSERT_MEMBER = Statement(insert_all(friend_list_members, ignore_conflict=True))
_DELETE_MEMBERS = Statement(
    delete(friend_list_members).where(
        _members.user_id == _user_id, _members.list_id == _list_id, among(_members.friend_id, "friend_ids")
    )
)
_EMPTY = Statement(
    delete(friend_list_members).where(_members.user_id == _user_id, _members.list_id == _list_id)
)
_one, _other = bindparam("one_id", type_=Id), bindparam("other_id", type_=Id)
_PART = Statement(
    delete(friend_list_members).where(
        or_(
            (_members.user_id == _one) & (_members.friend_id == _other),
            (_members.user_id == _other) & (_members.friend_id == _one),
        )
    )
)


async def load_lists(tx: Transaction, user_id: int) -> list[FriendList]:
    """Return a person's lists, by number."""
    return sorted(await tx.rows(_LISTS, user_id=user_id), key=lambda one: one.id)


async def insert_list(tx: Transaction, user_id: int, list_id: int, name: str) -> None:
    """Store a new list."""
    await tx.run(_INSERT, user_id=user_id, id=list_id, name=name)


async def rename_list(tx: Transaction, user_id: int, list_id: int, name: str) -> None:
    """Give a list another name."""
    await tx.run(_RENAME, user_id=user_id, list_id=list_id, new_name=name)


async def delete_list(tx: Transaction, user_id: int, list_id: int) -> None:
    """Remove a list; who was on it stays a friend."""
    await tx.run(_EMPTY, user_id=user_id, list_id=list_id)
    await tx.run(_DELETE, user_id=user_id, list_id=list_id)


async def load_members(tx: Transaction, user_id: int, list_id: int) -> list[int]:
    """Return who is on a list, by id."""
    return await tx.rows(_MEMBERS, user_id=user_id, list_id=list_id)


async def load_lists_of(tx: Transaction, user_id: int, friend_ids: list[int]) -> list[tuple[int, int]]:
    """Return on which of a person's lists these friends are, as (friend, list)."""
    return await tx.rows(_OF_FRIENDS, user_id=user_id, friend_ids=friend_ids)


async def add_members(tx: Transaction, user_id: int, list_id: int, friend_ids: list[int]) -> None:
    """Put friends on a list."""
    rows: list[dict[str, Any]] = [
        {"user_id": user_id, "friend_id": friend_id, "list_id": list_id} for friend_id in sorted(friend_ids)
    ]
    await tx.run_many(_INSERT_MEMBER, rows)


async def remove_members(tx: Transaction, user_id: int, list_id: int, friend_ids: list[int]) -> None:
    """Take friends off a list."""
    await tx.run(_DELETE_MEMBERS, user_id=user_id, list_id=list_id, friend_ids=friend_ids)


async def leave_lists(tx: Transaction, one_id: int, other_id: int) -> None:
    """Take two people off each other's lists."""
    await tx.run(_PART, one_id=one_id, other_id=other_id)
