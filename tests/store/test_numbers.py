"""Server-wide numbers."""

import asyncio

import pytest

from dvor.store.database import Transaction
from dvor.store.numbers import NAMES, last_number, next_number, set_number


async def test_numbers_rise_by_one_and_each_kind_for_itself(database) -> None:
    async def work(tx: Transaction) -> list[int]:
        return [await next_number(tx, name) for name in ("users", "messages", "users", "users", "messages")]

    assert await database.write(work) == [1, 1, 2, 3, 2]
    async with database.read() as tx:
        drawn = {name: await last_number(tx, name) for name in NAMES}
    assert {name: last for name, last in drawn.items() if last} == {"users": 3, "messages": 2}


async def test_numbers_are_drawn_once_by_many_writers(database) -> None:
    async def work(tx: Transaction) -> list[int]:
        return [await next_number(tx, "messages") for _ in range(5)]

    drawn = await asyncio.gather(*(database.write(work) for _ in range(40)))
    assert sorted(number for numbers in drawn for number in numbers) == list(range(1, 201))


async def test_a_number_that_was_given_out_is_not_used_again(database) -> None:
    """A write that fails may lose its number, but nobody has seen it then."""
    seen: list[int] = []

    async def failing(tx: Transaction) -> None:
        await next_number(tx, "messages")
        raise LookupError

    async def work(tx: Transaction) -> int:
        return await next_number(tx, "messages")

    for _ in range(5):
        with pytest.raises(LookupError):
            await database.write(failing)
        seen.append(await database.write(work))
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("value", [1, 1000, 2**53])
async def test_loaded_rows_set_the_number(database, value) -> None:
    async def work(tx: Transaction) -> None:
        await set_number(tx, "jobs", value)

    async def draw(tx: Transaction) -> int:
        return await next_number(tx, "jobs")

    await database.write(work)
    async with database.read() as tx:
        assert await last_number(tx, "jobs") == value
    assert await database.write(draw) == value + 1


async def test_setting_nothing_changes_nothing(database) -> None:
    async def work(tx: Transaction) -> int:
        await set_number(tx, "jobs", 0)
        return await next_number(tx, "jobs")

    assert await database.write(work) == 1
