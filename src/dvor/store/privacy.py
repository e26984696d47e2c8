"""Blacklists, and how people stand to each other."""

from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
)

from dvor.model.friends import Friendship
from dvor.model.groups import GroupAccess
from dvor.model.privacy import Relation
from dvor.model.users import User
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.friends import friendships
from dvor.store.groups import groups
from dvor.store.statements import Statement, among, insert_all
from dvor.store.users import user_rows, users

blacklist = Table(
    "blacklist",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("blocked_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    Index("ix_blacklist_blocked_id_owner_id", "blocked_id", "owner_id"),
    sqlite_with_rowid=False,
)

OPEN_OWNER = or_(
    (~users.c.is_closed) & users.c.deactivated.is_(None),
    (groups.c.access == literal_column(str(int(GroupAccess.OPEN)))) & groups.c.deactivated.is_(None),
)
"""Says of what `with_owners` has joined that everybody may see what the owner shows."""


Source = TypeVar("Source", Select[Any], FromClause)


def with_owners(source: Source, owner_id: ColumnElement[int]) -> Source:
    """Join the people and communities that own the rows of a table or a selection."""
    return source.outerjoin(users, users.c.id == owner_id).outerjoin(groups, groups.c.id == -owner_id)


_viewer_id = bindparam("viewer_id", type_=Id)
_blocking, _blocked = blacklist.alias("blocking"), blacklist.alias("blocked")
_people = (
    user_rows.add_columns(
        friendships.c.state,
        _blocking.c.owner_id.label("blocking_id"),
        _blocked.c.blocked_id.label("blocked_id"),
    )
    .outerjoin(friendships, and_(friendships.c.user_id == _viewer_id, friendships.c.friend_id == users.c.id))
    .outerjoin(_blocking, and_(_blocking.c.owner_id == users.c.id, _blocking.c.blocked_id == _viewer_id))
    .outerjoin(_blocked, and_(_blocked.c.owner_id == _viewer_id, _blocked.c.blocked_id == users.c.id))
)


def _split(*row: Any) -> tuple[User, tuple[int | None, int | None, int | None]]:
    return User(*row[:-3]), row[-3:]


_PEOPLE = Statement(_people.where(among(users.c.id, "user_ids")).order_by(users.c.id), _split)
_PERSON = Statement(_people.where(users.c.id == bindparam("user_id", type_=Id)), _split)
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


async def load_people(tx: Transaction, viewer_id: int, user_ids: list[int]) -> list[tuple[User, Relation]]:
    """Return the existing ones of these users, and how a viewer stands to each, in one query."""
    if not user_ids:
        return []
    if len(user_ids) == 1:
        found = await tx.rows(_PERSON, viewer_id=viewer_id, user_id=user_ids[0])
    else:
        found = await tx.rows(_PEOPLE, viewer_id=viewer_id, user_ids=user_ids)
    stranger = Relation(viewer_id)
    return [(user, _relation(viewer_id, *facts) if any(facts) else stranger) for user, facts in found]


def _relation(viewer_id: int, state: int | None, blocking_id: int | None, blocked_id: int | None) -> Relation:
    return Relation(viewer_id, Friendship(state or 0), blocking_id is not None, blocked_id is not None)


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
