"""Events: waiting for what happens next."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.deadlines import stop
from dvor.model.errors import CursorTooOld, UserNotFound
from dvor.model.events import Cursor, Event, EventBody, EventKind, Pulse
from dvor.store.bots import list_servers
from dvor.store.database import Database, Transaction
from dvor.store.events import append_event, list_events, load_cursor
from dvor.store.jobs import insert_job

CALLBACK_JOB = "callback"
MAX_EVENTS = 1000
"""Events in one answer; the rest come with the next."""


class News(Struct, frozen=True):
    """What has happened since a number; `number` and `pts` are where to go on."""

    number: int
    pts: int
    events: list[Event]
    pulse: Pulse | None = None


async def tell(tx: Transaction, kind: EventKind, bodies: Mapping[int, EventBody], now: int) -> None:
    """Add an event to the log of each receiver; a community's callback servers are called as well.

    The calls are jobs of the same transaction, so that none is lost.
    """
    numbers = await append_event(tx, kind, bodies, now)
    for receiver_id in numbers:
        if receiver_id < 0:
            for server in await list_servers(tx, -receiver_id):
                body = {"group_id": -receiver_id, "server_id": server.id, "number": numbers[receiver_id]}
                if server.settings.is_enabled:
                    await insert_job(tx, CALLBACK_JOB, body, now)


def tell_now(database: Database, receiver_ids: Iterable[int], pulse: Pulse) -> None:
    """Tell those of the receivers who wait just now something that is not written down."""
    database.pulse(receiver_ids, msgspec.json.encode(pulse).decode())


async def get_cursor(tx: Transaction, receiver_id: int) -> Cursor:
    """Return how far a receiver's log reaches; `UserNotFound`."""
    cursor = await load_cursor(tx, receiver_id)
    if cursor is None:
        raise UserNotFound(str(receiver_id))
    return cursor


async def read_news(
    tx: Transaction, receiver_id: int, after: int, *, after_pts: int = 0, count: int = MAX_EVENTS
) -> News:
    """Return the events above a number, or above a count of message events; `CursorTooOld`, `UserNotFound`."""
    cursor = await get_cursor(tx, receiver_id)
    if after_pts:
        events = await list_events(tx, receiver_id, cursor.pruned, MAX_EVENTS * 10)
        after = max((event.number for event in events if event.pts <= after_pts), default=cursor.pruned)
    if after < cursor.pruned or after > cursor.number:
        raise CursorTooOld(cursor.number)
    found = await list_events(tx, receiver_id, after, count)
    return News(found[-1].number, found[-1].pts, found) if found else News(cursor.number, cursor.pts, [])


async def find_event(tx: Transaction, receiver_id: int, number: int) -> Event | None:
    """Return one event of a receiver's log, unless it is no longer kept."""
    found = await list_events(tx, receiver_id, number - 1, 1)
    return found[0] if found and found[0].number == number else None


async def wait_for_events(
    courtyard: Courtyard,
    receiver_id: int,
    after: int,
    seconds: float,
    leaving: asyncio.Future[Any] | None = None,
) -> News:
    """Return the events above the number `after` at once, or the first ones to come within some seconds.

    `CursorTooOld` if events above `after` are no longer kept or `after` lies in the future; `UserNotFound`.
    Empty after the time, when the server stops, or when `leaving` is done: who asked has gone.  Thousands wait
    at a time, so the waiting has no task of its own and holds little.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    signals = courtyard.database.signals
    while True:
        waiter = signals.waiter(receiver_id, after)
        give_up = partial(stop, waiter)
        try:
            news = await _read_together(courtyard, receiver_id, after)
            is_over = loop.time() >= deadline or signals.is_closed or (leaving is not None and leaving.done())
            if news.events or is_over:
                return news
            courtyard.deadlines.add(waiter, deadline)
            if leaving is not None:
                leaving.add_done_callback(give_up)
            if pulse := await waiter:
                return News(news.number, news.pts, [], msgspec.json.decode(pulse, type=Pulse))
        finally:
            signals.forget(receiver_id, waiter)
            courtyard.deadlines.remove(waiter, deadline)
            if leaving is not None:
                leaving.remove_done_callback(give_up)


async def _read_together(courtyard: Courtyard, receiver_id: int, after: int) -> News:
    """Read the events above a number once for all who ask for them before the reading begins.

    Each of them has asked for his waiter before, so what the reading does not see wakes him again.
    """
    reading = courtyard.readings.get((receiver_id, after))
    if reading is None:
        reading = asyncio.create_task(_read(courtyard, receiver_id, after))
        courtyard.readings[receiver_id, after] = reading
    # the reading is the others' as well, so who goes away must not stop it
    return await asyncio.shield(reading)


async def _read(courtyard: Courtyard, receiver_id: int, after: int) -> News:
    try:
        async with courtyard.database.read() as tx:
            courtyard.readings.pop((receiver_id, after), None)  # it begins: who comes now has to read anew
            cursor = await get_cursor(tx, receiver_id)
            if after < cursor.pruned or after > cursor.number:
                raise CursorTooOld(cursor.number)
            events = await list_events(tx, receiver_id, after, MAX_EVENTS) if after < cursor.number else []
    finally:
        courtyard.readings.pop((receiver_id, after), None)
    if events:
        return News(events[-1].number, events[-1].pts, events)
    return News(cursor.number, cursor.pts, [])
