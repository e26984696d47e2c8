"""Sessions: one for each log-in, over when the person or the time says so."""

import pytest

from dvor.core import sessions
from dvor.core.accounts import change_password, create_account
from dvor.core.courtyard import Courtyard
from dvor.core.users import deactivate
from dvor.model.sessions import SESSION_SECONDS
from dvor.model.users import NewUser
from tests.core.conftest import NOW, Clock


@pytest.fixture
async def anna(courtyard: Courtyard) -> int:
    return await create_account(courtyard, NewUser(first_name="A", last_name="B"), "a@b.example", "secret")


async def whose(courtyard: Courtyard, text: str) -> int | None:
    async with courtyard.database.read() as tx:
        found = await sessions.find_session(tx, text, courtyard.now)
    return found[1].id if found is not None else None


async def test_a_browser_is_logged_in_and_out(courtyard: Courtyard, anna: int) -> None:
    first = await sessions.open_session(courtyard, anna, agent="Firefox" * 99, address="::1")
    second = await sessions.open_session(courtyard, anna)
    assert first != second
    assert await whose(courtyard, first) == anna
    for wrong in ("", first[:-1], "x", "\ud800"):
        assert await whose(courtyard, wrong) is None
    async with courtyard.database.read() as tx:
        [kept, _] = sorted(await sessions.list_sessions(tx, anna, NOW), key=lambda one: one.agent == "")
    assert (kept.created_at, len(kept.agent), kept.address) == (NOW, 200, "::1")
    assert first.encode() not in kept.session_hash
    await sessions.close_session(courtyard, first)
    assert await whose(courtyard, first) is None
    assert await whose(courtyard, second) == anna


async def test_sessions_end(courtyard: Courtyard, anna: int, clock: Clock) -> None:
    text = await sessions.open_session(courtyard, anna)
    clock.now = NOW + SESSION_SECONDS
    assert await whose(courtyard, text) is None
    clock.now = NOW
    await change_password(courtyard, anna, "another")
    assert await whose(courtyard, text) is None
    text = await sessions.open_session(courtyard, anna)
    await courtyard.database.write(lambda tx: deactivate(tx, anna, "banned"))
    assert await whose(courtyard, text) is None
