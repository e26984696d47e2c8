"""The newsfeed against a slow and obvious one: the same posts, each once, page by page."""

from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dvor.model.wall import Post
from dvor.store.database import Database, Transaction
from dvor.store.likes import insert_like
from dvor.store.newsfeed import list_news
from dvor.store.users import owner_row, owners
from dvor.store.wall import insert_post, mark_post_deleted, post_row, posts
from tests.store.people import NOW, add_users, new_post

FROM_THE_TOP = (2**53, 0, 0)
WALLS = 5


class Row(NamedTuple):
    """A post of the test: on the wall `owner`, by `author`, at a small number of seconds."""

    owner: int
    author: int
    at: int
    is_friends_only: bool
    is_deleted: bool


class Case(NamedTuple):
    """Posts, and who asks for them how."""

    rows: list[Row]
    followed: set[int]
    friends: set[int]
    since: int
    page_size: int


places = st.integers(1, WALLS)
rows = st.builds(
    Row,
    owner=places,
    author=places,
    at=st.integers(0, 6),
    is_friends_only=st.booleans(),
    is_deleted=st.sampled_from([False, False, False, True]),
)
own_rows = rows.map(lambda row: row._replace(author=row.owner))
cases = st.builds(
    Case,
    rows=st.lists(st.one_of(own_rows, own_rows, rows), max_size=40),
    followed=st.sets(places),
    friends=st.sets(places),
    since=st.integers(0, 3),
    page_size=st.integers(1, 7),
)
same_second = Case([Row(owner, owner, 3, False, False) for owner in (1, 2, 3) * 4], {1, 2, 3}, set(), 0, 2)


class Found(Exception):
    """Carries the feed out of a write that is to leave nothing."""


def expected(case: Case) -> list[tuple[int, int, int]]:
    """Return (time, owner, id) of every post of the feed, by looking at each."""
    numbers = dict.fromkeys(range(1, WALLS + 1), 0)
    found = []
    for row in case.rows:
        numbers[row.owner] += 1
        is_own = row.author == row.owner and row.owner in case.followed
        is_open = not row.is_friends_only or row.owner in case.friends
        if is_own and is_open and not row.is_deleted and row.at >= case.since:
            found.append((row.at, row.owner, numbers[row.owner]))
    return sorted(found, reverse=True)


async def walked(tx: Transaction, case: Case) -> list[Post]:
    """Return the feed as a client reads it, page after page."""
    found: list[Post] = []
    before = FROM_THE_TOP
    while True:
        page = await list_news(
            tx,
            1,
            sorted(case.followed),
            sorted(case.friends),
            since=case.since,
            before=before,
            count=case.page_size,
        )
        assert len(page) <= case.page_size
        found += page
        if len(page) < case.page_size:
            return found
        before = (page[-1].created_at, page[-1].owner_id, page[-1].id)


async def fed(database: Database, case: Case) -> list[tuple[int, int, int]]:
    async def work(tx: Transaction) -> None:
        numbers = dict.fromkeys(range(1, WALLS + 1), 0)
        await tx.load(owners, [owner_row(owner) for owner in numbers])
        made = []
        for row in case.rows:
            numbers[row.owner] += 1
            post = new_post(
                row.owner, from_id=row.author, created_at=row.at, is_friends_only=row.is_friends_only
            )
            made.append(post_row(numbers[row.owner], post) | {"deleted_at": 9 if row.is_deleted else None})
        await tx.load(posts, made)
        raise Found(await walked(tx, case))

    try:
        await database.write(work)
    except Found as found:
        return [(post.created_at, post.owner_id, post.id) for post in found.args[0]]
    raise AssertionError("unreachable")


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases)
@example(case=same_second)
async def test_pages_give_every_post_exactly_once(database, case) -> None:
    assert await fed(database, case) == expected(case)


async def test_a_feed_is_drawn_with_counters_and_likes(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        for owner_id in (anna, boris, anna):
            await insert_post(tx, new_post(owner_id, f"Пост {owner_id}"))
        await insert_like(tx, "post", anna, 2, boris, NOW)
        await insert_like(tx, "post", anna, 2, anna, NOW)

    await database.write(work)
    async with database.read() as tx:
        page = await list_news(tx, boris, [anna, boris], [], since=0, before=FROM_THE_TOP, count=2)
    assert [(post.owner_id, post.id, post.likes, post.is_liked) for post in page] == [
        (boris, 1, 0, False),
        (anna, 2, 2, True),
    ]
    assert page[1].text == f"Пост {anna}"


async def test_a_page_goes_on_where_the_last_one_ended_whatever_happens_meanwhile(database) -> None:
    anna, boris = await add_users(database, 2)

    async def fill(tx: Transaction) -> None:
        for number in range(6):
            await insert_post(tx, new_post(anna if number % 2 else boris, created_at=NOW + number))

    async def change(tx: Transaction) -> None:
        await insert_post(tx, new_post(anna, "Новое", created_at=NOW + 99))
        await mark_post_deleted(tx, anna, 2, NOW + 99)

    async def page(before: tuple[int, int, int]) -> list[Post]:
        async with database.read() as tx:
            return await list_news(tx, boris, [anna, boris], [], since=0, before=before, count=2)

    await database.write(fill)
    first = await page(FROM_THE_TOP)
    await database.write(change)
    second = await page((first[-1].created_at, first[-1].owner_id, first[-1].id))
    assert [post.created_at - NOW for post in first] == [5, 4]
    assert [post.created_at - NOW for post in second] == [2, 1]


async def test_a_feed_of_nobody_is_empty(database) -> None:
    async with database.read() as tx:
        assert await list_news(tx, 1, [], [], since=0, before=FROM_THE_TOP, count=20) == []
        assert await list_news(tx, 1, [5, -5], [5], since=0, before=FROM_THE_TOP, count=20) == []
