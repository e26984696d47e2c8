"""User groups, which other servers sort users into; they are not communities."""

from sqlalchemy import (
    Column,
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

from dvor.model.user_groups import UserGroup, UserGroupCount
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, insert_all
from dvor.store.users import users

user_groups = Table(
    "user_groups",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Index("uq_user_groups_title", "title", unique=True),
)

user_group_members = Table(
    "user_group_members",
    metadata,
    Column("user_group_id", Id, ForeignKey("user_groups.id"), primary_key=True, autoincrement=False),
    Column("user_id", Id, ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    Index("ix_user_group_members_user_id", "user_id"),
    sqlite_with_rowid=False,
)

_id = bindparam("user_group_id_", type_=Id)
_user_id = bindparam("user_id_", type_=Id)
_BY_IDS = Statement(select(user_groups).where(among(user_groups.c.id, "user_group_ids")), UserGroup)
_BY_TITLE = Statement(
    select(user_groups).where(user_groups.c.title == bindparam("wanted", type_=Text)), UserGroup
)
_members = (
    select(func.count(user_group_members.c.user_id))
    .where(user_group_members.c.user_group_id == user_groups.c.id)
    .scalar_subquery()
    .label("members")
)
_PAGE = Statement(
    select(user_groups.c.id, user_groups.c.title, user_groups.c.created_at, _members)
    .where(user_groups.c.id >= bindparam("least", type_=Id))
    .order_by(user_groups.c.id)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    UserGroupCount,
)
_COUNT = Statement(
    select(func.count()).select_from(user_groups).where(user_groups.c.id >= bindparam("least", type_=Id))
)
_INSERT = Statement(insert_all(user_groups, ignore_conflict=True))
_SET_TITLE = Statement(
    update(user_groups).where(user_groups.c.id == _id).values(title=bindparam("new_title", type_=Text))
)
_DELETE = Statement(delete(user_groups).where(user_groups.c.id == _id))
_EMPTY = Statement(delete(user_group_members).where(user_group_members.c.user_group_id == _id))
_OF_USERS = Statement(
    select(user_group_members.c.user_id, user_groups)
    .join(user_groups, user_groups.c.id == user_group_members.c.user_group_id)
    .where(among(user_group_members.c.user_id, "user_ids"))
    .order_by(user_groups.c.id),
    lambda user_id, *group: (user_id, UserGroup(*group)),
)
_MEMBER_IDS = Statement(
    select(user_group_members.c.user_id).where(user_group_members.c.user_group_id == _id), int
)
_ADD = Statement(insert_all(user_group_members, ignore_conflict=True))
_REMOVE = Statement(
    delete(user_group_members).where(
        user_group_members.c.user_group_id == _id, user_group_members.c.user_id == _user_id
    )
)
_LEAVE = Statement(delete(user_group_members).where(user_group_members.c.user_id == _user_id))


async def load_user_groups(tx: Transaction, ids: list[int]) -> dict[int, UserGroup]:
    """Return the existing ones of these groups by id."""
    return {group.id: group for group in await tx.rows(_BY_IDS, user_group_ids=ids)} if ids else {}


async def find_user_group(tx: Transaction, title: str) -> UserGroup | None:
    """Return the group of a title."""
    return await tx.row(_BY_TITLE, wanted=title)


async def list_user_groups(tx: Transaction, *, offset: int, count: int) -> tuple[int, list[UserGroupCount]]:
    """Return how many groups there are, and a page of them with how many users each has, oldest first."""
    total: int = await tx.value(_COUNT, least=1)
    return total, await tx.rows(_PAGE, least=1, offset=offset, count=count)


async def insert_user_group(tx: Transaction, title: str, now: int) -> int:
    """Store a group and return its id; 0 if another has the title."""
    group_id = await next_number(tx, "user_groups")
    return group_id if await tx.run(_INSERT, id=group_id, title=title, created_at=now) else 0


async def set_user_group_title(tx: Transaction, group_id: int, title: str) -> None:
    """Give a group another title, which no other has."""
    await tx.run(_SET_TITLE, user_group_id_=group_id, new_title=title)


async def delete_user_group(tx: Transaction, group_id: int) -> bool:
    """Delete a group; say whether there was one."""
    await tx.run(_EMPTY, user_group_id_=group_id)
    return await tx.run(_DELETE, user_group_id_=group_id) > 0


async def load_groups_of_users(tx: Transaction, user_ids: list[int]) -> dict[int, list[UserGroup]]:
    """Return the groups that each of these users is in, by user id, in one query."""
    found: dict[int, list[UserGroup]] = {}
    for user_id, group in await tx.rows(_OF_USERS, user_ids=user_ids) if user_ids else []:
        found.setdefault(user_id, []).append(group)
    return found


async def list_member_ids(tx: Transaction, group_id: int) -> list[int]:
    """Return the ids of the users of a group."""
    return await tx.rows(_MEMBER_IDS, user_group_id_=group_id)


async def add_to_user_groups(tx: Transaction, user_id: int, group_ids: list[int]) -> None:
    """Put a user into groups that he may be in already."""
    await tx.run_many(_ADD, [{"user_group_id": one, "user_id": user_id} for one in sorted(group_ids)])


async def remove_from_user_group(tx: Transaction, user_id: int, group_id: int) -> bool:
    """Take a user out of a group; say whether he was in it."""
    return await tx.run(_REMOVE, user_group_id_=group_id, user_id_=user_id) > 0


async def leave_user_groups(tx: Transaction, user_id: int) -> None:
    """Take a user out of all groups."""
    await tx.run(_LEAVE, user_id_=user_id)
