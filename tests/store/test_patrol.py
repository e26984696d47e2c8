"""The patrol, on SQLite, where in one process nothing else wakes those who are behind."""

import asyncio

import pytest

from dvor.config import Settings
from dvor.store import patrol
from dvor.store.database import Transaction, connect_database
from tests.store.people import add_users, say


async def test_it_passes_everybody_who_waits(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol, "PATROL_SECONDS", 0.1)
    monkeypatch.setattr(patrol, "STEP", 3)
    database = await connect_database(sqlite_settings)
    anna, *others = await add_users(database, 8)

    async def work(tx: Transaction) -> None:
        for other in others:
            await say(tx, other, anna)

    await database.write(work)
    behind, patient = (
        [database.signals.waiter(one, 0) for one in others],
        database.signals.waiter(anna, 10**6),
    )
    walking = asyncio.create_task(patrol.patrol(database, ()))
    await asyncio.wait_for(asyncio.gather(*behind), 20)
    await asyncio.sleep(0.2)
    assert not patient.done(), "there is nothing for her"
    walking.cancel()
    await database.close()
