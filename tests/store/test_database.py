"""What both engines promise of a read and of a write."""

import asyncio

import pytest

from dvor.store.database import Database, Transaction, connect_database, open_database
from dvor.store.users import count_users, load_users, owner_row, owners, set_deactivated
from tests.store.people import add_user, add_users


class Refused(Exception):
    """What a test's write fails with."""


async def count(database: Database) -> int:
    async with database.read() as tx:
        return await count_users(tx)


async def test_a_snapshot_does_not_see_later_writes(database) -> None:
    (anna,) = await add_users(database, 1)
    async with database.read() as tx:
        assert await count_users(tx) == 1
        await add_users(database, 2)
        assert await count_users(tx) == 1

        async def hide(tx: Transaction) -> bool:
            return await set_deactivated(tx, anna, "deleted")

        assert await database.write(hide)
        assert (await load_users(tx, [anna]))[anna].deactivated is None
    async with database.read() as tx:
        assert (await load_users(tx, [anna]))[anna].deactivated == "deleted"
    assert await count(database) == 3


async def test_a_snapshot_cannot_write(database) -> None:
    with pytest.raises(Exception, match=r"read-?only"):
        async with database.read() as tx:
            await add_user(tx)
    assert await count(database) == 0
    await add_users(database, 1)
    assert await count(database) == 1


async def test_a_write_sees_its_own_rows(database) -> None:
    async def work(tx: Transaction) -> int:
        await add_user(tx)
        await add_user(tx)
        return await count_users(tx)

    assert await database.write(work) == 2


async def test_a_failing_write_leaves_nothing_and_the_others_stay(database) -> None:
    async def good(tx: Transaction) -> int:
        return await add_user(tx)

    async def bad(tx: Transaction) -> int:
        await add_user(tx)
        raise Refused

    works = [good, bad, good, bad, good]
    outcomes = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, True, False, True, False]
    kept = [outcome for outcome in outcomes if isinstance(outcome, int)]
    async with database.read() as tx:
        assert set(await load_users(tx, list(range(1, 10)))) == set(kept)
        assert await count_users(tx) == 3


async def test_an_error_of_the_database_leaves_nothing(database) -> None:
    async def twice(tx: Transaction) -> None:
        await add_user(tx, screen_name="anna")
        await add_user(tx, screen_name="anna")

    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(twice)
    assert await count(database) == 0
    assert await add_users(database, 2)
    assert await count(database) == 2


async def test_a_cancelled_writer_neither_loses_nor_blocks(database) -> None:
    """Wherever a writer is cancelled, it is written whole or not at all, and all the others are written."""

    async def work(tx: Transaction) -> int:
        return await add_user(tx)

    for steps in range(30):
        before = await count(database)
        cancelled = asyncio.create_task(database.write(work))
        others = [asyncio.create_task(database.write(work)) for _ in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0 if database.engine == "sqlite" else 0.0003)
        cancelled.cancel()
        await asyncio.wait_for(asyncio.gather(*others), 10)
        await asyncio.wait([cancelled])
        written = await count(database) - before
        assert written in (3, 4)
        assert cancelled.cancelled() or written == 4
    assert await asyncio.wait_for(add_users(database, 1), 10)


async def test_a_cancelled_reader_gives_its_connection_back(database) -> None:
    async def read() -> int:
        async with database.read() as tx:
            total = 0
            for _ in range(5):
                total += await count_users(tx)
            return total

    for steps in range(20):
        reader = asyncio.create_task(read())
        for _ in range(steps):
            await asyncio.sleep(0 if database.engine == "sqlite" else 0.0002)
        reader.cancel()
        await asyncio.wait([reader])
    assert await asyncio.wait_for(asyncio.gather(*(read() for _ in range(10))), 10) == [0] * 10


async def test_waiters_are_woken_after_the_commit_and_only_then(database) -> None:
    (anna,) = await add_users(database, 1)
    waiter = database.signals.waiter(anna, 0)

    async def good(tx: Transaction) -> None:
        await add_user(tx)
        tx.wake([anna])
        await asyncio.sleep(0)
        assert not waiter.done()

    async def bad(tx: Transaction) -> None:
        tx.wake([anna])
        raise Refused

    with pytest.raises(Refused):
        await database.write(bad)
    assert not waiter.done()
    await database.write(good)
    await asyncio.wait_for(waiter, 20)
    assert await count(database) == 2


async def test_closing_wakes_all_waiters(settings) -> None:
    database = await open_database(settings)
    waiters = [database.signals.waiter(one, 0) for one in (1, 1, 2)]
    await database.close()
    assert all(waiter.done() for waiter in waiters)
    assert database.signals.is_closed
    assert database.signals.waiter(3, 0).done()


async def test_what_was_written_is_there_after_reopening(settings) -> None:
    database = await open_database(settings)
    users = await add_users(database, 3)
    await database.close()
    database = await connect_database(settings)
    async with database.read() as tx:
        assert sorted(await load_users(tx, users)) == users
    await database.close()


async def test_whole_rows_are_loaded_at_once(database) -> None:
    async def work(tx: Transaction) -> tuple[int, int]:
        return await tx.load(owners, [owner_row(number) for number in range(1, 2001)]), await tx.load(
            owners, []
        )

    assert await database.write(work) == (2000, 0)
