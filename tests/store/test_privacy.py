"""Blacklists."""

from dvor.store.database import Transaction
from dvor.store.privacy import delete_block, insert_block, load_blocks
from tests.store.people import NOW, add_users


async def test_blocks_are_seen_from_both_sides(database) -> None:
    anna, boris, vera, gleb = await add_users(database, 4)

    async def work(tx: Transaction) -> None:
        for pair in ((anna, boris), (vera, anna), (boris, vera), (anna, boris)):
            await insert_block(tx, *pair, NOW)

    await database.write(work)
    async with database.read() as tx:
        assert await load_blocks(tx, anna, [boris, vera, gleb]) == {(anna, boris), (vera, anna)}
        assert await load_blocks(tx, boris, [anna, vera]) == {(anna, boris), (boris, vera)}
        assert await load_blocks(tx, gleb, [anna, boris]) == set()
        assert await load_blocks(tx, anna, []) == set()


async def test_a_block_is_lifted_once(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> list[object]:
        await insert_block(tx, anna, boris, NOW)
        return [
            await delete_block(tx, boris, anna),
            await delete_block(tx, anna, boris),
            await delete_block(tx, anna, boris),
            await load_blocks(tx, anna, [boris]),
        ]

    assert await database.write(work) == [False, True, False, set()]
