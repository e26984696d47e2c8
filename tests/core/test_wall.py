"""The wall: writing, reading and deleting posts.  Who may see what is in test_privacy."""

import asyncio
from typing import Any

import pytest

from dvor.core import friends, likes, photos, privacy, users, wall
from dvor.core.courtyard import Courtyard
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.errors import (
    AccessDenied,
    GroupNotFound,
    InvalidParameter,
    PostForbidden,
    PostNotFound,
    ProfileClosed,
    UserNotFound,
    UserUnavailable,
)
from dvor.model.files import UploadedPicture
from dvor.model.users import Access
from dvor.model.wall import MAX_TEXT
from tests.core.conftest import NOW, Settle


async def post(courtyard: Courtyard, one: int, wall_of: int, text: str = "text", **special: Any) -> int:
    """Write a post."""
    params: dict[str, Any] = {"platform": "", "is_friends_only": False, "now": NOW} | special
    attachments = params.pop("attachments", [])
    return await courtyard.database.write(
        lambda tx: wall.write_post(tx, one, wall_of, text, attachments, **params)
    )


async def befriend(courtyard: Courtyard, one: int, other: int) -> None:
    """Make two friends."""
    for pair in ((one, other), (other, one)):
        await courtyard.database.write(lambda tx, pair=pair: friends.add_friend(tx, *pair, text="", now=NOW))  # type: ignore[misc]


async def listed(
    courtyard: Courtyard, viewer: int, owner: int, which: Any = "all", **page: int
) -> wall.PostPage:
    """Return a page of a wall."""
    async with courtyard.database.read() as tx:
        return await wall.list_wall(tx, viewer, owner, which, **{"offset": 0, "count": 10, **page})


async def test_a_post_is_as_it_was_written(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, boris, anna, "Привет 🐈", platform="android")
    await courtyard.database.write(lambda tx: likes.add_like(tx, anna, "post", anna, number, now=NOW))
    page = await listed(courtyard, anna, anna)
    (found,) = page.posts
    assert (found.owner_id, found.id, found.from_id, found.created_at) == (anna, 1, boris, NOW)
    assert (found.text, found.platform, found.is_friends_only) == ("Привет 🐈", "android", False)
    assert (found.likes, found.is_liked) == (1, True)
    assert set(page.owners) == {anna, boris}
    async with courtyard.database.read() as tx:
        assert await wall.get_post(tx, anna, anna, number) == found
        assert not (await wall.get_post(tx, boris, anna, number)).is_liked


async def test_pages_fall_from_the_newest(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    for number in range(6):
        await post(courtyard, (anna, boris)[number % 2], anna, str(number))

    async def numbers(which: str, **page: int) -> tuple[int, list[int]]:
        found = await listed(courtyard, boris, anna, which, **page)
        return found.count, [post.id for post in found.posts]

    assert await numbers("all") == (6, [6, 5, 4, 3, 2, 1])
    assert await numbers("owner") == (3, [5, 3, 1])
    assert await numbers("others") == (3, [6, 4, 2])
    assert await numbers("all", offset=2, count=2) == (6, [4, 3])
    assert await numbers("others", offset=3) == (3, [])
    assert await numbers("all", count=0) == (6, [])


async def test_numbers_are_drawn_for_each_wall_and_never_again(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    numbers = await asyncio.gather(*(post(courtyard, one, anna) for one in (anna, boris) * 8))
    assert sorted(numbers) == list(range(1, 17))
    assert await post(courtyard, boris, boris) == 1
    await courtyard.database.write(lambda tx: wall.delete_post(tx, anna, anna, 16, now=NOW))
    assert await post(courtyard, anna, anna) == 17


async def test_a_post_needs_words_or_pictures_within_bounds(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await post(courtyard, anna, anna, "я" * MAX_TEXT)
    many = [Attachment("photo", anna, 1)] * (MAX_ATTACHMENTS + 1)
    for text, special in (
        ("", {}),
        ("я" * (MAX_TEXT + 1), {}),
        ("text", {"attachments": many}),
    ):
        with pytest.raises(InvalidParameter):
            await post(courtyard, anna, anna, text, **special)
    with pytest.raises(InvalidParameter):
        await post(courtyard, boris, anna, is_friends_only=True)
    with pytest.raises(AccessDenied):
        await post(courtyard, anna, anna, attachments=[Attachment("photo", anna, 1)])
    assert (await listed(courtyard, anna, anna)).count == 1


async def test_pictures_come_with_the_post(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, closed = await settle({}, {}, {"is_closed": True})
    for owner in (boris, closed):
        await courtyard.database.write(
            lambda tx, owner=owner: photos.save_photo(  # type: ignore[misc]
                tx, owner, UploadedPicture("u", [], {}), text="", access_key="", quota=0, now=NOW
            )
        )
    picture = [Attachment("photo", boris, 1)]
    await post(courtyard, boris, anna, "", attachments=picture)
    page = await listed(courtyard, 0, anna)
    assert page.posts[0].attachments == picture
    assert set(page.attached.photos) == {(boris, 1)}
    with pytest.raises(AccessDenied):
        await post(courtyard, anna, anna, attachments=[Attachment("photo", closed, 1)])
    await post(courtyard, closed, anna, attachments=[Attachment("photo", closed, 1)])
    page = await listed(courtyard, 0, anna)
    assert set(page.attached.photos) == {(boris, 1), (closed, 1)}, "whoever posts his own photo shows it"


@pytest.mark.parametrize("access", [Access.NOBODY, Access.FRIENDS, Access.EVERYONE])
async def test_who_may_write(courtyard: Courtyard, settle: Settle, access: int) -> None:
    anna, friend, stranger, blocked = await settle({"wall_access": access}, {}, {}, {})
    await befriend(courtyard, anna, friend)
    await courtyard.database.write(lambda tx: privacy.block(tx, anna, blocked, NOW))
    for one, may in (
        (anna, True),
        (friend, access != Access.NOBODY),
        (stranger, access == Access.EVERYONE),
        (blocked, False),
        (0, False),
    ):
        if may:
            await post(courtyard, one, anna)
        else:
            with pytest.raises(PostForbidden):
                await post(courtyard, one, anna)


async def test_walls_that_are_not_there(courtyard: Courtyard, settle: Settle) -> None:
    anna, deleted, closed = await settle({}, {}, {"is_closed": True})
    await courtyard.database.write(lambda tx: users.deactivate(tx, deleted, "deleted"))
    for owner, refusal in (
        (999, UserNotFound),
        (0, UserNotFound),
        (-1, GroupNotFound),
        (deleted, UserUnavailable),
    ):
        with pytest.raises(refusal):
            await listed(courtyard, anna, owner)
        with pytest.raises(refusal):
            await post(courtyard, anna, owner)
    with pytest.raises(ProfileClosed):
        await listed(courtyard, anna, closed)


async def test_posts_are_got_in_the_order_asked_for(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    for owner in (anna, boris):
        for _ in range(3):
            await post(courtyard, owner, owner)
    keys = [(boris, 3), (anna, 1), (999, 1), (boris, 1), (anna, 4), (boris, 3), (-1, 1)]
    async with courtyard.database.read() as tx:
        page = await wall.get_posts(tx, 0, keys)
        assert [(post.owner_id, post.id) for post in page.posts] == [(boris, 3), (anna, 1), (boris, 1)]
        assert page.count == 3
        assert set(page.owners) == {anna, boris}
        assert (await wall.get_posts(tx, 0, [])).posts == []
        with pytest.raises(PostNotFound):
            await wall.get_post(tx, 0, anna, 4)


async def test_author_and_owner_may_delete(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, vera = await settle({}, {}, {})
    for _ in range(3):
        await post(courtyard, boris, anna)

    async def delete(one: int, number: int) -> None:
        await courtyard.database.write(lambda tx: wall.delete_post(tx, one, anna, number, now=NOW))

    with pytest.raises(AccessDenied):
        await delete(vera, 1)
    await delete(boris, 1)
    await delete(anna, 2)
    for one, number in ((anna, 1), (boris, 2), (vera, 1), (anna, 4)):
        with pytest.raises(PostNotFound):
            await delete(one, number)
    page = await listed(courtyard, anna, anna)
    assert (page.count, [post.id for post in page.posts]) == (1, [3])
    async with courtyard.database.read() as tx:
        assert [post.id for post in (await wall.get_posts(tx, anna, [(anna, 1), (anna, 3)])).posts] == [3]


async def test_deleting_does_not_tell_what_is_hidden(courtyard: Courtyard, settle: Settle) -> None:
    closed, open_one, stranger = await settle({"is_closed": True}, {}, {})
    await post(courtyard, closed, closed)
    await post(courtyard, open_one, open_one, is_friends_only=True)
    for owner in (closed, open_one):
        for number in (1, 2):
            with pytest.raises(PostNotFound):
                await courtyard.database.write(
                    lambda tx, key=(owner, number): wall.delete_post(tx, stranger, *key, now=NOW)  # type: ignore[misc]
                )
