"""Communities: what they are, and the row that stands for each as an owner."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)

from dvor.model.groups import Group, GroupAccess, NewGroup, Place, WallMode
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, among_texts, insert_all, shapes
from dvor.store.users import insert_owner

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("screen_name", Text),
    Column("kind", Text, nullable=False),
    Column("access", Integer, nullable=False),
    Column("wall_mode", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("place", Json(Place), nullable=False),
    Column("avatar", Json(dict[str, str]), nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("has_messages", Boolean, nullable=False),
    Column("deactivated", Text),
    Column("creator_id", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Index("uq_groups_screen_name", "screen_name", unique=True),
)

group_counters = Table(
    "group_counters",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("members", Integer, nullable=False),
)
"""Apart from the communities, whose rows would otherwise change with every member who comes or goes."""

_group_id = bindparam("group_id", type_=Id)
_columns = {column.name: column for column in groups.c} | {"members": group_counters.c.members}
drawn = select(*(_columns[name] for name in Group.__struct_fields__)).join_from(
    groups, group_counters, group_counters.c.group_id == groups.c.id
)
"""Communities as `Group`."""


def draw_group(*values: Any) -> Group:
    """Make a `Group` of a row of `drawn`."""
    row = dict(zip(Group.__struct_fields__, values, strict=True))
    return Group(**row | {"access": GroupAccess(row["access"]), "wall_mode": WallMode(row["wall_mode"])})


_BY_IDS = Statement(drawn.where(among(groups.c.id, "group_ids")), draw_group)
_BY_ID = Statement(drawn.where(groups.c.id == _group_id), draw_group)
_IDS_BY_NAMES = Statement(
    select(groups.c.screen_name, groups.c.id).where(among_texts(groups.c.screen_name, "screen_names")),
    lambda screen_name, group_id: (screen_name, group_id),
)
_INSERT = Statement(insert_all(groups))
_INSERT_COUNTERS = Statement(insert_all(group_counters))
_STEP_MEMBERS = Statement(
    update(group_counters)
    .where(group_counters.c.group_id == _group_id)
    .values(members=group_counters.c.members + bindparam("change", type_=Integer))
)
_COUNT = Statement(select(func.count()).select_from(groups))

_CHANGEABLE = tuple(NewGroup.__struct_fields__)


@shapes(None, column=_CHANGEABLE)
def _set(column: str) -> Executable:
    return (
        update(groups)
        .where(groups.c.id == _group_id)
        .values({column: bindparam("value", type_=groups.c[column].type)})
    )


async def load_groups(tx: Transaction, group_ids: list[int]) -> dict[int, Group]:
    """Return the existing ones of these communities by id, in one query."""
    if not group_ids:
        return {}
    if len(group_ids) == 1:
        group = await tx.row(_BY_ID, group_id=group_ids[0])
        return {} if group is None else {group.id: group}
    return {group.id: group for group in await tx.rows(_BY_IDS, group_ids=group_ids)}


async def find_group_names(tx: Transaction, screen_names: list[str]) -> dict[str, int]:
    """Return the community ids behind these screen names (lower case)."""
    return dict(await tx.rows(_IDS_BY_NAMES, screen_names=screen_names)) if screen_names else {}


async def insert_group(tx: Transaction, group: NewGroup, creator_id: int, now: int) -> int:
    """Store a community with the rows that belong to every community; return the new id."""
    group_id = await next_number(tx, "groups")
    await tx.run(_INSERT, **group_row(group_id, group, creator_id, now))
    await tx.run(_INSERT_COUNTERS, group_id=group_id, members=0)
    await insert_owner(tx, -group_id)
    return group_id


def group_row(group_id: int, group: NewGroup, creator_id: int, now: int) -> dict[str, Any]:
    """Return the row of `groups` for a new community."""
    row: dict[str, Any] = {name: getattr(group, name) for name in NewGroup.__struct_fields__}
    return row | {"id": group_id, "creator_id": creator_id, "created_at": now}


async def change_group(tx: Transaction, group_id: int, changes: dict[str, Any]) -> None:
    """Set members of `NewGroup` to new values."""
    for column, value in changes.items():
        await tx.run(_set(column=column), group_id=group_id, value=value)


async def step_members(tx: Transaction, group_id: int, change: int) -> None:
    """Raise or lower the count of a community's members."""
    await tx.run(_STEP_MEMBERS, group_id=group_id, change=change)


async def count_groups(tx: Transaction) -> int:
    """Return how many communities there are."""
    count: int = await tx.value(_COUNT)
    return count
