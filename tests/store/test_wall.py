"""Wall posts: numbered by owner, drawn with their counters."""

import asyncio

import pytest

from dvor.model.attachments import Attachment
from dvor.model.wall import Post
from dvor.store.database import Transaction
from dvor.store.likes import insert_like
from dvor.store.wall import count_posts, insert_post, list_posts, load_posts, mark_post_deleted
from tests.store.people import NOW, add_users, new_post


async def everything(
    tx: Transaction, owner_id: int, which="all", *, with_friends_only: bool = True
) -> list[int]:
    page = await list_posts(tx, owner_id, 0, which, 0, 100, with_friends_only=with_friends_only)
    count = await count_posts(tx, owner_id, which, with_friends_only=with_friends_only)
    assert count == len(page)
    return [post.id for post in page]


@pytest.fixture
async def wall(database) -> list[int]:
    """Anna's wall: 1 her own, 2 by Boris, 3 her own for friends, 4 her own and older than all, 5 deleted."""
    anna, boris = await add_users(database, 2)
    posts = [
        new_post(anna, "Привет", attachments=[Attachment("photo", anna, 4)], platform="iphone"),
        new_post(anna, "Гость", from_id=boris, created_at=NOW + 1),
        new_post(anna, "Своим", is_friends_only=True, created_at=NOW + 1),
        new_post(anna, "Старое", created_at=NOW - 100),
        new_post(anna, "Лишнее", created_at=NOW + 5),
    ]

    async def work(tx: Transaction) -> None:
        assert [await insert_post(tx, post) for post in posts] == [1, 2, 3, 4, 5]
        assert await mark_post_deleted(tx, anna, 5, NOW + 6)

    await database.write(work)
    return [anna, boris]


async def test_a_post_comes_back_with_its_counters_and_the_viewers_like(database, wall) -> None:
    anna, boris = wall

    async def like(tx: Transaction) -> None:
        await insert_like(tx, "post", anna, 1, boris, NOW)
        await insert_like(tx, "photo", anna, 1, anna, NOW)

    await database.write(like)
    post = Post(
        anna, 1, anna, NOW, "Привет", [Attachment("photo", anna, 4)], "iphone", False, 1, 0, 0, is_liked=True
    )
    async with database.read() as tx:
        assert (await load_posts(tx, [(anna, 1)], boris))[(anna, 1)] == post
        page = await list_posts(tx, anna, anna, "all", 2, 1, with_friends_only=True)
        assert [(one.id, one.likes, one.is_liked) for one in page] == [(1, 1, False)]
        assert isinstance(page[0].is_liked, bool)
        assert isinstance(page[0].is_friends_only, bool)


async def test_pages_are_newest_first_and_filtered(database, wall) -> None:
    anna, boris = wall
    async with database.read() as tx:
        assert await everything(tx, anna) == [3, 2, 1, 4]
        assert await everything(tx, anna, "owner") == [3, 1, 4]
        assert await everything(tx, anna, "others") == [2]
        assert await everything(tx, anna, with_friends_only=False) == [2, 1, 4]
        assert await everything(tx, anna, "owner", with_friends_only=False) == [1, 4]
        assert await everything(tx, boris) == []
        page = await list_posts(tx, anna, 0, "all", 1, 2, with_friends_only=True)
        assert [post.id for post in page] == [2, 1]
        assert await list_posts(tx, anna, 0, "all", 10**12, 2, with_friends_only=True) == []


async def test_posts_are_loaded_by_key(database, wall) -> None:
    anna, boris = wall
    async with database.read() as tx:
        keys = [(anna, 4), (anna, 5), (boris, 1), (anna, 3), (anna, 99), (anna, 4)]
        assert set(await load_posts(tx, keys, boris)) == {(anna, 4), (anna, 3)}
        assert await load_posts(tx, [], boris) == {}


async def test_a_post_is_deleted_once_and_its_number_is_not_used_again(database, wall) -> None:
    anna, _ = wall

    async def work(tx: Transaction) -> list[object]:
        return [
            await mark_post_deleted(tx, anna, 5, NOW),
            await mark_post_deleted(tx, anna, 99, NOW),
            await mark_post_deleted(tx, anna, 4, NOW),
            await insert_post(tx, new_post(anna)),
        ]

    assert await database.write(work) == [False, False, True, 6]


async def test_numbers_of_a_wall_have_no_gaps_under_concurrency(database) -> None:
    anna, boris = await add_users(database, 2)

    def posting(owner_id: int, is_failing: bool):
        async def work(tx: Transaction) -> int:
            number = await insert_post(tx, new_post(owner_id))
            if is_failing:
                raise LookupError
            return number

        return work

    works = [posting(owner_id, number % 5 == 0) for number in range(40) for owner_id in (anna, boris)]
    outcomes = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 16
    async with database.read() as tx:
        for owner_id in (anna, boris):
            assert sorted(await everything(tx, owner_id)) == list(range(1, 33))
