"""Events: nobody waits longer than he must, and nobody misses anything."""

import asyncio
import time

import pytest

from dvor.config import Settings
from dvor.core import message_sending
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.events import MAX_EVENTS, get_cursor, wait_for_events
from dvor.core.users import create_user
from dvor.model.errors import CursorTooOld, UserNotFound
from dvor.model.events import Cursor, EventKind, MessageEvent
from dvor.model.users import NewUser
from dvor.store import patrol
from dvor.store.database import Transaction
from dvor.store.events import append_event
from tests.core.conftest import NOW, Clock, Settle, told
from tests.store.waiting import eventually


async def send(courtyard: Courtyard, sender: int, receiver: int, text: str = "hi") -> int:
    """Send a message and return its id."""
    sent = await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, receiver, text, [], random_id=0, now=NOW)
    )
    return sent.message_id


async def test_what_has_happened_is_told_at_once(courtyard: Courtyard, settle: Settle) -> None:
    one, other, third = await settle({}, {}, {})
    await send(courtyard, other, one, "so that nothing is read or unread anew below")
    for number in range(3):
        await send(courtyard, other, one, str(number))
    for person, peer in ((one, other), (other, one)):
        before = 2 if person == one else 1  # he was told as well that a conversation is unread
        news = await wait_for_events(courtyard, person, before + 1, 60)
        assert (news.number, news.pts) == (before + 3, 4)
        assert [(event.number, event.pts, told(event).text) for event in news.events] == [
            (before + 2, 3, "1"),
            (before + 3, 4, "2"),
        ]
        assert {told(event).peer_id for event in news.events} == {peer}
        async with courtyard.database.read() as tx:
            assert await get_cursor(tx, person) == Cursor(before + 3, 4, 0)
    assert (await wait_for_events(courtyard, third, 0, 0)).number == 0


async def test_nothing_within_the_time_is_an_empty_answer(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    await send(courtyard, one, other)
    start = time.monotonic()
    news = await wait_for_events(courtyard, one, 1, 0.2)
    assert (news.number, news.pts, news.events) == (1, 1, [])
    assert 0.15 < time.monotonic() - start < 5


@pytest.fixture
def without_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself whether there is news for him: he is told or he waits."""
    monkeypatch.setattr(patrol, "PATROL_SECONDS", 3600)


async def test_who_waits_is_woken_by_his_own_news_only(
    without_looking: None, courtyard: Courtyard, settle: Settle
) -> None:
    one, other, third = await settle({}, {}, {})
    waiting = asyncio.create_task(wait_for_events(courtyard, one, 0, 30))
    await asyncio.sleep(0.05)
    await send(courtyard, other, third)
    await asyncio.sleep(0.1)
    assert not waiting.done()
    sent = await send(courtyard, other, one)
    news = await asyncio.wait_for(waiting, 20)
    assert [told(event).message_id for event in news.events if event.kind == "message_new"] == [sent]


async def test_many_waiters_of_one_person_are_all_woken(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    waiting = [asyncio.create_task(wait_for_events(courtyard, one, 0, 30)) for _ in range(10)]

    async def all_wait() -> bool:
        return one in courtyard.database.signals.receivers()

    await eventually(all_wait)
    await send(courtyard, other, one)
    assert [len(news.events) for news in await asyncio.gather(*waiting)] == [2] * 10
    assert courtyard.database.signals.receivers() == [], "and forgotten"


async def test_who_waits_for_the_same_shares_one_reading(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    await send(courtyard, other, one)
    newest = 2
    old = asyncio.create_task(wait_for_events(courtyard, one, 1, 30))
    waiting = [asyncio.create_task(wait_for_events(courtyard, one, newest, 30)) for _ in range(10)]
    assert [event.number for event in (await old).events] == [newest], "who is behind does not wait"
    await asyncio.sleep(0.1)
    asyncio.get_running_loop().call_later(0.05, waiting[3].cancel)
    sending = asyncio.create_task(send(courtyard, other, one))
    news = await asyncio.gather(*waiting, return_exceptions=True)
    sent = await sending
    heard = [found for found in news if not isinstance(found, BaseException)]
    assert len(heard) >= 9, "who goes away takes the reading from nobody"
    assert len({id(found.events) for found in heard}) == 1
    assert [told(event).message_id for event in heard[0].events] == [sent]
    assert courtyard.readings == {}


async def test_a_reading_that_fails_leaves_nothing(courtyard: Courtyard, settle: Settle) -> None:
    (one,) = await settle({})
    waiting = [wait_for_events(courtyard, one, 7, 30) for _ in range(3)]
    failed = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in failed] == [CursorTooOld] * 3
    assert courtyard.readings == {}
    assert (await wait_for_events(courtyard, one, 0, 0)).events == []


async def test_a_wait_ends_when_who_asked_has_gone(courtyard: Courtyard, settle: Settle) -> None:
    (one,) = await settle({})
    leaving = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(wait_for_events(courtyard, one, 0, 30, leaving))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    leaving.set_result(None)
    async with asyncio.timeout(5):
        assert (await waiting).events == []
        assert (await wait_for_events(courtyard, one, 0, 30, leaving)).events == [], "and if he had before"
    assert courtyard.database.signals.receivers() == []


async def test_who_goes_away_is_forgotten(courtyard: Courtyard, settle: Settle) -> None:
    (one,) = await settle({})
    waiting = asyncio.create_task(wait_for_events(courtyard, one, 0, 30))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert courtyard.database.signals.receivers() == []


async def test_nothing_is_missed_while_many_write(courtyard: Courtyard, settle: Settle) -> None:
    me, *others = await settle(*[{}] * 5)

    async def write(other: int) -> list[int]:
        return [await send(courtyard, other, me) for _ in range(15)]

    async def read() -> list[int]:
        number, heard = 0, list[int]()
        while len(heard) < 60:
            news = await wait_for_events(courtyard, me, number, 10)
            assert [event.number for event in news.events] == list(range(number + 1, news.number + 1))
            heard += [told(event).message_id for event in news.events if event.kind == "message_new"]
            number = news.number
        return heard

    reading = asyncio.create_task(read())
    sent = await asyncio.gather(*(write(other) for other in others))
    assert sorted(await reading) == sorted(one for some in sent for one in some)


@pytest.mark.parametrize("after", [-1, 2, 10**15])
async def test_a_cursor_that_leads_nowhere_is_refused(
    courtyard: Courtyard, settle: Settle, after: int
) -> None:
    one, other = await settle({}, {})
    await send(courtyard, one, other)
    with pytest.raises(CursorTooOld) as caught:
        await wait_for_events(courtyard, one, after, 10)
    assert caught.value.newest == 1
    assert courtyard.database.signals.receivers() == []


async def test_nobody_s_events_are_refused(courtyard: Courtyard) -> None:
    with pytest.raises(UserNotFound):
        await wait_for_events(courtyard, 999, 0, 10)
    async with courtyard.database.read() as tx:
        with pytest.raises(UserNotFound):
            await get_cursor(tx, 999)


async def test_an_answer_is_bounded_and_goes_on(courtyard: Courtyard, settle: Settle) -> None:
    (one,) = await settle({})
    kind: EventKind = "message_new"

    async def write(tx: Transaction) -> None:
        for number in range(MAX_EVENTS + 2):
            await append_event(tx, kind, {one: MessageEvent(number, number, one, one, NOW, "", 0, [])}, NOW)

    await courtyard.database.write(write)
    first = await wait_for_events(courtyard, one, 0, 0)
    assert (len(first.events), first.number, first.pts) == (MAX_EVENTS, MAX_EVENTS, MAX_EVENTS)
    rest = await wait_for_events(courtyard, one, first.number, 0)
    assert [event.number for event in rest.events] == [MAX_EVENTS + 1, MAX_EVENTS + 2]


async def test_stopping_answers_who_waits(settings: Settings, clock: Clock) -> None:
    courtyard = await open_courtyard(settings, clock=clock)
    user = NewUser(first_name="A", last_name="B")
    one = await courtyard.database.write(lambda tx: create_user(tx, user, NOW))
    waiting = asyncio.create_task(wait_for_events(courtyard, one, 0, 60))
    await asyncio.sleep(0.05)
    courtyard.database.signals.close()
    async with asyncio.timeout(5):
        assert (await waiting).events == []
        assert (await wait_for_events(courtyard, one, 0, 60)).events == [], "and who comes now"
    await courtyard.close()
