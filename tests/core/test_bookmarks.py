"""Bookmarks: what a person keeps, and what of it he still sees."""

from typing import Any

import pytest

from dvor.core import bookmarks, deletion, wall
from dvor.core.courtyard import Courtyard
from dvor.model.errors import InvalidParameter, PostNotFound, TooManyBookmarks, UserNotFound
from dvor.store.bookmarks import count_bookmarks
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle


async def post(courtyard: Courtyard, owner: int, **special: Any) -> int:
    params: dict[str, Any] = {"platform": "", "is_friends_only": False, "now": NOW} | special
    return await courtyard.database.write(lambda tx: wall.write_post(tx, owner, owner, "x", [], **params))


async def kept(courtyard: Courtyard, user_id: int, offset: int = 0, count: int = 9) -> list[tuple[int, int]]:
    async with courtyard.database.read() as tx:
        found = await bookmarks.list_posts(tx, user_id, offset=offset, count=count)
    return [(one.owner_id, one.item_id) for one in found.bookmarks]


async def test_what_is_gone_is_kept_no_longer(courtyard: Courtyard, settle: Settle) -> None:
    me, boris = await settle({}, {})
    numbers = [await post(courtyard, boris) for _ in range(3)]
    hidden = await post(courtyard, boris, is_friends_only=True)
    write = courtyard.database.write
    for now, number in enumerate(numbers, NOW):
        for _ in range(2):

            async def keep(tx: Transaction, now: int = now, number: int = number) -> None:
                await bookmarks.keep_post(tx, me, boris, number, now=now)

            await write(keep)
    with pytest.raises(PostNotFound):
        await write(lambda tx: bookmarks.keep_post(tx, me, boris, hidden, now=NOW))
    first, second, third = ((boris, number) for number in numbers)
    assert await kept(courtyard, me) == [third, second, first]
    assert await kept(courtyard, me, 1, 1) == [second]
    assert await kept(courtyard, boris) == []
    await write(lambda tx: wall.delete_post(tx, boris, *second, now=NOW))
    assert await kept(courtyard, me) == [third, first]
    await write(lambda tx: bookmarks.drop_bookmark(tx, me, "post", *third))
    assert await kept(courtyard, me) == [first]
    await write(lambda tx: deletion.delete_person(tx, me))
    async with courtyard.database.read() as tx:
        assert await count_bookmarks(tx, me, "post") == 0


async def test_people_and_addresses(courtyard: Courtyard, settle: Settle) -> None:
    me, boris, clara = await settle({}, {}, {})
    url = "https://dvor.example/?q=ё"

    async def keep(tx: Transaction) -> None:
        await bookmarks.keep_page(tx, me, boris, now=NOW)
        await bookmarks.keep_page(tx, me, clara, now=NOW + 1)
        await bookmarks.keep_link(tx, me, url, now=NOW)

    await courtyard.database.write(keep)
    async with courtyard.database.read() as tx:
        asked: dict[str, Any] = {"of_people": True, "of_groups": True, "offset": 0, "count": 9}
        pages = await bookmarks.list_pages(tx, me, **asked)
        assert [one.owner_id for one in pages.bookmarks] == [clara, boris]
        assert (await bookmarks.list_pages(tx, me, **asked | {"of_people": False})).count == 0
        assert await bookmarks.find_kept_pages(tx, me, [boris, me]) == {boris}
        assert [one.url for one in (await bookmarks.list_links(tx, me, offset=0, count=9))[1]] == [url]
        assert await bookmarks.find_link(tx, me, bookmarks.link_id(url)) == url
        assert await bookmarks.find_link(tx, me, "other") == ""
    for wrong in ("javascript:alert(1)", "http://", "http://[", "https://a b", "x" * 3000):

        async def keep_wrong(tx: Transaction, wrong: str = wrong) -> None:
            await bookmarks.keep_link(tx, me, wrong, now=NOW)

        with pytest.raises(InvalidParameter):
            await courtyard.database.write(keep_wrong)
    with pytest.raises(UserNotFound):
        await courtyard.database.write(lambda tx: bookmarks.keep_page(tx, me, 10**6, now=NOW))


async def test_there_is_an_end_to_keeping(
    courtyard: Courtyard, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookmarks, "MAX_BOOKMARKS", 1)
    (me,) = await settle({})
    await courtyard.database.write(lambda tx: bookmarks.keep_link(tx, me, "http://a.example", now=NOW))
    with pytest.raises(TooManyBookmarks):
        await courtyard.database.write(lambda tx: bookmarks.keep_link(tx, me, "http://b.example", now=NOW))
