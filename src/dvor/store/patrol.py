"""The patrol: looking once a second whether a wake-up from another process was missed."""

import asyncio
import contextlib

from dvor.store.database import Database
from dvor.store.events import load_numbers

PATROL_SECONDS = 1.0
"""How long a round takes."""
STEP = 250
"""Receivers in one query: 5,000 at once would keep everybody else waiting for 7 ms."""


async def patrol(database: Database, losses: tuple[type[Exception], ...]) -> None:
    """Go round for ever past all who wait in this process, some at a time; `losses` are a database that is away."""
    while True:
        receiver_ids = database.signals.receivers()
        starts = range(0, max(len(receiver_ids), 1), STEP)
        for start in starts:
            with contextlib.suppress(*losses):
                await _look(database, receiver_ids[start : start + STEP])
            # after looking: a few who wait are passed once a second, and never only in the round after the next
            await asyncio.sleep(PATROL_SECONDS / len(starts))


async def _look(database: Database, receiver_ids: list[int]) -> None:
    waiting = database.signals.waiting(receiver_ids)
    if waiting:
        async with database.read() as tx:
            numbers = await load_numbers(tx, list(waiting))
        database.signals.wake(one for one, number in numbers.items() if number > waiting[one])
