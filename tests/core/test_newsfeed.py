"""The newsfeed: whose news is shown, in which order, page by page."""

import random
from typing import Any

import pytest

from dvor.core import friends, groups, news_lists, privacy, users, wall
from dvor.core.courtyard import Courtyard
from dvor.core.newsfeed import (
    TOP,
    NewsPage,
    hide_from_news,
    list_mentions,
    load_hidden,
    read_newsfeed,
    show_in_news,
)
from dvor.model.errors import GroupNotFound, InvalidParameter, ListNotFound, TooManyNewsLists, UserNotFound
from dvor.model.groups import GroupAccess, NewGroup
from dvor.model.newsfeed import NewsList, Sources
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

Key = tuple[int, int, int]


async def live(courtyard: Courtyard, settle: Settle) -> tuple[int, list[int], list[Key]]:
    """Make a reader with friends who have written at random times; return him, them and (time, owner, number)."""
    me, *others = await settle(*[{}] * 5)
    chance = random.Random(1)
    written: list[Key] = []

    async def write(tx: Transaction) -> None:
        for one in others:
            await friends.add_friend(tx, me, one, text="", now=NOW)
            await friends.add_friend(tx, one, me, text="", now=NOW)
        for owner in (me, *others):
            for at in sorted(NOW + chance.randrange(12) for _ in range(7)):
                number = await wall.write_post(
                    tx, owner, owner, "news", [], platform="", is_friends_only=False, now=at
                )
                written.append((at, owner, number))

    await courtyard.database.write(write)
    return me, others, sorted(written, reverse=True)


async def read(
    courtyard: Courtyard,
    me: int,
    *,
    cursor: Key = TOP,
    since: int = 0,
    until: int = 0,
    count: int = 100,
    sources: Sources | None = None,
) -> NewsPage:
    """Return a page of the feed."""
    async with courtyard.database.read() as tx:
        return await read_newsfeed(
            tx, me, cursor=cursor, since=since, until=until, count=count, sources=sources
        )


def keys(news: NewsPage) -> list[Key]:
    return [(post.created_at, post.owner_id, post.id) for post in news.page.posts]


async def test_the_newest_of_all_come_first(courtyard: Courtyard, settle: Settle) -> None:
    me, others, written = await live(courtyard, settle)
    news = await read(courtyard, me)
    assert keys(news) == written
    assert news.next_cursor is None
    assert news.page.count == len(written)
    assert set(news.page.owners) == {me, *others}


@pytest.mark.parametrize("count", [1, 4, 7, 34, 35])
async def test_pages_follow_on_without_gaps_or_repeats(
    courtyard: Courtyard, settle: Settle, count: int
) -> None:
    me, _, written = await live(courtyard, settle)
    seen: list[Key] = []
    cursor: Key | None = TOP
    while cursor is not None:
        news = await read(courtyard, me, cursor=cursor, count=count)
        assert len(news.page.posts) <= count
        seen += keys(news)
        cursor = news.next_cursor
    assert seen == written


async def test_times_and_sources_narrow_it(courtyard: Courtyard, settle: Settle) -> None:
    me, others, written = await live(courtyard, settle)
    for since, until in ((NOW + 3, 0), (0, NOW + 6), (NOW + 3, NOW + 6), (NOW + 20, 0), (0, NOW - 1)):
        expected = [key for key in written if since <= key[0] and (not until or key[0] <= until)]
        assert keys(await read(courtyard, me, since=since, until=until)) == expected, (since, until)
    for sources in (set(others[:2]), {me}, {999}, set[int]()):
        expected = [key for key in written if key[1] in sources]
        assert keys(await read(courtyard, me, sources=Sources(frozenset(sources)))) == expected


async def test_only_what_people_write_on_their_own_walls(courtyard: Courtyard, settle: Settle) -> None:
    me, friend, stranger = await settle({}, {}, {})

    async def write(tx: Transaction) -> None:
        for pair in ((me, friend), (friend, me)):
            await friends.add_friend(tx, *pair, text="", now=NOW)
        for one, owner in (
            (friend, friend),
            (stranger, friend),
            (friend, me),
            (friend, stranger),
            (stranger, stranger),
        ):
            await wall.write_post(tx, one, owner, "x", [], platform="", is_friends_only=False, now=NOW)
        await wall.write_post(tx, friend, friend, "x", [], platform="", is_friends_only=False, now=NOW)
        await wall.delete_post(tx, friend, friend, 3, now=NOW)

    await courtyard.database.write(write)
    assert keys(await read(courtyard, me)) == [(NOW, friend, 1)]


async def test_who_is_lost_is_not_shown(courtyard: Courtyard, settle: Settle) -> None:
    me, others, written = await live(courtyard, settle)
    unfriended, follower, blocker, deleted = others

    async def write(tx: Transaction) -> None:
        await friends.remove_friend(tx, me, unfriended, now=NOW)
        await friends.remove_friend(tx, follower, me, now=NOW)
        await privacy.block(tx, blocker, me, NOW)
        await users.deactivate(tx, deleted, "deleted")

    await courtyard.database.write(write)
    shown = {me, follower}
    assert keys(await read(courtyard, me)) == [key for key in written if key[1] in shown]


async def test_who_follows_does_not_see_what_is_for_friends(courtyard: Courtyard, settle: Settle) -> None:
    author, friend, follower = await settle({}, {}, {})

    async def write(tx: Transaction) -> None:
        for pair in ((author, friend), (friend, author), (follower, author)):
            await friends.add_friend(tx, *pair, text="", now=NOW)
        for is_friends_only in (False, True):
            await wall.write_post(
                tx, author, author, "x", [], platform="", is_friends_only=is_friends_only, now=NOW
            )

    await courtyard.database.write(write)
    assert [post.id for post in (await read(courtyard, friend)).page.posts] == [2, 1]
    assert [post.id for post in (await read(courtyard, author)).page.posts] == [2, 1]
    assert [post.id for post in (await read(courtyard, follower)).page.posts] == [1]


async def test_what_one_has_hidden_is_left_out_until_one_wants_it_again(
    courtyard: Courtyard, settle: Settle
) -> None:
    me, others, written = await live(courtyard, settle)
    hidden = others[:2]
    for _ in range(2):
        await courtyard.database.write(lambda tx: hide_from_news(tx, me, hidden, now=NOW))
    shown = [key for key in written if key[1] not in hidden]
    assert keys(await read(courtyard, me)) == shown != written
    first = await read(courtyard, me, count=5)
    assert first.next_cursor is not None
    second = await read(courtyard, me, cursor=first.next_cursor, count=5)
    assert [*keys(first), *keys(second)] == shown[:10]
    async with courtyard.database.read() as tx:
        everything = await read_newsfeed(tx, me, cursor=TOP, since=0, until=0, count=100, with_hidden=True)
        assert keys(everything) == written
        assert sorted(await load_hidden(tx, me)) == hidden
        # only this reader's news has changed
        assert await load_hidden(tx, others[2]) == {}
    assert await courtyard.database.write(lambda tx: show_in_news(tx, me, [*hidden, 999])) == 2
    assert keys(await read(courtyard, me)) == written


async def test_neither_oneself_nor_who_is_not_there_can_be_hidden(
    courtyard: Courtyard, settle: Settle
) -> None:
    me, other = await settle({}, {})
    group_id = await courtyard.database.write(
        lambda tx: groups.create_group(tx, other, NewGroup(name="Сад", access=GroupAccess.PRIVATE), now=NOW)
    )
    for source_id, refusal in ((me, InvalidParameter), (999, UserNotFound), (-group_id, GroupNotFound)):
        with pytest.raises(refusal):
            await courtyard.database.write(
                lambda tx, source_id=source_id: hide_from_news(tx, me, [other, source_id], now=NOW)  # type: ignore[misc]
            )
    async with courtyard.database.read() as tx:
        assert await load_hidden(tx, me) == {}


async def test_kinds_and_lists_of_sources(courtyard: Courtyard, settle: Settle) -> None:
    me, friend, followed, stranger = await settle({}, {}, {}, {})

    async def work(tx: Transaction) -> dict[str, int]:
        await friends.add_friend(tx, me, friend, text="", now=NOW)
        await friends.add_friend(tx, friend, me, text="", now=NOW)
        await friends.add_friend(tx, me, followed, text="", now=NOW)
        group = -await groups.create_group(tx, me, NewGroup(name="Сад"), now=NOW)
        page = -await groups.create_group(tx, me, NewGroup(name="Газета", kind="page"), now=NOW)
        owners = {"friends": friend, "following": followed, "groups": group, "pages": page}
        for owner_id in (*owners.values(), stranger):
            await wall.write_post(
                tx,
                max(owner_id, me),
                owner_id,
                "x",
                [],
                platform="",
                is_friends_only=False,
                now=NOW,
                from_group=owner_id < 0,
            )
        return owners

    owners = await courtyard.database.write(work)
    write = courtyard.database.write

    async def seen(*kinds: str, lists: tuple[int, ...] = (), ids: tuple[int, ...] = ()) -> set[int]:
        sources = Sources(frozenset(ids), frozenset(kinds), frozenset(lists))
        return {owner_id for _, owner_id, _ in keys(await read(courtyard, me, sources=sources))}

    for kind, owner_id in owners.items():
        assert await seen(kind) == {owner_id}
    assert await seen("groups", "pages", ids=(friend,)) == {owners["groups"], owners["pages"], friend}
    number = await write(
        lambda tx: news_lists.save_news_list(tx, me, 0, "Соседи", [friend, owners["pages"], stranger, 10**6])
    )
    assert await seen(lists=(number,)) == {friend, owners["pages"]}, "whom one does not follow brings no news"
    async with courtyard.database.read() as tx:
        [kept] = await news_lists.load_news_lists(tx, me)
        assert kept == NewsList(1, "Соседи", [friend, owners["pages"], stranger])
    await write(lambda tx: news_lists.save_news_list(tx, me, number, "Друг", [friend]))
    assert await seen(lists=(number, 9)) == {friend}
    for _ in range(9):
        await write(lambda tx: news_lists.save_news_list(tx, me, 0, "x", []))
    with pytest.raises(TooManyNewsLists):
        await write(lambda tx: news_lists.save_news_list(tx, me, 0, "x", []))
    await write(lambda tx: news_lists.delete_news_list(tx, me, number))
    with pytest.raises(ListNotFound):
        await write(lambda tx: news_lists.delete_news_list(tx, me, number))
    assert await seen(lists=(number,)) == set()


async def test_posts_that_call_a_person(courtyard: Courtyard, settle: Settle) -> None:
    me, boris = await settle({}, {})
    about: dict[str, Any] = {"platform": "", "is_friends_only": False}

    async def work(tx: Transaction) -> list[int]:
        return [
            await wall.write_post(tx, boris, boris, text, [], now=NOW + place, **about)
            for place, text in enumerate((f"@id{me}", f"[id{me}|N0] и ты", "никто", f"@id{me} снова"))
        ]

    first, second, _, last = await courtyard.database.write(work)
    await courtyard.database.write(lambda tx: wall.delete_post(tx, boris, boris, second, now=NOW))

    async def called(who: int = me, **asked: int) -> list[int]:
        bounds = {"since": 0, "until": 0, "offset": 0, "count": 9} | asked
        async with courtyard.database.read() as tx:
            return [post.id for post in (await list_mentions(tx, who, **bounds)).posts]

    assert await called() == [last, first]
    assert await called(boris) == []
    assert await called(offset=1) == [first]
    assert await called(since=NOW + 1) == [last]
    assert await called(until=NOW + 1) == [first]
