"""The event log: numbered without gaps, seen in order, pruned from the front."""

import asyncio
import itertools

import pytest

from dvor.model.events import Cursor, Event, MessageEvent
from dvor.store.database import Database, Transaction, connect_database
from dvor.store.events import (
    append_event,
    insert_receiver,
    list_events,
    load_cursor,
    load_numbers,
    prune_events,
)
from tests.core.conftest import told
from tests.store.people import NOW, add_users, say

WRITERS = 8


def body(message_id: int) -> MessageEvent:
    return MessageEvent(message_id, message_id, 2, 1, NOW, "Ё 🐈", 0, [])


def appending(receiver_ids: list[int], message_id: int = 1, now: int = NOW):
    async def work(tx: Transaction) -> None:
        await append_event(tx, "message_new", {one: body(message_id) for one in receiver_ids}, now)

    return work


async def numbers(database: Database, receiver_id: int) -> list[int]:
    async with database.read() as tx:
        return [event.number for event in await list_events(tx, receiver_id, 0, 100_000)]


async def cursor(database: Database, receiver_id: int) -> Cursor | None:
    async with database.read() as tx:
        return await load_cursor(tx, receiver_id)


async def test_an_event_comes_back_as_stored(database) -> None:
    anna, boris, vera = await add_users(database, 3)

    async def work(tx: Transaction) -> None:
        await append_event(tx, "message_new", {boris: body(7), anna: body(8)}, NOW)

    await database.write(work)
    await database.write(appending([anna], 9))
    async with database.read() as tx:
        assert await list_events(tx, anna, 0, 10) == [
            Event(1, 1, "message_new", body(8)),
            Event(2, 2, "message_new", body(9)),
        ]
        assert await list_events(tx, boris, 0, 10) == [Event(1, 1, "message_new", body(7))]
        assert [event.number for event in await list_events(tx, anna, 1, 10)] == [2]
        assert [event.number for event in await list_events(tx, anna, 0, 1)] == [1]
        assert await load_cursor(tx, anna) == Cursor(2, 2, 0)
        assert await load_cursor(tx, vera) == Cursor(0, 0, 0)
        assert await load_cursor(tx, 999) is None
        assert await load_numbers(tx, [anna, boris, vera, 999]) == {anna: 2, boris: 1, vera: 0}


async def test_numbers_have_no_gaps_under_eight_writers(database) -> None:
    """Some writes fail, most tell several receivers at once, in whatever order they name them."""
    users = await add_users(database, 4)
    orders = list(itertools.permutations(users, 3))
    told = dict.fromkeys(users, 0)

    async def writer(place: int) -> None:
        for step in range(12):
            receiver_ids = list(orders[(place * 5 + step) % len(orders)])
            work = appending(receiver_ids, place * 100 + step)

            async def failing(tx: Transaction, work=work) -> None:
                await work(tx)
                raise LookupError

            if step % 5 == 4:
                with pytest.raises(LookupError):
                    await database.write(failing)
                continue
            await database.write(work)
            for receiver_id in receiver_ids:
                told[receiver_id] += 1

    await asyncio.gather(*(writer(place) for place in range(WRITERS)))
    for user in users:
        assert await numbers(database, user) == list(range(1, told[user] + 1))
        assert await cursor(database, user) == Cursor(told[user], told[user], 0)


async def test_events_are_never_visible_out_of_order(database, settings) -> None:
    """A reader that always asks for what is above the last number it saw loses nothing."""
    (anna,) = await add_users(database, 1)
    reading = database if database.engine == "sqlite" else await connect_database(settings)
    wanted = WRITERS * 25
    seen: list[int] = []

    async def reader() -> None:
        while len(seen) < wanted:
            async with reading.read() as tx:
                events = await list_events(tx, anna, seen[-1] if seen else 0, 100)
                newest = await load_cursor(tx, anna)
            seen.extend(event.number for event in events)
            assert newest is not None
            assert newest.number == len(seen) or len(events) == 100
            await asyncio.sleep(0)

    async def writer() -> None:
        for _ in range(25):
            await database.write(appending([anna]))

    async with asyncio.timeout(60):
        await asyncio.gather(reader(), *(writer() for _ in range(WRITERS)))
    assert seen == list(range(1, wanted + 1))
    if reading is not database:
        await reading.close()


async def test_a_waiter_that_looks_after_asking_to_be_woken_misses_nothing(database) -> None:
    (anna,) = await add_users(database, 1)
    seen: list[int] = []

    async def reader() -> None:
        while len(seen) < 40:
            waiter = database.signals.waiter(anna, len(seen))
            async with database.read() as tx:
                events = await list_events(tx, anna, len(seen), 100)
            if not events:
                await waiter
            database.signals.forget(anna, waiter)
            seen.extend(event.number for event in events)

    async def writer() -> None:
        for _ in range(10):
            await database.write(appending([anna]))
            await asyncio.sleep(0.001)

    async with asyncio.timeout(30):
        await asyncio.gather(reader(), *(writer() for _ in range(4)))
    assert seen == list(range(1, 41))
    assert database.signals.receivers() == []


async def test_both_sides_of_a_conversation_hear_of_a_message(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        await say(tx, boris, anna, "Привет")
        await say(tx, boris, boris, "Заметка")

    await database.write(work)
    async with database.read() as tx:
        (mine,) = await list_events(tx, anna, 0, 10)
        theirs = await list_events(tx, boris, 0, 10)
    assert (told(mine).text, told(mine).peer_id, told(mine).from_id) == ("Привет", boris, boris)
    assert [(told(event).text, told(event).peer_id) for event in theirs] == [
        ("Привет", anna),
        ("Заметка", boris),
    ]


async def test_a_log_is_started_once(database) -> None:
    (anna,) = await add_users(database, 1)

    async def work(tx: Transaction) -> None:
        await insert_receiver(tx, anna)

    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(work)


@pytest.fixture
async def logs(database) -> list[int]:
    """Three receivers: ten events, one a second; two events at the end; none."""
    users = await add_users(database, 3)
    for second in range(10):
        receiver_ids = users[:1] if second < 8 else users[:2]
        await database.write(appending(receiver_ids, second + 1, NOW + second))
    return users


def pruning(before: int, keep: int):
    async def work(tx: Transaction) -> int:
        return await prune_events(tx, before, keep)

    return work


async def test_old_events_are_pruned(database, logs) -> None:
    anna, boris, vera = logs
    assert await database.write(pruning(NOW + 9, 100)) == 10
    assert [await numbers(database, one) for one in logs] == [[10], [2], []]
    assert await cursor(database, anna) == Cursor(10, 10, 9)
    assert await cursor(database, boris) == Cursor(2, 2, 1)
    assert await cursor(database, vera) == Cursor(0, 0, 0)
    assert await database.write(pruning(NOW + 9, 100)) == 0


async def test_a_log_that_is_too_long_is_pruned(database, logs) -> None:
    anna, boris, _ = logs
    assert await database.write(pruning(0, 3)) == 7
    assert await numbers(database, anna) == [8, 9, 10]
    assert await cursor(database, anna) == Cursor(10, 10, 7)
    assert await cursor(database, boris) == Cursor(2, 2, 0)
    assert await database.write(pruning(0, 3)) == 0


async def test_pruning_everything_keeps_the_numbers(database, logs) -> None:
    anna, boris, _ = logs
    assert await database.write(pruning(NOW + 100, 3)) == 12
    assert await cursor(database, anna) == Cursor(10, 10, 10)
    await database.write(appending([anna, boris]))
    assert [await numbers(database, one) for one in logs] == [[11], [3], []]


async def test_of_two_reasons_the_stronger_prunes(database, logs) -> None:
    assert await database.write(pruning(NOW + 2, 3)) == 7
    assert await database.write(pruning(NOW + 8, 3)) == 1
    assert await cursor(database, logs[0]) == Cursor(10, 10, 8)


async def test_pruning_and_writing_at_once(database, logs) -> None:
    anna, boris, _ = logs

    async def writer() -> None:
        for _ in range(20):
            await database.write(appending([boris, anna], now=NOW + 50))

    async def pruner() -> None:
        for _ in range(10):
            await database.write(pruning(NOW + 20, 5))
            await asyncio.sleep(0.002)

    await asyncio.gather(writer(), writer(), pruner())
    await database.write(pruning(NOW + 20, 5))
    assert await numbers(database, anna) == list(range(46, 51))
    assert await cursor(database, boris) == Cursor(42, 42, 37)
