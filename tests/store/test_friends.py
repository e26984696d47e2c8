"""Friendships and requests, a row for each side."""

import asyncio

import pytest

from dvor.model.friends import Friend, FriendOrder, Friendship
from dvor.model.users import ONLINE_SECONDS
from dvor.store.database import Transaction
from dvor.store.friends import (
    count_friends,
    count_online_friends,
    count_unseen_requests,
    delete_friends,
    friend_row,
    list_friend_ids,
    list_requests,
    load_friend,
    load_friendships,
    mark_requests_seen,
    save_friends,
)
from dvor.store.users import save_presences
from tests.store.people import NOW, add_user, add_users, befriend


@pytest.fixture
async def people(database) -> list[int]:
    """Anna, her friends Вера, Борис and Анна (friends in this order), and two who ask her."""

    async def work(tx: Transaction) -> list[int]:
        names = ["Анна", "Вера", "Борис", "Анна", "Глеб", "Дина"]
        anna, *others = [await add_user(tx, name) for name in names]
        for place, other in enumerate(others):
            state = Friendship.FRIENDS if place < 3 else Friendship.FOLLOWED
            back = Friendship.FRIENDS if place < 3 else Friendship.REQUESTED
            row = friend_row(anna, other, state, NOW + place, is_seen=place != 4, text="Это я" * (place == 4))
            await save_friends(tx, [row, friend_row(other, anna, back, NOW + place)])
        return [anna, *others]

    users: list[int] = await database.write(work)
    return users


async def test_each_side_has_its_row(database, people) -> None:
    anna, vera, _boris, _, gleb, dina = people
    async with database.read() as tx:
        assert await load_friendships(tx, anna, [vera, gleb, 999]) == {
            vera: Friendship.FRIENDS,
            gleb: Friendship.FOLLOWED,
        }
        assert await load_friendships(tx, gleb, [anna]) == {anna: Friendship.REQUESTED}
        assert await load_friendships(tx, anna, []) == {}
        assert await load_friend(tx, anna, dina) == Friend(anna, dina, 2, False, "Это я", NOW + 4)
        assert await load_friend(tx, dina, vera) is None


async def test_pages_of_friends_in_every_order(database, people) -> None:
    anna, vera, boris, namesake, *_ = people
    orders: dict[FriendOrder, list[int]] = {
        "hints": [vera, boris, namesake],
        "id": [vera, boris, namesake],
        "name": [namesake, boris, vera],
    }
    async with database.read() as tx:
        for order, wanted in orders.items():
            assert await list_friend_ids(tx, anna, Friendship.FRIENDS, order, 0, 10) == wanted
            assert await list_friend_ids(tx, anna, Friendship.FRIENDS, order, 1, 1) == wanted[1:2]
            assert await list_friend_ids(tx, anna, Friendship.FRIENDS, order, 3, 10) == []
        assert await count_friends(tx, anna, Friendship.FRIENDS) == 3
        assert await count_friends(tx, anna, Friendship.REQUESTED) == 0


async def test_requests_newest_first_with_or_without_those_seen(database, people) -> None:
    anna, *_, gleb, dina = people
    async with database.read() as tx:
        every = await list_requests(tx, anna, Friendship.FOLLOWED, 0, 10, with_seen=True)
        unseen = await list_requests(tx, anna, Friendship.FOLLOWED, 0, 10, with_seen=False)
        assert [one.friend_id for one in every] == [dina, gleb]
        assert [one.friend_id for one in unseen] == [dina]
        assert await list_requests(tx, anna, Friendship.FOLLOWED, 1, 1, with_seen=True) == every[1:]
        assert await count_unseen_requests(tx, anna) == 1

    async def see(tx: Transaction) -> int:
        await mark_requests_seen(tx, anna, [gleb, dina, 999])
        return await count_unseen_requests(tx, anna)

    assert await database.write(see) == 0


async def test_only_friends_who_are_present_count_as_online(database, people) -> None:
    anna, vera, boris, namesake, gleb, _ = people
    visits = [
        (vera, NOW, False),
        (boris, NOW, True),
        (namesake, NOW - ONLINE_SECONDS, False),
        (gleb, NOW, False),
    ]

    async def work(tx: Transaction) -> int:
        rows = [
            {"user_id": user_id, "seen_at": at, "platform": 7, "is_offline": is_offline}
            for user_id, at, is_offline in visits
        ]
        await save_presences(tx, rows)
        return await count_online_friends(tx, anna, NOW)

    assert await database.write(work) == 1


async def test_a_request_becomes_a_friendship_and_ends(database, people) -> None:
    anna, *_, dina = people

    async def accept(tx: Transaction) -> dict[int, Friendship]:
        await befriend(tx, anna, dina)
        return await load_friendships(tx, anna, [dina])

    async def end(tx: Transaction) -> list[object]:
        await delete_friends(tx, dina, anna)
        await delete_friends(tx, dina, anna)
        return [await load_friend(tx, anna, dina), await load_friend(tx, dina, anna)]

    assert await database.write(accept) == {dina: Friendship.FRIENDS}
    assert await database.write(end) == [None, None]


async def test_many_friendships_at_once_leave_both_sides_equal(database) -> None:
    users = await add_users(database, 6)

    def pairing(one: int, other: int):
        async def work(tx: Transaction) -> None:
            await befriend(tx, one, other)

        return work

    pairs = [(one, other) for one in users for other in users if one != other]
    await asyncio.gather(*(database.write(pairing(*pair)) for pair in pairs))
    async with database.read() as tx:
        for user in users:
            others = [one for one in users if one != user]
            assert await list_friend_ids(tx, user, Friendship.FRIENDS, "id", 0, 100) == others
