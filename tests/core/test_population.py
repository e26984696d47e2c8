"""Made-up people are consistent, and the same for the same seed."""

from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.core.population import Population, populate
from dvor.store.maintenance import check
from dvor.store.users import load_users
from tests.core.conftest import NOW


async def test_people_are_consistent(settings: Settings) -> None:
    told: list[int] = []
    courtyard = await open_courtyard(settings, clock=lambda: NOW)
    written = await populate(courtyard, Population(200, 1000, 7), "secret", told.append)
    async with courtyard.database.read() as tx:
        people = await load_users(tx, list(range(1, 201)))
    await courtyard.close()
    assert len(people) == 200
    assert told == sorted(told)
    assert told[-1] == written > 5000
    assert await check(settings) == []
