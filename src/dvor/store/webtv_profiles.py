"""What only the server API knows of users, and the list of users by it."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
)

from dvor.model.webtv_profiles import AccessLevel, StoredProfile, UserFilter, WebTVProfile
from dvor.store.accounts import accounts
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all, shapes, upsert
from dvor.store.users import presences, users
from dvor.store.webtv_sessions import webtv_sessions

webtv_profiles = Table(
    "webtv_profiles",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("is_pending", Boolean, nullable=False),
    Column("access_level", Integer, nullable=False),
    Column("profile", Json(WebTVProfile), nullable=False),
)

outside_identities = Table(
    "outside_identities",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Index("ix_outside_identities_user_id", "user_id"),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id_", type_=Id)
_LOAD = Statement(select(webtv_profiles).where(among(webtv_profiles.c.user_id, "user_ids")), StoredProfile)
_SAVE = Statement(upsert(webtv_profiles, ["is_pending", "access_level", "profile"]))
_DELETE = Statement(delete(webtv_profiles).where(webtv_profiles.c.user_id == _user_id))
_FIND_IDENTITY = Statement(
    select(outside_identities.c.user_id).where(
        outside_identities.c.provider == bindparam("provider_", type_=Text),
        outside_identities.c.subject == bindparam("subject_", type_=Text),
    )
)
_INSERT_IDENTITY = Statement(insert_all(outside_identities, ignore_conflict=True))
_DELETE_IDENTITIES = Statement(delete(outside_identities).where(outside_identities.c.user_id == _user_id))

SORTS = ("id", "login", "name", "surname", "reg_timestamp", "last_login")
_COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": users.c.id,
    "login": func.coalesce(accounts.c.user_name, accounts.c.login),
    "name": users.c.first_name,
    "surname": users.c.last_name,
    "reg_timestamp": users.c.created_at,
    "last_login": func.coalesce(presences.c.seen_at, literal_column("0")),
}
_one, _two, _none = (literal_column(text, Integer) for text in ("1", "2", "0"))
_status = case((users.c.deactivated.is_(None), _one), (webtv_profiles.c.is_pending, _two), else_=_none)
_level = case(
    (webtv_profiles.c.access_level >= _none, webtv_profiles.c.access_level),
    (users.c.is_administrator, literal_column(str(int(AccessLevel.ADMINISTRATOR)), Integer)),
    else_=literal_column(str(int(AccessLevel.FREE_SUBSCRIBER)), Integer),
)


def _chosen(chosen: Select[Any], session: str, is_narrow: bool) -> Select[Any]:
    found = chosen.select_from(
        users.outerjoin(accounts, accounts.c.user_id == users.c.id)
        .outerjoin(presences, presences.c.user_id == users.c.id)
        .outerjoin(webtv_profiles, webtv_profiles.c.user_id == users.c.id)
    ).where(
        among(users.c.id, "user_ids") if is_narrow else users.c.id >= bindparam("least_id", type_=Id),
        func.coalesce(users.c.deactivated, literal_column("''", Text)) != literal_column("'deleted'", Text),
        _status.between(bindparam("least_status", type_=Integer), bindparam("most_status", type_=Integer)),
        _level.between(bindparam("least_level", type_=Integer), bindparam("most_level", type_=Integer)),
    )
    if session == "any":
        return found
    active = (
        select(webtv_sessions.c.user_id)
        .where(
            webtv_sessions.c.user_id == users.c.id,
            webtv_sessions.c.key_id == bindparam("key_id_", type_=Text),
            webtv_sessions.c.used_at > bindparam("since", type_=Id),
        )
        .correlate(users)
        .exists()
    )
    return found.where(active if session == "active" else ~active)


SESSIONS = ("any", "active", "inactive")


@shapes(int, session=SESSIONS, is_narrow=(False, True), sort=SORTS, is_rising=(False, True))
def _page(session: str, is_narrow: bool, sort: str, is_rising: bool) -> Executable:
    order = [_COLUMNS[sort], users.c.id] if sort != "id" else [users.c.id]
    page = _chosen(select(users.c.id), session, is_narrow)
    page = page.order_by(*(column if is_rising else column.desc() for column in order))
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, session=SESSIONS, is_narrow=(False, True))
def _count(session: str, is_narrow: bool) -> Executable:
    return _chosen(select(func.count()), session, is_narrow)


async def load_profiles(tx: Transaction, user_ids: list[int]) -> dict[int, StoredProfile]:
    """Return what the server API knows of these users, of those of whom it knows anything, by id."""
    return {one.user_id: one for one in await tx.rows(_LOAD, user_ids=user_ids)} if user_ids else {}


async def save_profile(tx: Transaction, stored: StoredProfile) -> None:
    """Store what the server API knows of a user."""
    await tx.run(_SAVE, **{name: getattr(stored, name) for name in stored.__struct_fields__})


async def delete_profile(tx: Transaction, user_id: int) -> None:
    """Forget what the server API knows of a user, and who he is elsewhere."""
    await tx.run(_DELETE_IDENTITIES, user_id_=user_id)
    await tx.run(_DELETE, user_id_=user_id)


async def find_identity(tx: Transaction, provider: str, subject: str) -> int:
    """Return the user whom a provider calls so; 0 if there is none."""
    return await tx.value(_FIND_IDENTITY, provider_=provider, subject_=subject) or 0


async def insert_identity(tx: Transaction, provider: str, subject: str, user_id: int) -> bool:
    """Note whom a provider calls so; False if that is another."""
    return await tx.run(_INSERT_IDENTITY, provider=provider, subject=subject, user_id=user_id) > 0


async def list_user_ids(
    tx: Transaction, wanted: UserFilter, *, key_id: str, since: int, offset: int, count: int
) -> tuple[int, list[int]]:
    """Return how many users fit a filter, and the ids of a page of them; a session is good since a Unix time."""
    narrow = wanted.user_ids
    values: dict[str, Any] = {
        "user_ids": narrow,
        "least_id": 1,
        "least_status": wanted.least_status,
        "most_status": wanted.most_status,
        "least_level": wanted.least_level,
        "most_level": wanted.most_level,
        "key_id_": key_id,
        "since": since,
    }
    shape = {"session": wanted.session, "is_narrow": narrow is not None}
    total: int = await tx.value(_count(**shape), **values)
    statement = _page(**shape, sort=wanted.sort, is_rising=wanted.is_rising)
    return total, await tx.rows(statement, **values, offset=offset, count=count)
