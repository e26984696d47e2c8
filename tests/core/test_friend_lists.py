"""Lists of friends: only friends are on them, and only their owner sees them."""

import pytest

from dvor.core import friend_lists, friends, privacy
from dvor.core.courtyard import Courtyard
from dvor.model.errors import InvalidParameter, ListNotFound, TooManyLists
from dvor.model.friends import MAX_LISTS
from tests.core.conftest import NOW, Settle


async def befriend(courtyard: Courtyard, one: int, *others: int) -> None:
    for other in others:
        for asks, asked in ((one, other), (other, one)):
            await courtyard.database.write(
                lambda tx, asks=asks, asked=asked: friends.add_friend(tx, asks, asked, text="", now=NOW)  # type: ignore[misc]
            )


async def add(courtyard: Courtyard, owner: int, name: str, *members: int) -> int:
    return await courtyard.database.write(lambda tx: friend_lists.add_list(tx, owner, name, list(members)))


async def edit(courtyard: Courtyard, owner: int, number: int, **change: object) -> None:
    named = {"added": [], "removed": []} | change
    await courtyard.database.write(lambda tx: friend_lists.edit_list(tx, owner, number, **named))  # type: ignore[arg-type]


async def on_list(courtyard: Courtyard, owner: int, number: int, viewer: int = 0) -> list[int]:
    async with courtyard.database.read() as tx:
        page = await friends.list_friends(
            tx, viewer or owner, owner, order="id", offset=0, count=10, with_people=False, list_id=number
        )
    assert page.count == len(page.user_ids)
    return page.user_ids


async def test_lists_hold_friends_alone(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara, stranger = await settle({}, {}, {}, {})
    await befriend(courtyard, anna, boris, clara)
    number = await add(courtyard, anna, "Соседи", boris, stranger, 999)
    assert await on_list(courtyard, anna, number) == [boris]
    await edit(courtyard, anna, number, added=[clara, stranger], removed=[boris])
    assert await on_list(courtyard, anna, number) == [clara]
    await edit(courtyard, anna, number, name="Друзья", friend_ids=[boris, clara])
    async with courtyard.database.read() as tx:
        assert [(one.id, one.name) for one in await friend_lists.load_lists(tx, anna)] == [(number, "Друзья")]
        assert await friend_lists.load_lists_of(tx, anna, [boris, clara]) == {boris: [1], clara: [1]}
    with pytest.raises(ListNotFound):
        await on_list(courtyard, anna, number, viewer=boris)
    await courtyard.database.write(lambda tx: friends.remove_friend(tx, boris, anna, now=NOW))
    assert await on_list(courtyard, anna, number) == [clara]
    await courtyard.database.write(lambda tx: privacy.block(tx, anna, clara, NOW))
    assert await on_list(courtyard, anna, number) == []
    await befriend(courtyard, anna, boris)
    assert await on_list(courtyard, anna, number) == []


async def test_a_friend_is_put_on_lists(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger = await settle({}, {}, {})
    await befriend(courtyard, anna, boris)
    numbers = [await add(courtyard, anna, name) for name in ("a", "b", "c")]
    for wanted in ([1, 2], [2, 3], []):
        await courtyard.database.write(
            lambda tx, wanted=wanted: friend_lists.put_on_lists(tx, anna, boris, wanted)  # type: ignore[misc]
        )
        assert [n for n in numbers if boris in await on_list(courtyard, anna, n)] == wanted
    with pytest.raises(InvalidParameter):
        await courtyard.database.write(lambda tx: friend_lists.put_on_lists(tx, anna, stranger, [1]))
    with pytest.raises(ListNotFound):
        await courtyard.database.write(lambda tx: friend_lists.put_on_lists(tx, anna, boris, [9]))


async def test_how_many_lists_there_may_be(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    assert [await add(courtyard, anna, "x") for _ in range(MAX_LISTS)] == list(range(1, MAX_LISTS + 1))
    with pytest.raises(TooManyLists):
        await add(courtyard, anna, "x")
    await courtyard.database.write(lambda tx: friend_lists.delete_list(tx, anna, 7))
    assert await add(courtyard, anna, "x") == 7
    for name in ("", " ", "x" * 65):
        with pytest.raises(InvalidParameter):
            await add(courtyard, anna, name)
