"""Users, their last visit, and the row that stands for an owner when it has to be locked."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)

from dvor.model.users import Details, NewUser, PersonalData, User
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, among_texts, insert_all, upsert

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("nickname", Text, nullable=False),
    Column("maiden_name", Text, nullable=False),
    Column("screen_name", Text),
    Column("sex", Integer, nullable=False),
    Column("birth_date", Text),
    Column("birth_date_visibility", Integer, nullable=False),
    Column("home_town", Text, nullable=False),
    Column("city_id", Id, nullable=False),
    Column("city", Text, nullable=False),
    Column("country_id", Id, nullable=False),
    Column("country", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("relation", Integer, nullable=False),
    Column("is_closed", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("is_administrator", Boolean, nullable=False),
    Column("deactivated", Text),
    Column("wall_access", Integer, nullable=False),
    Column("message_access", Integer, nullable=False),
    Column("avatar", Json(dict[str, str]), nullable=False),
    Column("details", Json(Details), nullable=False),
    Column("created_at", Id, nullable=False),
    Index("uq_users_screen_name", "screen_name", unique=True),
)

presences = Table(
    "presences",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("seen_at", Id, nullable=False),
    Column("platform", Integer, nullable=False),
    Column("is_offline", Boolean, nullable=False),
)
"""Apart from the users, because it changes with every visit."""

owners = Table(
    "owners",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("last_wall_number", Id, nullable=False),
    Column("last_photo_number", Id, nullable=False),
    Column("file_bytes", Id, nullable=False),
    Column("pinned_post_id", Id, nullable=False, server_default="0"),
)
"""One row for each user (above zero) and community (below zero): what is counted and locked by owner."""

user_rows = select(users, presences.c.seen_at, presences.c.platform, presences.c.is_offline).select_from(
    users.outerjoin(presences, presences.c.user_id == users.c.id)
)
"""What a `User` is made of."""
_BY_IDS = Statement(user_rows.where(among(users.c.id, "user_ids")).order_by(users.c.id), User)
_BY_ID = Statement(user_rows.where(users.c.id == bindparam("user_id", type_=Id)), User)
_IDS_BY_NAMES = Statement(
    select(users.c.screen_name, users.c.id).where(among_texts(users.c.screen_name, "screen_names")),
    lambda screen_name, user_id: (screen_name, user_id),
)
_INSERT = Statement(insert_all(users))
_INSERT_OWNER = Statement(insert_all(owners))
_SET_PRESENCE = Statement(upsert(presences, ["seen_at", "platform", "is_offline"]))
_SET_DEACTIVATED = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id", type_=Id))
    .values(deactivated=bindparam("state", type_=Text))
)
_SET_ADMINISTRATOR = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id", type_=Id))
    .values(is_administrator=bindparam("value", type_=Boolean))
)
_SAVE_PERSONAL = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id", type_=Id))
    .values(
        {name: bindparam(f"new_{name}", type_=users.c[name].type) for name in PersonalData.__struct_fields__}
    )
)
_SET_AVATAR = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id", type_=Id))
    .values(avatar=bindparam("value", type_=users.c.avatar.type))
)
_LOCK_OWNERS = Statement(
    select(owners.c.id).where(among(owners.c.id, "owner_ids")).order_by(owners.c.id).with_for_update()
)
_COUNT = Statement(select(func.count()).select_from(users))


async def load_users(tx: Transaction, user_ids: list[int]) -> dict[int, User]:
    """Return the existing ones of these users by id, in one query."""
    if not user_ids:
        return {}
    if len(user_ids) == 1:
        user = await tx.row(_BY_ID, user_id=user_ids[0])
        return {} if user is None else {user.id: user}
    return {user.id: user for user in await tx.rows(_BY_IDS, user_ids=user_ids)}


async def find_screen_names(tx: Transaction, screen_names: list[str]) -> dict[str, int]:
    """Return the user ids behind these screen names (lower case)."""
    return dict(await tx.rows(_IDS_BY_NAMES, screen_names=screen_names)) if screen_names else {}


async def insert_user(tx: Transaction, user: NewUser, now: int) -> int:
    """Store a user with the rows that belong to every user; return the new id."""
    user_id = await next_number(tx, "users")
    await tx.run(_INSERT, **user_row(user_id, user, now))
    await insert_owner(tx, user_id)
    return user_id


async def insert_owner(tx: Transaction, owner_id: int) -> None:
    """Store the row that stands for a new user or community."""
    await tx.run(_INSERT_OWNER, **owner_row(owner_id))


def user_row(user_id: int, user: NewUser, now: int) -> dict[str, Any]:
    """Return the row of `users` for a new user."""
    row: dict[str, Any] = {name: getattr(user, name) for name in user.__struct_fields__}
    return row | {"id": user_id, "created_at": now}


def owner_row(owner_id: int, *, wall: int = 0, photos: int = 0) -> dict[str, Any]:
    """Return the row of `owners` for a new owner, or for one loaded with that many posts and photos."""
    numbers = {"last_wall_number": wall, "last_photo_number": photos}
    return {"id": owner_id, **numbers, "file_bytes": 0, "pinned_post_id": 0}


async def save_presences(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Store last visits: user_id, seen_at, platform, is_offline."""
    await tx.run_many(_SET_PRESENCE, rows)


async def set_deactivated(tx: Transaction, user_id: int, state: str | None) -> bool:
    """Mark a user as deleted, banned or (None) neither; say whether there is such a user."""
    return await tx.run(_SET_DEACTIVATED, user_id=user_id, state=state) > 0


async def set_administrator(tx: Transaction, user_id: int, *, is_administrator: bool) -> bool:
    """Make a user an administrator, or one no more; say whether there is such a user."""
    return await tx.run(_SET_ADMINISTRATOR, user_id=user_id, value=is_administrator) > 0


async def save_personal_data(tx: Transaction, user_id: int, data: PersonalData) -> bool:
    """Store what a person tells about himself; say whether there is such a user."""
    values = {f"new_{name}": getattr(data, name) for name in data.__struct_fields__}
    return await tx.run(_SAVE_PERSONAL, user_id=user_id, **values) > 0


async def set_avatar(tx: Transaction, user_id: int, avatar: dict[str, str]) -> None:
    """Store the kept files of a user's picture by size."""
    await tx.run(_SET_AVATAR, user_id=user_id, value=avatar)


async def lock_owners(tx: Transaction, owner_ids: list[int]) -> None:
    """Lock the owners' rows, in id order, until the end of the transaction."""
    await tx.lock(_LOCK_OWNERS, owner_ids=owner_ids)


async def count_users(tx: Transaction) -> int:
    """Return how many users there are."""
    count: int = await tx.value(_COUNT)
    return count
