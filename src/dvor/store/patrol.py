"""The patrol: looking once a second whether a wake-up from another process was missed."""

import asyncio

from dvor.store.database import Database
from dvor.store.events import load_numbers

PATROL_SECONDS = 1.0


async def patrol(database: Database, losses: tuple[type[Exception], ...]) -> None:
    """Look for ever, with one query for all who wait in this process; `losses` are a database that is away."""
    signals = database.signals
    while True:
        await asyncio.sleep(PATROL_SECONDS)
        waiting = signals.waiting()
        if not waiting:
            continue
        try:
            async with database.read() as tx:
                numbers = await load_numbers(tx, list(waiting))
        except losses:
            continue
        signals.wake(one for one, number in numbers.items() if number > waiting[one])
