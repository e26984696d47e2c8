"""Users and the rows that belong to every user."""

import asyncio

import pytest

from dvor.model.users import Access, Details, NewUser, User
from dvor.store.database import Transaction
from dvor.store.users import (
    count_users,
    find_screen_names,
    insert_user,
    load_users,
    lock_owners,
    save_presences,
    set_avatar,
    set_deactivated,
)
from tests.store.people import NOW, add_user, add_users

ANNA = NewUser(
    first_name="Анна",
    last_name="О'Коннор «Ё» 🐈",
    nickname='"',
    screen_name="anna",
    sex=1,
    birth_date="1990-04-12",
    birth_date_visibility=2,
    city_id=2**31 + 5,
    city="Ленинград",
    is_closed=True,
    message_access=Access.FRIENDS,
    avatar={"50": "a" * 64, "max": "b" * 64},
    details=Details(about="Живу\nздесь", timezone=-3),
)


async def test_a_user_comes_back_as_stored(database) -> None:
    async def work(tx: Transaction) -> int:
        return await insert_user(tx, ANNA, NOW)

    user_id = await database.write(work)
    async with database.read() as tx:
        user = (await load_users(tx, [user_id]))[user_id]
    wanted = {name: getattr(ANNA, name) for name in ANNA.__struct_fields__}
    assert user == User(id=user_id, created_at=NOW, seen_at=None, platform=None, is_offline=None, **wanted)
    assert isinstance(user.is_closed, bool)
    assert user.city_id > 2**31


async def test_users_are_loaded_in_one_query_and_missing_ones_left_out(database) -> None:
    users = await add_users(database, 3)
    async with database.read() as tx:
        assert await load_users(tx, []) == {}
        assert await load_users(tx, [999]) == {}
        assert sorted(await load_users(tx, [*users, *users, 999, -1, 0])) == users
        assert await load_users(tx, users[:1]) == {
            one: user for one, user in (await load_users(tx, users)).items() if one == users[0]
        }
        assert await count_users(tx) == 3


async def test_screen_names_lead_to_users(database) -> None:
    async def work(tx: Transaction) -> list[int]:
        return [await add_user(tx, screen_name=name) for name in ("anna", "борис", None, None)]

    anna, boris, *_ = await database.write(work)
    async with database.read() as tx:
        assert await find_screen_names(tx, ["anna", "борис", "nobody", ""]) == {"anna": anna, "борис": boris}
        assert await find_screen_names(tx, []) == {}


async def test_a_screen_name_is_taken_once(database) -> None:
    async def work(tx: Transaction) -> int:
        return await add_user(tx, screen_name="anna")

    await database.write(work)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(work)


async def test_visits_are_kept_apart_and_replaced(database) -> None:
    anna, boris = await add_users(database, 2)

    def visit(user_id: int, at: int, is_offline: bool = False) -> dict[str, object]:
        return {"user_id": user_id, "seen_at": at, "platform": 7, "is_offline": is_offline}

    async def work(tx: Transaction) -> None:
        await save_presences(tx, [visit(anna, NOW), visit(boris, NOW)])
        await save_presences(tx, [visit(anna, NOW + 5, is_offline=True)])

    await database.write(work)
    async with database.read() as tx:
        users = await load_users(tx, [anna, boris])
    assert (users[anna].seen_at, users[anna].is_offline, users[anna].is_online(NOW + 6)) == (
        NOW + 5,
        True,
        False,
    )
    assert users[boris].is_online(NOW + 6)


async def test_a_user_is_deactivated_and_brought_back(database) -> None:
    (anna,) = await add_users(database, 1)

    async def work(tx: Transaction) -> list[object]:
        return [
            await set_deactivated(tx, anna, "banned"),
            (await load_users(tx, [anna]))[anna].deactivated,
            await set_deactivated(tx, anna, None),
            (await load_users(tx, [anna]))[anna].deactivated,
            await set_deactivated(tx, 999, "deleted"),
        ]

    assert await database.write(work) == [True, "banned", True, None, False]


async def test_an_avatar_is_replaced(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        await set_avatar(tx, anna, {"50": "file"})

    await database.write(work)
    async with database.read() as tx:
        users = await load_users(tx, [anna, boris])
    assert [users[one].avatar for one in (anna, boris)] == [{"50": "file"}, {}]


async def test_owners_are_locked_in_order_whatever_the_order_asked_for(database) -> None:
    """Two who lock the same owners in opposite orders wait for each other one way only."""
    users = await add_users(database, 6)
    attempts = []

    def locking(order: list[int]):
        async def work(tx: Transaction) -> None:
            attempts.append(order)
            await lock_owners(tx, order)
            await set_deactivated(tx, order[0], None)

        return work

    orders = [users, users[::-1]] * 10
    await asyncio.gather(*(database.write(locking(order)) for order in orders))
    assert len(attempts) == len(orders)
