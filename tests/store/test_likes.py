"""Likes and their counters."""

import asyncio
import random

from dvor.store.database import Transaction
from dvor.store.likes import _TOTAL, count_likes, delete_like, has_like, insert_like
from tests.store.people import NOW, add_users

OWNER = -7


async def rows_of(tx: Transaction, item_id: int) -> int:
    total: int = await tx.value(_TOTAL, owner_id=OWNER, kind="post", item_id=item_id)
    return total


async def test_a_like_counts_once(database) -> None:
    async def work(tx: Transaction) -> list[object]:
        return [
            await count_likes(tx, "post", OWNER, 1),
            await insert_like(tx, "post", OWNER, 1, 5, NOW),
            await insert_like(tx, "post", OWNER, 1, 5, NOW + 1),
            await insert_like(tx, "post", OWNER, 1, 6, NOW),
            await has_like(tx, "post", OWNER, 1, 5),
            await has_like(tx, "post", OWNER, 1, 7),
            await delete_like(tx, "post", OWNER, 1, 7),
            await delete_like(tx, "post", OWNER, 1, 5),
            await delete_like(tx, "post", OWNER, 1, 5),
            await has_like(tx, "post", OWNER, 1, 5),
            await count_likes(tx, "post", OWNER, 1),
        ]

    assert await database.write(work) == [0, 1, 1, 2, True, False, 2, 1, 1, False, 1]


async def test_items_of_one_number_have_counters_of_their_own(database) -> None:
    async def work(tx: Transaction) -> list[int]:
        await insert_like(tx, "post", OWNER, 1, 5, NOW)
        await insert_like(tx, "photo", OWNER, 1, 6, NOW)
        await insert_like(tx, "photo", OWNER, 1, 5, NOW)
        await insert_like(tx, "post", -OWNER, 1, 5, NOW)
        return [
            await count_likes(tx, "post", OWNER, 1),
            await count_likes(tx, "photo", OWNER, 1),
            await count_likes(tx, "post", -OWNER, 1),
            await count_likes(tx, "post", OWNER, 2),
            await delete_like(tx, "post", OWNER, 99, 5),
        ]

    assert await database.write(work) == [1, 2, 1, 0, 0]


async def test_counters_equal_the_rows_under_concurrency(database) -> None:
    """Everybody likes and takes back at once, also one person from two clients."""
    users = await add_users(database, 6)
    chance = random.Random(7)

    def stepping(user_id: int, item_id: int, is_liking: bool):
        async def work(tx: Transaction) -> int:
            if is_liking:
                return await insert_like(tx, "post", OWNER, item_id, user_id, NOW)
            return await delete_like(tx, "post", OWNER, item_id, user_id)

        return work

    steps = [stepping(chance.choice(users), chance.randint(1, 2), chance.random() < 0.6) for _ in range(300)]
    counts = await asyncio.gather(*(database.write(step) for step in steps))
    assert all(0 <= count <= len(users) for count in counts)
    async with database.read() as tx:
        for item_id in (1, 2):
            assert await count_likes(tx, "post", OWNER, item_id) == await rows_of(tx, item_id) > 0


async def test_a_like_that_fails_is_not_counted(database) -> None:
    async def failing(tx: Transaction) -> None:
        await insert_like(tx, "post", OWNER, 1, 5, NOW)
        raise LookupError

    async def work(tx: Transaction) -> int:
        return await insert_like(tx, "post", OWNER, 1, 6, NOW)

    outcomes = await asyncio.gather(
        *(database.write(one) for one in (work, failing, failing)), return_exceptions=True
    )
    assert outcomes[0] == 1
    async with database.read() as tx:
        assert await count_likes(tx, "post", OWNER, 1) == await rows_of(tx, 1) == 1
