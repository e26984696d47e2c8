"""What is noted of kept files, and how much of them an owner has."""

import asyncio

from dvor.store.database import Transaction
from dvor.store.files import (
    add_bytes,
    find_files,
    insert_files,
    release_files,
    sum_bytes,
    use_files,
    used_bytes,
)
from tests.store.people import NOW, add_users


async def test_files_are_noted_once(database) -> None:
    async def work(tx: Transaction) -> None:
        await insert_files(tx, {"b" * 64: 7, "a" * 64: 2**40}, NOW)
        await insert_files(tx, {"a" * 64: 2**40, "c" * 64: 0}, NOW + 1)
        await insert_files(tx, {}, NOW)

    await database.write(work)
    async with database.read() as tx:
        names = [letter * 64 for letter in "abcd"]
        assert await find_files(tx, names) == set(names[:3])
        assert await find_files(tx, []) == set()


async def test_the_same_files_noted_by_many_at_once(database) -> None:
    def noting(order: list[str]):
        async def work(tx: Transaction) -> None:
            await insert_files(tx, {name * 64: 1 for name in order}, NOW)

        return work

    orders = [list("abcdef"), list("fedcba")] * 8
    await asyncio.gather(*(database.write(noting(order)) for order in orders))
    async with database.read() as tx:
        assert len(await find_files(tx, [name * 64 for name in "abcdef"])) == 6


async def test_an_owner_is_charged_for_every_byte(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> int:
        return await add_bytes(tx, anna, 3)

    sums = await asyncio.gather(*(database.write(work) for _ in range(30)))
    assert sorted(sums) == list(range(3, 91, 3))
    async with database.read() as tx:
        assert [await used_bytes(tx, one) for one in (anna, boris, 999)] == [90, 0, 0]


async def test_a_file_is_forgotten_with_its_last_use(database) -> None:
    one, two = "a" * 64, "b" * 64

    def change(count: int):
        async def work(tx: Transaction) -> None:
            for _ in range(abs(count)):
                await (use_files if count > 0 else release_files)(tx, {one})

        return work

    async def note(tx: Transaction) -> None:
        await insert_files(tx, {one: 7, two: 9}, NOW)

    await database.write(note)
    await database.write(note)
    await database.write(change(1))
    await asyncio.gather(*(database.write(change(-1)) for _ in range(2)))
    async with database.read() as tx:
        assert await find_files(tx, [one, two]) == {one, two}
        assert await sum_bytes(tx, [one, two, "c" * 64]) == 16
    await database.write(change(-1))
    async with database.read() as tx:
        assert await find_files(tx, [one, two]) == {two}
        assert await sum_bytes(tx, [one]) == 0
    await database.write(change(-1))
    await database.write(note)
    async with database.read() as tx:
        assert await find_files(tx, [one, two]) == {one, two}, "what comes again is noted again"
