"""Events: waiting for what happens next."""

import asyncio

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.model.errors import CursorTooOld, UserNotFound
from dvor.model.events import Cursor, Event
from dvor.store.database import Transaction
from dvor.store.events import list_events, load_cursor

MAX_EVENTS = 1000
"""Events in one answer; the rest come with the next."""


class News(Struct, frozen=True):
    """What has happened since a number; `number` and `pts` are where to go on."""

    number: int
    pts: int
    events: list[Event]


async def get_cursor(tx: Transaction, receiver_id: int) -> Cursor:
    """Return how far a receiver's log reaches; `UserNotFound`."""
    cursor = await load_cursor(tx, receiver_id)
    if cursor is None:
        raise UserNotFound(str(receiver_id))
    return cursor


async def wait_for_events(courtyard: Courtyard, receiver_id: int, after: int, seconds: float) -> News:
    """Return the events above the number `after` at once, or the first ones to come within some seconds.

    `CursorTooOld` if events above `after` are no longer kept or `after` lies in the future; `UserNotFound`.
    Empty after the time, or when the server stops.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    signals = courtyard.database.signals
    while True:
        waiter = signals.waiter(receiver_id, after)
        try:
            news = await _read(courtyard, receiver_id, after)
            remaining = deadline - asyncio.get_running_loop().time()
            if news.events or remaining <= 0 or signals.is_closed:
                return news
            await asyncio.wait([waiter], timeout=remaining)
        finally:
            signals.forget(receiver_id, waiter)


async def _read(courtyard: Courtyard, receiver_id: int, after: int) -> News:
    async with courtyard.database.read() as tx:
        cursor = await get_cursor(tx, receiver_id)
        if after < cursor.pruned or after > cursor.number:
            raise CursorTooOld(cursor.number)
        events = await list_events(tx, receiver_id, after, MAX_EVENTS) if after < cursor.number else []
    if events:
        return News(events[-1].number, events[-1].pts, events)
    return News(cursor.number, cursor.pts, [])
