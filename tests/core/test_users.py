"""Users: making them, finding them by any name, and what is counted of them."""

from typing import Any

import pytest

from dvor.core import friends, groups, photos, privacy, users, wall
from dvor.core.courtyard import Courtyard
from dvor.core.events import get_cursor
from dvor.model.errors import InvalidParameter, LoginTaken, UserNotFound
from dvor.model.files import UploadedPicture
from dvor.model.groups import GroupAccess, NewGroup
from dvor.model.ids import MAX_USER_ID
from dvor.model.users import ONLINE_SECONDS, NewUser, Platform, User
from dvor.store.database import Transaction
from dvor.store.users import load_users
from tests.core.conftest import NOW, Settle


async def find(courtyard: Courtyard, *names: str) -> list[int]:
    """Return the ids that the names mean."""
    async with courtyard.database.read() as tx:
        return await users.find_user_ids(tx, list(names))


async def load(courtyard: Courtyard, user_id: int) -> User:
    """Return a user as stored."""
    async with courtyard.database.read() as tx:
        return (await load_users(tx, [user_id]))[user_id]


async def test_a_user_is_as_he_was_made(courtyard: Courtyard) -> None:
    new = NewUser(
        first_name="Анна",
        last_name="Кошкина",
        screen_name="anna",
        sex=1,
        birth_date="1990-04-12",
        city="Тверь",
    )
    user_id = await courtyard.database.write(lambda tx: users.create_user(tx, new, NOW))
    user = await load(courtyard, user_id)
    assert all(getattr(user, name) == getattr(new, name) for name in new.__struct_fields__)
    assert (user.created_at, user.seen_at, user.is_online(NOW)) == (NOW, None, False)
    async with courtyard.database.read() as tx:
        assert (await get_cursor(tx, user_id)).number == 0


@pytest.mark.parametrize(
    "screen_name", ["", "a", "Anna", "1anna", "anna_", ".anna", "an na", "анна", "id1", "id12345", "a" * 33, "an\nna", "anna\n"]
)  # fmt: skip
async def test_a_screen_name_is_plain(courtyard: Courtyard, settle: Settle, screen_name: str) -> None:
    with pytest.raises(InvalidParameter):
        await settle({"screen_name": screen_name})


@pytest.mark.parametrize("screen_name", ["an", "a1", "anna.k_1", "idle", "id0", "id1x", "a" * 32])
async def test_good_screen_names(courtyard: Courtyard, settle: Settle, screen_name: str) -> None:
    assert await settle({"screen_name": screen_name}) == await find(courtyard, screen_name)
    with pytest.raises(LoginTaken):
        await settle({"screen_name": screen_name})


async def test_users_are_found_by_number_id_and_screen_name(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, nameless = await settle({"screen_name": "anna"}, {"screen_name": "boris"}, {})
    assert await find(courtyard, " Boris", "ANNA ", f"id{nameless}") == [boris, anna, nameless]
    assert await find(courtyard, str(anna), "anna", f"ID{anna}", str(boris)) == [anna, boris], "each once"
    assert await find(courtyard, str(MAX_USER_ID), "999") == [MAX_USER_ID, 999], (
        "numbers stand for themselves"
    )
    strange = ["", " ", "0", "-1", "id0", "id-1", "1.0", "1e3", "١", "nobody", "%", "'", str(MAX_USER_ID + 1)]
    assert await find(courtyard, *strange, "9" * 400, "x" * 400) == []
    assert await find(courtyard) == []


async def test_people_come_as_the_viewer_stands_to_them(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, viewer = await settle({"screen_name": "anna"}, {"is_closed": True}, {})
    await courtyard.database.write(lambda tx: privacy.block(tx, anna, viewer, NOW))
    async with courtyard.database.read() as tx:
        ids, people = await users.get_people(tx, viewer, ["anna", str(boris), "999", str(viewer)])
    assert ids == [anna, boris, 999, viewer]
    assert list(people) == [anna, boris, viewer]
    assert [person.is_open for person in people.values()] == [False, False, True]
    assert people[anna].relation.blocks_viewer


async def test_a_visit_is_noted(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})

    async def visit(now: int, **more: Any) -> User:
        await courtyard.database.write(lambda tx: users.note_visit(tx, anna, Platform.ANDROID, now, **more))
        return await load(courtyard, anna)

    user = await visit(NOW)
    assert (user.seen_at, user.platform) == (NOW, Platform.ANDROID)
    assert user.is_online(NOW + ONLINE_SECONDS - 1)
    assert not user.is_online(NOW + ONLINE_SECONDS)
    assert not (await visit(NOW, is_offline=True)).is_online(NOW)
    assert (await visit(NOW + 1)).is_online(NOW + 1)


async def test_everything_is_counted(courtyard: Courtyard, settle: Settle) -> None:
    me, friend, absent, follower, followed = await settle({}, {}, {}, {}, {})

    async def write(tx: Transaction) -> None:
        for one in (friend, absent):
            await friends.add_friend(tx, me, one, text="", now=NOW)
            await friends.add_friend(tx, one, me, text="", now=NOW)
        await friends.add_friend(tx, follower, me, text="", now=NOW)
        await friends.add_friend(tx, me, followed, text="", now=NOW)
        await users.note_visit(tx, friend, Platform.SITE, NOW)
        await users.note_visit(tx, absent, Platform.SITE, NOW, is_offline=True)
        await photos.save_photo(
            tx, me, UploadedPicture("u", [], {}), text="", access_key="", quota=0, now=NOW
        )
        for is_friends_only in (False, False, True):
            number = await wall.write_post(
                tx, me, me, "hi", [], platform="", is_friends_only=is_friends_only, now=NOW
            )
            if number == 1:
                await wall.delete_post(tx, me, me, number, now=NOW)

        for access in GroupAccess:
            await groups.create_group(tx, me, NewGroup(name="Сад", access=access), now=NOW)

    await courtyard.database.write(write)
    async with courtyard.database.read() as tx:
        counted = await users.count_for_user(tx, me, NOW)
        empty = await users.count_for_user(tx, 999, NOW)
    assert (counted.friends, counted.online_friends) == (2, 1)
    assert (counted.followers, counted.subscriptions) == (1, 1)
    assert (counted.photos, counted.posts, counted.groups) == (1, 1, 2)
    assert set(empty.__struct_fields__) > {"friends", "posts"}
    assert (empty.friends, empty.followers, empty.photos, empty.posts) == (0, 0, 0, 0)


async def test_only_who_exists_is_deactivated(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    await courtyard.database.write(lambda tx: users.deactivate(tx, anna, "banned"))
    assert (await load(courtyard, anna)).deactivated == "banned"
    with pytest.raises(UserNotFound):
        await courtyard.database.write(lambda tx: users.deactivate(tx, 999, "banned"))


async def test_administrators_are_appointed(courtyard, settle) -> None:
    [anna] = await settle({})
    for is_administrator in (True, False):
        await courtyard.database.write(
            lambda tx, value=is_administrator: users.appoint(tx, anna, is_administrator=value)
        )
        async with courtyard.database.read() as tx:
            _, people = await users.get_people(tx, 0, [str(anna)])
        assert people[anna].user.is_administrator is is_administrator
    with pytest.raises(UserNotFound):
        await courtyard.database.write(lambda tx: users.appoint(tx, 999, is_administrator=True))
