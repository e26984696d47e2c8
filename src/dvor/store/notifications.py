"""Notifications, and until when each person has looked at his."""

from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)

from dvor.model.notifications import Notification, NotificationKind
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among_texts, insert_all, upsert

notifications = Table(
    "notifications",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("from_id", Id, primary_key=True, autoincrement=False),
    Column("made_owner_id", Id, primary_key=True, autoincrement=False),
    Column("made_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    Index("ix_notifications_created_at", "user_id", "created_at"),
    sqlite_with_rowid=False,
)
"""The key says what happened, so that the same thing is not told twice."""

notification_views = Table(
    "notification_views",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("viewed_at", Id, nullable=False),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_columns = notifications.c
_INSERT = Statement(insert_all(notifications, ignore_conflict=True))
_DELETE = Statement(
    delete(notifications).where(
        _columns.user_id == _user_id,
        _columns.kind == bindparam("kind", type_=Text),
        *(
            _columns[name] == bindparam(name, type_=Id)
            for name in ("owner_id", "item_id", "from_id", "made_owner_id", "made_id")
        ),
    )
)
_chosen = (
    _columns.user_id == _user_id,
    _columns.created_at >= bindparam("since", type_=Id),
    _columns.created_at <= bindparam("until", type_=Id),
    among_texts(_columns.kind, "kinds"),
)
_PAGE = Statement(
    select(notifications)
    .where(*_chosen)
    .order_by(_columns.created_at.desc(), *notifications.primary_key.columns)
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    lambda *row: Notification(**dict(zip(Notification.__struct_fields__, row, strict=True))),
)
_COUNT = Statement(select(func.count()).select_from(notifications).where(*_chosen))
_VIEWED = Statement(select(notification_views.c.viewed_at).where(notification_views.c.user_id == _user_id))
_SET_VIEWED = Statement(upsert(notification_views, ["viewed_at"]))


def _row(one: Notification) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


async def insert_notifications(tx: Transaction, fresh: list[Notification]) -> None:
    """Store notifications; what was told before is not told again."""
    await tx.run_many(_INSERT, [_row(one) for one in fresh])


async def delete_notification(tx: Transaction, one: Notification) -> None:
    """Take a notification back, whenever it was made."""
    await tx.run(_DELETE, **_row(one))


async def list_notifications(
    tx: Transaction,
    user_id: int,
    kinds: list[NotificationKind],
    *,
    since: int,
    until: int,
    offset: int,
    count: int,
) -> list[Notification]:
    """Return a page of a person's notifications of these kinds from the time `since` to `until`, newest first."""
    asked = {"user_id": user_id, "kinds": kinds, "since": since, "until": until}
    return await tx.rows(_PAGE, **asked, offset=offset, count=count)


async def count_notifications(
    tx: Transaction, user_id: int, kinds: list[NotificationKind], *, since: int, until: int
) -> int:
    """Return how many notifications of these kinds a person has from the time `since` to `until`."""
    total: int = await tx.value(_COUNT, user_id=user_id, kinds=kinds, since=since, until=until)
    return total


async def find_viewed(tx: Transaction, user_id: int) -> int:
    """Return when a person last looked at his notifications, 0 for never."""
    return await tx.value(_VIEWED, user_id=user_id) or 0


async def set_viewed(tx: Transaction, user_id: int, now: int) -> None:
    """Note that a person has looked at his notifications."""
    await tx.run(_SET_VIEWED, user_id=user_id, viewed_at=now)
