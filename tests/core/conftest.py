"""An open, empty community on each engine, and people to live in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from dvor.config import Settings
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.users import create_user
from dvor.model.events import Event
from dvor.model.users import NewUser

NOW = 1_795_000_000
Settle = Callable[..., Awaitable[list[int]]]


def told(event: Event) -> Any:
    """Return what an event tells, for a test that knows which kind it is."""
    return event.body


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time in the community."""
    return Clock()


@pytest.fixture
async def courtyard(settings: Settings, clock: Clock) -> AsyncIterator[Courtyard]:
    """An open, empty community."""
    courtyard = await open_courtyard(
        settings, public_url="http://localhost", clock=clock, with_migration=False
    )
    yield courtyard
    await courtyard.close()


@pytest.fixture
def settle(courtyard: Courtyard) -> Settle:
    """Make people: one for each given dictionary of what is special about them."""

    async def make(*people: dict[str, Any]) -> list[int]:
        ids = []
        for number, special in enumerate(people):
            user = NewUser(**{"first_name": f"N{number}", "last_name": "X"} | special)
            ids.append(await courtyard.database.write(lambda tx, user=user: create_user(tx, user, NOW)))  # type: ignore[misc]
        return ids

    return make
