"""Who is in a community, on the way in, its managers and its blacklist."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
)

from dvor.model.groups import GroupBan, GroupMember, MemberStatus, Role, Standing
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.groups import groups
from dvor.store.statements import Statement, among, shapes, upsert

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("status", Integer, nullable=False),
    Column("role", Integer, nullable=False),
    Column("since", Id, nullable=False),
    Column("inviter_id", Id, nullable=False),
    Index("ix_group_members_user_id_status_group_id", "user_id", "status", "group_id"),
    Index("ix_group_members_group_id_status_since", "group_id", "status", "since", "user_id"),
    Index("ix_group_members_group_id_role", "group_id", "role"),
    sqlite_with_rowid=False,
)

group_bans = Table(
    "group_bans",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("manager_id", Id, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("is_comment_visible", Boolean, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("until", Id, nullable=False),
    Index("ix_group_bans_until", "until", sqlite_where=text("until > 0"), postgresql_where=text("until > 0")),
    sqlite_with_rowid=False,
)

_group_id = bindparam("group_id", type_=Id)
_user_id = bindparam("user_id", type_=Id)
_status = bindparam("status", type_=Integer)
_page = {"count": bindparam("count", type_=Integer), "offset": bindparam("offset", type_=Id)}


def _draw_member(*values: int) -> GroupMember:
    group_id, user_id, status, role, since, inviter_id = values
    return GroupMember(group_id, user_id, MemberStatus(status), Role(role), since, inviter_id)


def _draw_standing(
    group_id: int, status: int | None, role: int | None, is_banned: bool
) -> tuple[int, Standing]:
    return group_id, Standing(MemberStatus(status or 0), Role(role or 0), is_banned)


_STANDINGS = Statement(
    select(
        groups.c.id,
        group_members.c.status,
        group_members.c.role,
        group_bans.c.user_id.is_not(None).label("is_banned"),
    )
    .select_from(groups)
    .outerjoin(
        group_members, and_(group_members.c.group_id == groups.c.id, group_members.c.user_id == _user_id)
    )
    .outerjoin(
        group_bans,
        and_(group_bans.c.group_id == groups.c.id, group_bans.c.user_id == _user_id),
    )
    .where(among(groups.c.id, "group_ids")),
    _draw_standing,
)
_SAVE = Statement(upsert(group_members, ["status", "role", "since", "inviter_id"]))
_DELETE = Statement(
    delete(group_members).where(group_members.c.group_id == _group_id, group_members.c.user_id == _user_id)
)
_AMONG = Statement(
    select(group_members).where(
        group_members.c.group_id == _group_id, among(group_members.c.user_id, "user_ids")
    ),
    _draw_member,
)


def _members(columns: Any, managers_only: bool) -> Select[Any]:
    chosen = select(*columns).where(group_members.c.group_id == _group_id)
    if managers_only:
        return chosen.where(group_members.c.role > 0)
    return chosen.where(group_members.c.status == _status)


@shapes(_draw_member, managers_only=(False, True), is_rising=(False, True))
def _list(managers_only: bool, is_rising: bool) -> Executable:
    columns = (group_members.c.since, group_members.c.user_id)
    order = [column.asc() if is_rising else column.desc() for column in columns]
    listed = _members(group_members.c, managers_only).order_by(*order)
    return listed.limit(_page["count"]).offset(_page["offset"])


@shapes(None, managers_only=(False, True))
def _count(managers_only: bool) -> Executable:
    return _members([func.count()], managers_only)


def _of_user(columns: Any, managed_only: bool) -> Select[Any]:
    chosen = select(*columns).where(group_members.c.user_id == _user_id, group_members.c.status == _status)
    return (
        chosen.where(group_members.c.role >= bindparam("least_role", type_=Integer))
        if managed_only
        else chosen
    )


@shapes(_draw_member, managed_only=(False, True))
def _list_of_user(managed_only: bool) -> Executable:
    listed = _of_user(group_members.c, managed_only).order_by(group_members.c.group_id.desc())
    return listed.limit(_page["count"]).offset(_page["offset"])


@shapes(None, managed_only=(False, True))
def _count_of_user(managed_only: bool) -> Executable:
    return _of_user([func.count()], managed_only)


_IDS_OF_USER = Statement(
    select(group_members.c.group_id).where(
        group_members.c.user_id == _user_id, group_members.c.status == _status
    ),
    int,
)
_SAVE_BAN = Statement(
    upsert(group_bans, ["manager_id", "reason", "comment", "is_comment_visible", "created_at", "until"])
)
_DELETE_BAN = Statement(
    delete(group_bans).where(group_bans.c.group_id == _group_id, group_bans.c.user_id == _user_id)
)
_DELETE_ENDED_BANS = Statement(
    delete(group_bans).where(
        group_bans.c.until > literal_column("0"), group_bans.c.until <= bindparam("now", type_=Id)
    )
)
_of_group = group_bans.c.group_id == _group_id
_BANS = Statement(
    select(group_bans)
    .where(_of_group)
    .order_by(group_bans.c.user_id)
    .limit(_page["count"])
    .offset(_page["offset"]),
    GroupBan,
)
_BAN = Statement(
    select(group_bans).where(group_bans.c.group_id == _group_id, group_bans.c.user_id == _user_id), GroupBan
)
_COUNT_BANS = Statement(select(func.count()).select_from(group_bans).where(_of_group))


async def load_standings(tx: Transaction, user_id: int, group_ids: list[int]) -> dict[int, Standing]:
    """Return how a person stands to each of these communities, in one query."""
    return dict(await tx.rows(_STANDINGS, user_id=user_id, group_ids=group_ids)) if group_ids else {}


async def load_members(tx: Transaction, group_id: int, user_ids: list[int]) -> dict[int, GroupMember]:
    """Return those of these people who have a row in the community, by id."""
    found = await tx.rows(_AMONG, group_id=group_id, user_ids=user_ids) if user_ids else []
    return {member.user_id: member for member in found}


async def list_members(
    tx: Transaction,
    group_id: int,
    offset: int,
    count: int,
    *,
    status: MemberStatus = MemberStatus.MEMBER,
    managers_only: bool = False,
    is_rising: bool = True,
) -> list[GroupMember]:
    """Return a page of those with this status, or of the managers, by the time since when."""
    statement = _list(managers_only=managers_only, is_rising=is_rising)
    return await tx.rows(statement, group_id=group_id, status=int(status), offset=offset, count=count)


async def count_members(
    tx: Transaction,
    group_id: int,
    *,
    status: MemberStatus = MemberStatus.MEMBER,
    managers_only: bool = False,
) -> int:
    """Return how many have this status, or manage the community."""
    count: int = await tx.value(_count(managers_only=managers_only), group_id=group_id, status=int(status))
    return count


async def list_memberships(
    tx: Transaction,
    user_id: int,
    offset: int,
    count: int,
    *,
    status: MemberStatus = MemberStatus.MEMBER,
    least_role: Role = Role.NONE,
) -> list[GroupMember]:
    """Return a page of a person's communities with this status and at least this role, the youngest first."""
    statement = _list_of_user(managed_only=least_role > Role.NONE)
    return await tx.rows(
        statement, user_id=user_id, status=int(status), least_role=int(least_role), offset=offset, count=count
    )


async def count_memberships(
    tx: Transaction,
    user_id: int,
    *,
    status: MemberStatus = MemberStatus.MEMBER,
    least_role: Role = Role.NONE,
) -> int:
    """Return how many communities `list_memberships` would give in all."""
    statement: Statement[Any] = _count_of_user(managed_only=least_role > Role.NONE)
    count: int = await tx.value(statement, user_id=user_id, status=int(status), least_role=int(least_role))
    return count


async def list_group_ids(tx: Transaction, user_id: int) -> list[int]:
    """Return the communities that a person is in."""
    return await tx.rows(_IDS_OF_USER, user_id=user_id, status=int(MemberStatus.MEMBER))


async def save_member(tx: Transaction, member: GroupMember) -> None:
    """Store how a person stands to a community."""
    await tx.run(_SAVE, **{name: getattr(member, name) for name in member.__struct_fields__})


async def delete_member(tx: Transaction, group_id: int, user_id: int) -> bool:
    """Remove a person's row in a community; say whether there was one."""
    return await tx.run(_DELETE, group_id=group_id, user_id=user_id) > 0


async def save_ban(tx: Transaction, ban: GroupBan) -> None:
    """Put a person on a community's blacklist, or change the entry."""
    await tx.run(_SAVE_BAN, **{name: getattr(ban, name) for name in ban.__struct_fields__})


async def delete_ban(tx: Transaction, group_id: int, user_id: int) -> bool:
    """Take a person off a community's blacklist; say whether he was on it."""
    return await tx.run(_DELETE_BAN, group_id=group_id, user_id=user_id) > 0


async def delete_ended_bans(tx: Transaction, now: int) -> int:
    """Take everybody off the blacklists whose time is over; return how many."""
    return await tx.run(_DELETE_ENDED_BANS, now=now)


async def list_bans(tx: Transaction, group_id: int, offset: int, count: int) -> list[GroupBan]:
    """Return a page of a community's blacklist."""
    return await tx.rows(_BANS, group_id=group_id, offset=offset, count=count)


async def find_ban(tx: Transaction, group_id: int, user_id: int) -> GroupBan | None:
    """Return a person's place on a community's blacklist, None if he is not on it."""
    return await tx.row(_BAN, group_id=group_id, user_id=user_id)


async def count_bans(tx: Transaction, group_id: int) -> int:
    """Return how many are on a community's blacklist."""
    count: int = await tx.value(_COUNT_BANS, group_id=group_id)
    return count
