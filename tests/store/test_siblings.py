"""Siblings: workers that serve one SQLite folder take turns at writing, and wake each other's waiters."""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from dvor.config import Settings
from dvor.store.database import Transaction, connect_database, share_database
from dvor.store.siblings import LETTER_IDS
from dvor.store.sqlite import DataFolderBusy, SQLiteDatabase
from dvor.store.users import count_users, load_users, set_avatar
from tests.store.people import add_user, add_users, say

Pair = tuple[SQLiteDatabase, SQLiteDatabase]
LONG = 10_000
"""Seconds for a patrol that shall not come."""


@pytest.fixture
async def pair(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """Two siblings that serve one folder, without a patrol; real ones are processes (tests/servers)."""
    monkeypatch.setattr("dvor.store.patrol.PATROL_SECONDS", LONG)
    opened = await open_siblings(sqlite_settings)
    yield opened
    for one in opened:
        await one.close()


async def open_siblings(settings: Settings) -> Pair:
    shared = share_database(Settings(data=settings.data, workers=2))
    one, other = [await connect_database(settings, siblings) for siblings in shared]
    assert isinstance(one, SQLiteDatabase)
    assert isinstance(other, SQLiteDatabase)
    return one, other


@contextmanager
def batches(*databases: SQLiteDatabase) -> Iterator[list[int]]:
    """Collect whose batches are committed, by place."""
    seen: list[int] = []
    for place, database in enumerate(databases):

        def note(sql: str, place: int = place) -> None:
            if sql == "COMMIT":
                seen.append(place)

        database._writer.set_trace_callback(note)
    yield seen
    for database in databases:
        database._writer.set_trace_callback(None)


async def work(tx: Transaction) -> int:
    return await add_user(tx)


async def wake(database: SQLiteDatabase, receiver_ids: range) -> None:
    """Wake receivers without an event, so that a waiter hears of it from the sibling or not at all."""

    async def waking(tx: Transaction) -> None:
        tx.wake(receiver_ids)

    await database.write(waking)


async def test_a_commit_wakes_the_waiters_of_a_sibling(pair: Pair) -> None:
    one, other = pair
    many = range(1, LETTER_IDS * 2 + 10)
    for teller, hearer in (one, other), (other, one):
        waiters = [hearer.signals.waiter(number, 0) for number in many]
        own = teller.signals.waiter(1, 0)
        await wake(teller, many)
        assert set(await asyncio.wait_for(asyncio.gather(own, *waiters), 5)) == {""}


async def test_a_pulse_reaches_a_sibling(pair: Pair) -> None:
    one, other = pair
    waiter, stranger = other.signals.waiter(1, 0), other.signals.waiter(3, 0)
    one.pulse(iter([1, 2]), "типинг")
    assert await asyncio.wait_for(waiter, 5) == "типинг"
    assert not stranger.done()


async def test_what_does_not_fit_into_a_mailbox_is_found_by_looking(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dvor.store.patrol.PATROL_SECONDS", 0.1)
    one, deaf = await open_siblings(sqlite_settings)
    assert deaf._siblings is not None
    asyncio.get_running_loop().remove_reader(deaf._siblings._mailbox)
    anna, boris = await add_users(one, 2)
    waiter, patient = deaf.signals.waiter(anna, 0), deaf.signals.waiter(boris, 1)
    began = time.perf_counter()
    for _ in range(5000):
        one.pulse([boris], "x")
    assert time.perf_counter() - began < 2, "a full mailbox holds nobody up"
    await one.write(lambda tx: say(tx, anna, boris))
    await asyncio.wait_for(waiter, 5)
    await asyncio.sleep(0.25)
    assert not patient.done()
    for database in (one, deaf):
        await database.close()


async def test_siblings_that_always_write_take_turns(pair: Pair) -> None:
    end = time.perf_counter() + 1

    async def write(database: SQLiteDatabase) -> int:
        for number in itertools.count():
            if time.perf_counter() > end:
                return number
            await database.write(work)
        raise AssertionError("unreachable")

    with batches(*pair) as seen:
        counts = await asyncio.gather(*(write(database) for database in pair for _ in range(8)))
    # at the beginning and the end one of them may be alone
    middle = seen[8:-8]
    longest = max(len(list(run)) for _, run in itertools.groupby(middle))
    assert len(middle) > 10
    assert longest <= 2, middle
    async with pair[0].read() as tx:
        assert await count_users(tx) == sum(counts)


async def test_who_has_just_written_comes_behind_who_waits(pair: Pair) -> None:
    turn, others = (database._file_turn for database in pair)
    assert turn is not None
    assert others is not None
    assert turn.take_free()
    for _ in range(30):
        taking = asyncio.create_task(others.take())
        while not others._is_head:  # noqa: ASYNC110  # a thread waits there
            await asyncio.sleep(0.001)
        turn.give()
        assert not turn.take_free(), "the other one has asked before"
        await asyncio.wait_for(taking, 5)
        turn, others = others, turn
    turn.give()


async def test_a_sibling_alone_writes_without_waiting(pair: Pair) -> None:
    one, _ = pair
    assert one._file_turn is not None
    for number in range(1, 4):
        assert await one.write(work) == number
        assert one._file_turn._coming is None, "nothing had to be asked for in a thread"


async def test_waiting_for_a_sibling_does_not_stop_the_loop(pair: Pair) -> None:
    one, other = pair
    assert one._file_turn is not None
    assert one._file_turn.take_free()
    writer = asyncio.create_task(other.write(work))
    worst = 0.0
    for _ in range(50):
        before = time.perf_counter()
        await asyncio.sleep(0.002)
        worst = max(worst, time.perf_counter() - before)
    assert not writer.done()
    assert worst < 0.1
    async with other.read() as tx:
        assert await count_users(tx) == 0
    one._file_turn.give()
    assert await asyncio.wait_for(writer, 5) == 1


async def test_a_turn_that_nobody_wants_any_more_goes_on(pair: Pair) -> None:
    one, other = pair
    assert one._file_turn is not None
    for is_followed in (False, True):
        assert one._file_turn.take_free()
        writers = [asyncio.create_task(other.write(work)) for _ in range(1 + is_followed)]
        await asyncio.sleep(0.02)
        writers[0].cancel()
        await asyncio.wait(writers[:1])
        one._file_turn.give()
        assert await asyncio.wait_for(one.write(work), 5)
        if is_followed:
            assert await asyncio.wait_for(writers[1], 5)
    assert one._file_turn.take_free(), "the other one has kept nothing"
    one._file_turn.give()


async def test_a_turn_that_comes_as_its_asker_leaves_goes_on(pair: Pair) -> None:
    one, other = pair
    assert one._file_turn is not None
    assert other._file_turn is not None
    assert one._file_turn.take_free()
    writer = asyncio.create_task(other.write(work))
    await asyncio.sleep(0.02)
    coming = other._file_turn._coming
    assert coming is not None
    coming.add_done_callback(lambda _: writer.cancel())
    one._file_turn.give()
    await asyncio.wait([writer])
    assert await asyncio.wait_for(one.write(work), 5)


async def test_a_closing_sibling_does_not_keep_the_turn(sqlite_settings: Settings) -> None:
    one, other = await open_siblings(sqlite_settings)
    assert one._file_turn is not None
    assert one._file_turn.take_free()
    writer = asyncio.create_task(other.write(work))
    await asyncio.sleep(0.02)
    writer.cancel()
    closing = asyncio.create_task(other.close())
    await asyncio.sleep(0.02)
    one._file_turn.give()
    await asyncio.wait_for(closing, 5)
    assert await asyncio.wait_for(one.write(work), 5) == 1
    await one.close()


async def test_a_batch_that_is_lost_gives_the_turn_back(pair: Pair) -> None:
    one, other = pair
    (anna,) = await add_users(one, 1)
    pages = one._writer.execute("PRAGMA page_count").fetchone()[0]
    one._writer.execute(f"PRAGMA max_page_count={pages + 10}")

    async def grow(tx: Transaction) -> None:
        await set_avatar(tx, anna, {"max": "x" * 500_000})

    async def orphan(_tx: Transaction) -> None:
        one._writer.execute("PRAGMA defer_foreign_keys=ON")
        one._writer.execute("INSERT INTO presences VALUES (99, 0, 0, 0)")

    for wrong, error in (grow, sqlite3.OperationalError), (orphan, sqlite3.IntegrityError):
        with pytest.raises(error):
            await one.write(wrong)
        assert await asyncio.wait_for(other.write(work), 5)
        assert await asyncio.wait_for(one.write(work), 5)
    async with other.read() as tx:
        assert set(await load_users(tx, list(range(1, 20)))) == set(range(1, 6))


async def test_a_foreign_program_that_writes_is_awaited(pair: Pair) -> None:
    one, other = pair
    foreign = sqlite3.connect(one.path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    writers = [asyncio.create_task(database.write(work)) for database in (one, other)]
    await asyncio.sleep(0.05)
    writers[0].cancel()
    await asyncio.wait(writers[:1])
    foreign.execute("COMMIT")
    foreign.close()
    assert await asyncio.wait_for(writers[1], 5) == 1


async def test_others_are_kept_out(sqlite_settings: Settings) -> None:
    one, other = await open_siblings(sqlite_settings)
    with pytest.raises(DataFolderBusy, match="another process serves"):
        await connect_database(sqlite_settings)
    with pytest.raises(DataFolderBusy):
        await open_siblings(sqlite_settings)
    assert await add_users(one, 1)
    await one.close()
    await other.close()
    alone = await connect_database(sqlite_settings)
    assert await alone.write(work) == 2
    await alone.close()
    assert not one.path.with_name(f"{one.path.name}-wal").exists()
