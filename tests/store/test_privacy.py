"""Blacklists and friendships, as a viewer stands to others."""

from dvor.model.friends import Friendship
from dvor.model.privacy import Relation
from dvor.store.database import Transaction
from dvor.store.friends import friend_row, save_friends
from dvor.store.privacy import delete_block, insert_block, load_people
from tests.store.people import NOW, add_users, befriend


async def _load_relations(tx: Transaction, viewer_id: int, user_ids: list[int]) -> dict[int, Relation]:
    found = await load_people(tx, viewer_id, user_ids)
    assert {user.id for user, _ in found} == set(user_ids)
    return {user.id: relation for user, relation in found}


async def test_blocks_are_seen_from_both_sides(database) -> None:
    anna, boris, vera, gleb = await add_users(database, 4)

    async def work(tx: Transaction) -> None:
        for pair in ((anna, boris), (vera, anna), (boris, vera), (anna, boris)):
            await insert_block(tx, *pair, NOW)

        await befriend(tx, anna, gleb)
        await save_friends(tx, [friend_row(boris, gleb, Friendship.REQUESTED, NOW)])

    await database.write(work)
    async with database.read() as tx:
        assert await _load_relations(tx, anna, [boris, vera, gleb]) == {
            boris: Relation(anna, blocked_by_viewer=True),
            vera: Relation(anna, blocks_viewer=True),
            gleb: Relation(anna, Friendship.FRIENDS),
        }
        assert await _load_relations(tx, boris, [anna, vera, gleb]) == {
            anna: Relation(boris, blocks_viewer=True),
            vera: Relation(boris, blocked_by_viewer=True),
            gleb: Relation(boris, Friendship.REQUESTED),
        }
        for viewer, others in ((anna, [boris, vera, gleb]), (gleb, [anna, boris]), (vera, [anna])):
            together = await _load_relations(tx, viewer, others)
            assert together == {one: (await _load_relations(tx, viewer, [one]))[one] for one in others}
        assert await _load_relations(tx, anna, []) == {}


async def test_a_block_is_lifted_once(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> list[object]:
        await insert_block(tx, anna, boris, NOW)
        return [
            await delete_block(tx, boris, anna),
            await delete_block(tx, anna, boris),
            await delete_block(tx, anna, boris),
            await _load_relations(tx, anna, [boris]),
        ]

    assert await database.write(work) == [False, True, False, {boris: Relation(anna)}]
