"""Conversations: one for each pair, and what each member sees of them."""

import asyncio
import itertools

from dvor.model.conversations import ConversationFilter, Membership
from dvor.store.conversations import (
    count_memberships,
    find_dialog,
    list_memberships,
    load_memberships,
    lock_dialog,
)
from dvor.store.database import Transaction
from tests.store.people import add_users, say

NOTHING = (0,) * 8
"""Nothing cleared, not left, and no marks."""


async def membership(database, user_id: int, conversation_id: int) -> Membership:
    async with database.read() as tx:
        return (await load_memberships(tx, user_id, [conversation_id]))[conversation_id]


async def test_a_dialog_is_made_once_under_a_race(database) -> None:
    """All pairs of five people, from both sides, all at once."""
    users = await add_users(database, 5)

    def locking(one: int, other: int):
        async def work(tx: Transaction) -> tuple[frozenset[int], int]:
            return frozenset([one, other]), (await lock_dialog(tx, one, other)).id

        return work

    pairs = [*itertools.product(users, users)] * 3
    found = await asyncio.gather(*(database.write(locking(*pair)) for pair in pairs))
    dialogs = dict(found)
    assert set(found) == set(dialogs.items())
    assert len(set(dialogs.values())) == len(dialogs) == 15
    async with database.read() as tx:
        for user in users:
            assert await count_memberships(tx, user) == 0, "nothing was said"
            for other in users:
                dialog = await find_dialog(tx, user, other)
                assert dialog is not None
                assert dialog.id == dialogs[frozenset([user, other])]
                mine = (await load_memberships(tx, user, [dialog.id]))[dialog.id]
                assert (mine.peer_id, mine.last_number, mine.unread_count) == (other, 0, 0)


async def test_a_dialog_is_found_from_both_sides_or_not_at_all(database) -> None:
    anna, boris, vera = await add_users(database, 3)

    async def work(tx: Transaction) -> int:
        return (await lock_dialog(tx, boris, anna)).id

    dialog_id = await database.write(work)
    assert await database.write(work) == dialog_id
    async with database.read() as tx:
        one, other = await find_dialog(tx, anna, boris), await find_dialog(tx, boris, anna)
        assert one == other
        assert one is not None
        assert (one.id, one.low_id, one.high_id, one.last_number) == (dialog_id, anna, boris, 0)
        assert await find_dialog(tx, anna, vera) is None


async def test_what_each_side_sees_of_a_conversation(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> list[int]:
        await say(tx, boris, boris, "Заметка")  # numbers of the server and of the dialog then differ
        return [
            (await say(tx, *pair)).id for pair in ((anna, boris), (anna, boris), (boris, anna), (anna, boris))
        ]

    ids = await database.write(work)
    assert await membership(database, anna, 2) == Membership(
        2, anna, boris, 4, ids[3], 4, ids[3], 3, ids[2], 0, *NOTHING
    )
    assert await membership(database, boris, 2) == Membership(
        2, boris, anna, 4, ids[3], 3, ids[2], 4, ids[3], 1, *NOTHING
    )


async def test_notes_to_oneself_are_read_at_once(database) -> None:
    (anna,) = await add_users(database, 1)

    async def work(tx: Transaction) -> None:
        for _ in range(3):
            await say(tx, anna, anna)

    await database.write(work)
    mine = await membership(database, anna, 1)
    assert (mine.peer_id, mine.last_number, mine.read_number, mine.unread_count) == (anna, 3, 3, 0)


async def test_unread_messages_are_counted_under_concurrency(database) -> None:
    anna, boris, vera = await add_users(database, 3)

    def saying(sender: int):
        async def work(tx: Transaction) -> None:
            await say(tx, sender, anna)

        return work

    await asyncio.gather(*(database.write(saying(sender)) for sender in [boris, vera] * 15))
    async with database.read() as tx:
        page = await list_memberships(tx, anna, 0, 10, which="unread")
        assert {(one.peer_id, one.unread_count, one.last_number) for one in page} == {
            (boris, 15, 15),
            (vera, 15, 15),
        }


async def test_pages_of_conversations_liveliest_first(database) -> None:
    anna, *others = await add_users(database, 6)

    async def work(tx: Transaction) -> list[int]:
        ids = [(await say(tx, other, anna)).id for other in others]
        return [*ids, (await say(tx, anna, others[0])).id]

    ids = await database.write(work)
    first, *rest = others
    async with database.read() as tx:

        async def peers(
            offset: int, count: int, *, which: ConversationFilter = "all", start: int = 0
        ) -> list[int]:
            page = await list_memberships(tx, anna, offset, count, which=which, start_message_id=start)
            return [one.peer_id for one in page]

        lively = [first, *rest[::-1]]
        assert await peers(0, 10) == lively
        assert await peers(1, 2) == lively[1:3]
        assert await peers(0, 10, which="unread") == rest[::-1]
        assert await peers(0, 10, start=ids[3]) == lively[2:]
        assert await peers(1, 10, which="unread", start=ids[3]) == lively[3:]
        assert await count_memberships(tx, anna, which="all") == 5
        assert await count_memberships(tx, anna, which="unread") == 4
        assert await load_memberships(tx, anna, []) == {}
        assert list(await load_memberships(tx, others[1], [1, 2, 3])) == [2]
