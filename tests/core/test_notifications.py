"""Notifications: who is told of what, once, as long as it is there and may be seen."""

from typing import Any

import pytest

from dvor.core import comments, friends, likes, notifications, wall
from dvor.core.courtyard import Courtyard
from dvor.core.notification_pages import TOP, NotificationPage, read_notifications
from dvor.model.notifications import find_mentions
from tests.core.conftest import NOW, Settle

Told = list[tuple[str, int]]


async def read(courtyard: Courtyard, user_id: int, **asked: Any) -> NotificationPage:
    named: dict[str, Any] = {"kinds": notifications.KINDS, "count": 100} | asked
    async with courtyard.database.read() as tx:
        return await read_notifications(tx, user_id, **named)


async def told(courtyard: Courtyard, user_id: int, **asked: Any) -> Told:
    page = await read(courtyard, user_id, **asked)
    return sorted((one.kind, one.from_id) for one in page.notifications)


async def post(courtyard: Courtyard, author: int, owner: int, text: str = "Ё", **more: Any) -> int:
    named: dict[str, Any] = {"platform": "", "is_friends_only": False, "now": NOW} | more
    return await courtyard.database.write(lambda tx: wall.write_post(tx, author, owner, text, [], **named))


async def comment(
    courtyard: Courtyard, author: int, owner: int, post_id: int, text: str = "!", to: int = 0
) -> int:
    number, _ = await courtyard.database.write(
        lambda tx: comments.write_comment(
            tx, author, (owner, "post", post_id), text, [], reply_to_id=to, now=NOW
        )
    )
    return number


def test_mentions() -> None:
    assert find_mentions("[id7|Анна], @id8 и *id9 (Глеб), снова @id7; @id10x, [club1|нет], [id|нет]") == [
        7,
        8,
        9,
    ]
    assert len(find_mentions(" ".join(f"@id{number}" for number in range(1, 50)))) == 20


async def test_who_is_told(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    number = await post(courtyard, anna, anna, f"Зову [id{clara}|Клару], @id{anna} и @id999")
    assert await told(courtyard, clara) == [("mention", anna)]
    await courtyard.database.write(lambda tx: likes.add_like(tx, boris, "post", anna, number, now=NOW))
    await courtyard.database.write(lambda tx: likes.add_like(tx, boris, "post", anna, number, now=NOW + 5))
    await courtyard.database.write(lambda tx: likes.add_like(tx, anna, "post", anna, number, now=NOW))
    first = await comment(courtyard, boris, anna, number)
    await comment(courtyard, clara, anna, number, f"да, @id{boris} и @id{anna}", to=first)
    await post(courtyard, boris, anna)
    await courtyard.database.write(
        lambda tx: wall.repost(tx, clara, (anna, number), clara, "", platform="", now=NOW)
    )
    await courtyard.database.write(lambda tx: likes.add_like(tx, anna, "comment", anna, first, now=NOW))
    assert await told(courtyard, anna) == [
        ("comment_post", boris),
        ("comment_post", clara),
        ("copy_post", clara),
        ("like_post", boris),
        ("wall", boris),
    ]
    assert await told(courtyard, boris) == [("like_comment", anna), ("reply_comment", clara)]
    assert await told(courtyard, anna, kinds=["wall"]) == [("wall", boris)]


async def test_what_is_undone_is_forgotten(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    await courtyard.database.write(lambda tx: likes.add_like(tx, boris, "post", anna, number, now=NOW))
    await courtyard.database.write(lambda tx: likes.remove_like(tx, boris, "post", anna, number, now=NOW))
    assert await told(courtyard, anna) == []
    said = await comment(courtyard, boris, anna, number)
    assert await told(courtyard, anna) == [("comment_post", boris)]
    await courtyard.database.write(lambda tx: comments.delete_comment(tx, boris, anna, said, now=NOW))
    assert await told(courtyard, anna) == []
    await courtyard.database.write(lambda tx: friends.add_friend(tx, boris, anna, text="", now=NOW))
    assert await told(courtyard, anna) == [("follow", boris)]
    await courtyard.database.write(lambda tx: friends.remove_friend(tx, boris, anna, now=NOW))
    assert await told(courtyard, anna) == []


async def test_friends_are_told(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    for one, other in ((anna, boris), (boris, anna)):
        await courtyard.database.write(
            lambda tx, one=one, other=other: friends.add_friend(tx, one, other, text="", now=NOW)  # type: ignore[misc]
        )
    assert await told(courtyard, boris) == [("follow", anna)]
    assert await told(courtyard, anna) == [("friend_accepted", boris)]


async def test_what_may_not_be_seen_is_not_told(courtyard: Courtyard, settle: Settle) -> None:
    closed, boris = await settle({"is_closed": True}, {})
    await post(courtyard, closed, closed, f"@id{boris}")
    assert await told(courtyard, boris) == []


@pytest.mark.parametrize("size", [1, 2, 3, 10])
async def test_pages_give_everything_once(courtyard: Courtyard, settle: Settle, size: int) -> None:
    anna, boris, clara = await settle({}, {}, {})
    for late in (0, 0, 0, 5, 5):
        for author in (boris, clara):
            await post(courtyard, author, anna, now=NOW + late)
    found: list[int] = []
    cursor = TOP
    while True:
        page = await read(courtyard, anna, count=size, cursor=cursor)
        assert page.count == 10
        found += [one.made_id for one in page.notifications]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert sorted(found) == list(range(1, 11))
    assert await told(courtyard, anna, since=NOW + 1) == [("wall", boris)] * 2 + [("wall", clara)] * 2
    assert len(await told(courtyard, anna, until=NOW)) == 6


async def test_what_is_new(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await post(courtyard, boris, anna)

    async def new() -> int:
        async with courtyard.database.read() as tx:
            return await notifications.count_new_notifications(tx, anna)

    async def look(now: int) -> bool:
        return await courtyard.database.write(lambda tx: notifications.mark_viewed(tx, anna, now))

    assert (await new(), await told(courtyard, anna, is_viewed=True)) == (1, [])
    assert await look(NOW + 1)
    assert not await look(NOW + 2)
    assert (await new(), await told(courtyard, anna, is_viewed=False)) == (0, [])
    await post(courtyard, boris, anna, now=NOW + 3)
    assert await new() == 1
    assert (
        len(await told(courtyard, anna, is_viewed=False))
        == len(await told(courtyard, anna, is_viewed=True))
        == 1
    )
    assert (await read(courtyard, anna)).viewed_at == NOW + 2
