"""The event log, numbered for each receiver without gaps."""

from collections.abc import Mapping
from typing import Any, get_args

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)

from dvor.model.events import Cursor, Event, EventBody, EventKind, MessageKind
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all

receivers = Table(
    "receivers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, nullable=False),
    Column("pts", Id, nullable=False),
    Column("pruned", Id, nullable=False),
)
"""The newest number of each receiver's log; an UPDATE of this row gives the next one, so nobody sees a gap."""

events = Table(
    "events",
    metadata,
    Column("receiver_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("pts", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Json(EventBody), nullable=False),
    Column("created_at", Id, nullable=False),
    Index("ix_events_created_at", "created_at"),
    sqlite_with_rowid=False,
)

MESSAGE_KINDS = frozenset(get_args(MessageKind))
_receiver_id = bindparam("receiver_id", type_=Id)
_INSERT_RECEIVER = Statement(insert_all(receivers))
_LOCK = Statement(
    select(receivers.c.id)
    .where(among(receivers.c.id, "receiver_ids"))
    .order_by(receivers.c.id)
    .with_for_update()
)
_ADVANCE = Statement(
    update(receivers)
    .where(among(receivers.c.id, "receiver_ids"))
    .values(number=receivers.c.number + 1, pts=receivers.c.pts + bindparam("messages", type_=Id))
    .returning(receivers.c.id, receivers.c.number, receivers.c.pts),
    lambda receiver_id, number, pts: (receiver_id, number, pts),
)
_INSERT = Statement(insert_all(events))
_CURSOR = Statement(
    select(receivers.c.number, receivers.c.pts, receivers.c.pruned).where(receivers.c.id == _receiver_id),
    Cursor,
)
_NUMBERS = Statement(
    select(receivers.c.id, receivers.c.number).where(among(receivers.c.id, "receiver_ids")),
    lambda receiver_id, number: (receiver_id, number),
)
_AFTER = Statement(
    select(events.c.number, events.c.pts, events.c.kind, events.c.body)
    .where(events.c.receiver_id == _receiver_id, events.c.number > bindparam("number", type_=Id))
    .order_by(events.c.number)
    .limit(bindparam("count", type_=Integer)),
    Event,
)
# grouping by the bare column would make SQLite read the whole log in the key's order, for the few old events in it
_STALE_RECEIVER = (events.c.receiver_id + literal_column("0")).label("stale_receiver_id")
_STALE = Statement(
    select(_STALE_RECEIVER, func.max(events.c.number))
    .where(events.c.created_at < bindparam("before", type_=Id))
    .group_by(_STALE_RECEIVER),
    lambda receiver_id, number: (receiver_id, number),
)
_OVERFULL = Statement(
    select(receivers.c.id, receivers.c.number - bindparam("keep", type_=Id)).where(
        receivers.c.number - receivers.c.pruned > bindparam("keep", type_=Id)
    ),
    lambda receiver_id, number: (receiver_id, number),
)
_PRUNE = Statement(
    delete(events).where(
        events.c.receiver_id == _receiver_id, events.c.number <= bindparam("number", type_=Id)
    )
)
_SET_PRUNED = Statement(
    update(receivers)
    .where(receivers.c.id == _receiver_id, receivers.c.pruned < bindparam("number", type_=Id))
    .values(pruned=bindparam("number", type_=Id))
)


async def insert_receiver(tx: Transaction, receiver_id: int) -> None:
    """Start the log of a receiver."""
    await tx.run(_INSERT_RECEIVER, **receiver_row(receiver_id))


def receiver_row(receiver_id: int) -> dict[str, Any]:
    """Return the row of `receivers` for an empty log."""
    return {"id": receiver_id, "number": 0, "pts": 0, "pruned": 0}


async def append_event(
    tx: Transaction, kind: EventKind, bodies: Mapping[int, EventBody], now: int
) -> dict[int, int]:
    """Add one event to the log of each receiver (a body each) and wake them after the commit; return their numbers."""
    receiver_ids = sorted(bodies)
    if not receiver_ids:
        return {}
    await tx.lock(_LOCK, receiver_ids=receiver_ids)
    advanced = await tx.rows(_ADVANCE, receiver_ids=receiver_ids, messages=int(kind in MESSAGE_KINDS))
    rows = [
        {
            "receiver_id": receiver_id,
            "number": number,
            "pts": pts,
            "kind": kind,
            "body": bodies[receiver_id],
            "created_at": now,
        }
        for receiver_id, number, pts in sorted(advanced)
    ]
    await tx.run_many(_INSERT, rows)
    tx.wake(receiver_ids)
    return {receiver_id: number for receiver_id, number, _ in advanced}


async def load_cursor(tx: Transaction, receiver_id: int) -> Cursor | None:
    """Return how far a receiver's log reaches; None if there is no such receiver."""
    return await tx.row(_CURSOR, receiver_id=receiver_id)


async def load_numbers(tx: Transaction, receiver_ids: list[int]) -> dict[int, int]:
    """Return the newest number of each receiver."""
    return dict(await tx.rows(_NUMBERS, receiver_ids=receiver_ids))


async def list_events(tx: Transaction, receiver_id: int, after: int, count: int) -> list[Event]:
    """Return the events above a number, in order."""
    return await tx.rows(_AFTER, receiver_id=receiver_id, number=after, count=count)


async def prune_events(tx: Transaction, before: int, keep: int) -> int:
    """Forget events older than the Unix time `before`, and all but the newest `keep` of each receiver."""
    limits: dict[int, int] = dict(await tx.rows(_OVERFULL, keep=keep))
    for receiver_id, number in await tx.rows(_STALE, before=before):
        limits[receiver_id] = max(number, limits.get(receiver_id, 0))
    pruned = 0
    for receiver_id in sorted(limits):
        await tx.run(_SET_PRUNED, receiver_id=receiver_id, number=limits[receiver_id])
        pruned += await tx.run(_PRUNE, receiver_id=receiver_id, number=limits[receiver_id])
    return pruned
