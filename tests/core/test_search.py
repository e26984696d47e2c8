"""Finding people and communities by names, posts by words: what is found is what there is and may be seen."""

from typing import Any

import pytest
from msgspec.structs import replace

from dvor.core import deletion, groups, newsfeed, privacy, profiles, search, wall
from dvor.core.courtyard import Courtyard
from dvor.core.friends import add_friend
from dvor.model.errors import GroupClosed, InvalidParameter, ProfileClosed
from dvor.model.groups import GroupAccess, GroupKind, NewGroup, Place
from dvor.model.ids import MAX_NUMBER
from dvor.model.search import EVERYBODY, GroupFilter, PeopleFilter
from dvor.model.users import User, personal_data
from dvor.store.consistency import RULES
from dvor.store.database import Transaction
from dvor.store.users import load_users
from tests.core.conftest import NOW, Settle

TOP = newsfeed.TOP


async def people(
    courtyard: Courtyard, question: str, wanted: PeopleFilter = EVERYBODY, **asked: Any
) -> tuple[int, list[int]]:
    named: dict[str, Any] = {"order": "oldest", "offset": 0, "count": 100} | asked
    async with courtyard.database.read() as tx:
        total, ids, found = await search.search_people(tx, 0, question, wanted, **named)
    assert set(ids) == set(found)
    return total, ids


async def load(courtyard: Courtyard, user_id: int) -> User:
    async with courtyard.database.read() as tx:
        return (await load_users(tx, [user_id]))[user_id]


async def change(courtyard: Courtyard, user_id: int, **changes: Any) -> None:
    data = replace(personal_data(await load(courtyard, user_id)), **changes)
    await courtyard.database.write(lambda tx: profiles.change_personal_data(tx, user_id, data, NOW))


async def check_words(courtyard: Courtyard) -> None:
    async with courtyard.database.read() as tx:
        for rule in RULES:
            if rule.name.startswith("words"):
                assert not await tx.rows(rule.wrong, count=5), rule.name


async def write(courtyard: Courtyard, author: int, text: str, owner: int = 0, **more: Any) -> tuple[int, int]:
    named: dict[str, Any] = {"platform": "", "is_friends_only": False, "now": NOW} | more
    owner = owner or author
    number = await courtyard.database.write(lambda tx: wall.write_post(tx, author, owner, text, [], **named))
    return owner, number


async def posts(courtyard: Courtyard, viewer: int, question: str, **asked: Any) -> list[tuple[int, int]]:
    named: dict[str, Any] = {"cursor": TOP, "since": 0, "count": 100} | asked
    async with courtyard.database.read() as tx:
        total, news = await search.search_posts(tx, viewer, question, **named)
    assert total >= len(news.page.posts)
    return [(post.owner_id, post.id) for post in news.page.posts]


async def test_people_are_found_by_the_beginnings_of_their_names(
    courtyard: Courtyard, settle: Settle
) -> None:
    anna, anton, fyodor = await settle(
        {"first_name": "Анна", "last_name": "Соколова", "screen_name": "anna"},
        {"first_name": "Антон", "last_name": "Сокол"},
        {"first_name": "Фёдор", "last_name": "Анин", "is_closed": True},
    )
    assert await people(courtyard, "ан") == (3, [anna, anton, fyodor])
    assert await people(courtyard, "СОКОЛ ан", order="newest") == (2, [anton, anna])
    assert await people(courtyard, "сокол", offset=1, count=1) == (2, [anton])
    assert await people(courtyard, "федо") == (1, [fyodor])
    assert await people(courtyard, "anna") == (1, [anna])
    assert await people(courtyard, "соколов анн ann") == (1, [anna])
    assert await people(courtyard, "нна") == (0, [])
    assert await people(courtyard, "") == (3, [anna, anton, fyodor])
    await change(courtyard, anna, last_name="Волкова", screen_name=None)
    assert await people(courtyard, "сокол") == (1, [anton])
    assert await people(courtyard, "anna") == (0, [])
    assert await people(courtyard, "волк") == (1, [anna])
    await courtyard.database.write(lambda tx: deletion.delete_person(tx, anna))
    assert await people(courtyard, "а") == (2, [anton, fyodor])
    assert await people(courtyard, "deleted") == (0, [])
    await check_words(courtyard)


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"sex": 1}, {"anna"}),
    ({"sex": 2}, {"boris", "clara"}),
    ({"relation": 4}, {"anna"}),
    ({"city_id": 1}, {"anna", "boris"}),
    ({"city": "Мос%"}, set()),
    ({"city": "Москва"}, {"anna", "boris"}),
    ({"country_id": 7}, {"clara"}),
    ({"home_town": "Тверь"}, {"anna"}),
    ({"birth_date_from": "1990-01-01"}, {"anna"}),
    ({"birth_date_to": "1989-12-31"}, {"boris"}),
    ({"birth_day": 12}, {"anna", "clara"}),
    ({"birth_day": 12, "birth_month": 4}, {"anna"}),
    ({"birth_day": 12, "birth_date_from": "1900-01-01"}, {"anna"}),
    ({"has_photo": True}, {"boris"}),
    ({"seen_since": NOW - 10}, {"clara"}),
]


@pytest.mark.parametrize(("wanted", "names"), FILTERS)
async def test_people_are_found_by_what_they_tell(
    courtyard: Courtyard, settle: Settle, wanted: dict[str, Any], names: set[str]
) -> None:
    anna = {"sex": 1, "relation": 4, "city_id": 1, "city": "Москва", "home_town": "Тверь"}
    anna |= {"birth_date": "1990-04-12"}
    boris = {"sex": 2, "city_id": 1, "city": "Москва", "birth_date": "1985-11-02", "avatar": {"50": "a.jpg"}}
    clara = {"sex": 2, "country_id": 7, "birth_date": "1993-07-12", "birth_date_visibility": 2}
    hidden = {
        "sex": 1,
        "birth_date": "1990-04-12",
        "birth_date_visibility": 0,
        "is_closed": True,
        "city_id": 1,
    }
    ids = await settle(*({"last_name": "Двор"} | one for one in (anna, boris, clara, hidden)))
    courtyard.touches.see_user(ids[2], NOW, 7)
    await courtyard.touches.flush()
    chosen = [ids[("anna", "boris", "clara").index(name)] for name in sorted(names)]
    assert await people(courtyard, "двор", PeopleFilter(**wanted)) == (len(chosen), chosen)
    assert await people(courtyard, "", PeopleFilter(**wanted)) == (len(chosen), chosen)


async def test_friends_are_found_among_friends(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, _ = await settle({"is_closed": True}, {"first_name": "Борис"}, {"first_name": "Борис"})
    for one, other in ((anna, boris), (boris, anna)):
        await courtyard.database.write(
            lambda tx, one=one, other=other: add_friend(tx, one, other, text="", now=NOW)  # type: ignore[misc]
        )
    async with courtyard.database.read() as tx:
        page = await search.search_friends(tx, anna, anna, "бор", offset=0, count=10)
        assert (page.count, page.user_ids) == (1, [boris])
        assert (await search.search_friends(tx, anna, anna, "глеб", offset=0, count=10)).count == 0
        with pytest.raises(ProfileClosed):
            await search.search_friends(tx, 0, anna, "бор", offset=0, count=10)


async def test_communities_are_found_by_their_names(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})

    async def found(question: str, *kinds: Any) -> list[int]:
        async with courtyard.database.read() as tx:
            _, ids, _ = await search.search_groups(
                tx, boris, question, list(kinds) or ["group", "page", "event"], offset=0, count=10
            )
        return ids

    async def make(**about: Any) -> int:
        return await courtyard.database.write(
            lambda tx: groups.create_group(tx, anna, NewGroup(**about), now=NOW)
        )

    garden, choir = await make(name="Сад двора"), await make(name="Дворовый хор", kind="page")
    await make(name="Двор тайный", access=GroupAccess.PRIVATE)
    await courtyard.database.write(lambda tx: groups.join_group(tx, boris, choir, now=NOW))
    assert await found("двор") == [choir, garden]
    assert await found("двор", "page") == [choir]
    assert await found("двор сад") == [garden]
    await courtyard.database.write(
        lambda tx: groups.edit_group(tx, anna, garden, {"name": "Огород"}, now=NOW)
    )
    assert (await found("двор"), await found("огор")) == ([choir], [garden])
    with pytest.raises(InvalidParameter):
        await found("—")
    await check_words(courtyard)


async def test_posts_are_found_as_long_as_they_are_there(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    first = await write(courtyard, anna, "Ёлка во дворе", now=NOW - 5)
    second = await write(courtyard, boris, "дворник и ёлки")
    assert await posts(courtyard, 0, "двор елк") == [second, first]
    assert await posts(courtyard, 0, "дворе") == [first]
    assert await posts(courtyard, 0, "двор", since=NOW) == [second]
    assert await posts(courtyard, 0, "двор", cursor=(NOW - 1, MAX_NUMBER, MAX_NUMBER)) == [first]
    await courtyard.database.write(lambda tx: wall.edit_post(tx, anna, *first, "Сосна", None, now=NOW))
    assert (await posts(courtyard, 0, "елк"), await posts(courtyard, 0, "сосн")) == ([second], [first])
    await courtyard.database.write(lambda tx: wall.delete_post(tx, boris, *second, now=NOW))
    assert await posts(courtyard, 0, "елк") == []
    await check_words(courtyard)
    await courtyard.database.write(lambda tx: wall.restore_post(tx, boris, *second))
    assert await posts(courtyard, 0, "елк") == [second]
    await check_words(courtyard)


async def test_what_is_not_public_is_not_found(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, closed = await settle({}, {}, {"is_closed": True})
    shown = await write(courtyard, anna, "двор")
    group_id = await courtyard.database.write(
        lambda tx: groups.create_group(tx, anna, NewGroup(name="Хор", access=GroupAccess.CLOSED), now=NOW)
    )
    await write(courtyard, anna, "двор", is_friends_only=True)
    await write(courtyard, closed, "двор")
    await write(courtyard, anna, "двор", -group_id, from_group=True)
    alien = await write(courtyard, boris, "двор", anna, now=NOW + 1)

    async def public(viewer: int, **asked: Any) -> list[tuple[int, int]]:
        named: dict[str, Any] = {"cursor": TOP, "since": 0, "count": 100, "with_others": False} | asked
        async with courtyard.database.read() as tx:
            news = await search.list_public_posts(tx, viewer, **named)
        return [(post.owner_id, post.id) for post in news.page.posts]

    for viewer in (0, boris, anna):
        assert await posts(courtyard, viewer, "двор") == [alien, shown]
        assert await public(viewer) == [shown]
        assert await public(viewer, with_others=True) == [alien, shown]
    async with courtyard.database.read() as tx:
        total, _ = await search.search_posts(tx, boris, "двор", cursor=TOP, since=0, count=1)
    assert total == 2
    await courtyard.database.write(lambda tx: newsfeed.hide_from_news(tx, boris, [anna], now=NOW))
    assert await public(boris) == []
    await courtyard.database.write(lambda tx: privacy.block(tx, anna, boris, NOW))
    assert await posts(courtyard, boris, "двор") == []


async def test_a_wall_is_searched_by_who_may_read_it(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, closed = await settle({}, {}, {"is_closed": True})
    mine = await write(courtyard, anna, "двор весной")
    friends = await write(courtyard, anna, "двор летом", is_friends_only=True, now=NOW + 1)
    others = await write(courtyard, boris, "двор зимой", anna, now=NOW + 2)
    await write(courtyard, boris, "двор", boris)

    async def found(viewer: int, owner: int, **asked: Any) -> list[tuple[int, int]]:
        named: dict[str, Any] = {"owners_only": False, "offset": 0, "count": 10} | asked
        async with courtyard.database.read() as tx:
            page = await search.search_wall(tx, viewer, owner, "двор", **named)
        return [(post.owner_id, post.id) for post in page.posts]

    assert await found(anna, anna) == [others, friends, mine]
    assert await found(boris, anna) == [others, mine]
    assert await found(boris, anna, owners_only=True) == [mine]
    assert await found(anna, anna, offset=1, count=1) == [friends]
    with pytest.raises(ProfileClosed):
        await found(boris, closed)
    group_id = await courtyard.database.write(
        lambda tx: groups.create_group(tx, anna, NewGroup(name="Хор", access=GroupAccess.CLOSED), now=NOW)
    )
    with pytest.raises(GroupClosed):
        await found(boris, -group_id)


async def test_common_words_are_found_by_looking_through(
    courtyard: Courtyard, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, closed = await settle({}, {"is_closed": True})
    written = []
    for number in range(20):
        text = "двор и сад" if number % 3 == 0 else "двор"
        written.append(await write(courtyard, anna, text, now=NOW + number // 4))
        await write(courtyard, closed, "двор и сад", now=NOW + number // 4)

    async def leaf_through(question: str, size: int) -> list[tuple[int, int]]:
        found, cursor = [], TOP
        while True:
            async with courtyard.database.read() as tx:
                _, news = await search.search_posts(tx, 0, question, cursor=cursor, since=0, count=size)
            found += [(post.owner_id, post.id) for post in news.page.posts]
            if news.next_cursor is None:
                return found
            cursor = news.next_cursor

    everything = {question: await leaf_through(question, 100) for question in ("двор", "сад двор")}
    assert everything == {"двор": written[::-1], "сад двор": written[::3][::-1]}
    monkeypatch.setattr(search, "MAX_HITS", 2)
    monkeypatch.setattr(search, "LOOK_AT_ONCE", 3)
    monkeypatch.setattr(search, "MAX_LOOKED_AT", 6)
    for size in (1, 4, 100):
        for question, expected in everything.items():
            assert await leaf_through(question, size) == expected, (question, size)


async def test_communities_of_a_place_and_a_time(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    places = {
        "Хор Москвы": Place(city_id=1, country_id=643),
        "Хор Твери": Place(city_id=2, country_id=643),
        "Хор Берлина": Place(city_id=3, country_id=276),
        "Концерт хора": Place(city_id=1, country_id=643, start_date=NOW + 60),
    }
    ids = {}
    for name, place in places.items():
        kind: GroupKind = "event" if place.start_date else "group"
        new = NewGroup(name=name, place=place, kind=kind)

        async def make(tx: Transaction, new: NewGroup = new) -> int:
            return await groups.create_group(tx, anna, new, now=NOW)

        ids[await courtyard.database.write(make)] = name

    async def found(offset: int = 0, **narrowed: int) -> set[str]:
        async with courtyard.database.read() as tx:
            total, chosen, _ = await search.search_groups(
                tx, 0, "хор", ["group", "event"], offset=offset, count=9, narrowed=GroupFilter(**narrowed)
            )
        assert len(chosen) == max(total - offset, 0)
        return {ids[one] for one in chosen}

    assert await found() == set(places)
    assert await found(city_id=1) == {"Хор Москвы", "Концерт хора"}
    assert await found(country_id=276) == {"Хор Берлина"}
    assert await found(city_id=1, country_id=276) == set()
    assert await found(begins_after=NOW) == {"Концерт хора"}
    assert await found(begins_after=NOW + 60) == set()
    assert len(await found(1, country_id=643)) == 2
