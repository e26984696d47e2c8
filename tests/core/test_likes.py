"""Likes: one person, one like, and a counter that is always right."""

import asyncio
from collections.abc import Awaitable

import pytest

from dvor.core import likes, photos, users, wall
from dvor.core.courtyard import Courtyard
from dvor.model.errors import ItemNotFound, ProfileClosed, UserNotFound
from dvor.model.files import UploadedPicture
from dvor.model.likes import LikeKind
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

KINDS: list[LikeKind] = ["post", "photo"]


async def furnish(courtyard: Courtyard, owner: int) -> None:
    """Give an owner a post and a photo, each with the number 1."""

    async def write(tx: Transaction) -> None:
        await wall.write_post(tx, owner, owner, "text", [], platform="", is_friends_only=False, now=NOW)
        await photos.save_photo(
            tx, owner, UploadedPicture("u", [], {}), text="", access_key="", quota=0, now=NOW
        )

    await courtyard.database.write(write)


def add(courtyard: Courtyard, one: int, kind: LikeKind, owner: int, number: int = 1) -> Awaitable[int]:
    """Like an item."""
    return courtyard.database.write(lambda tx: likes.add_like(tx, one, kind, owner, number, now=NOW))


def remove(courtyard: Courtyard, one: int, kind: LikeKind, owner: int, number: int = 1) -> Awaitable[int]:
    """Take a like back."""
    return courtyard.database.write(lambda tx: likes.remove_like(tx, one, kind, owner, number, now=NOW))


async def liked(
    courtyard: Courtyard, viewer: int, one: int, kind: LikeKind, owner: int, number: int = 1
) -> bool:
    """Say whether `one` likes an item."""
    async with courtyard.database.read() as tx:
        return await likes.is_liked(tx, viewer, one, kind, owner, number)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_like_counts_once(courtyard: Courtyard, settle: Settle, kind: LikeKind) -> None:
    anna, boris = await settle({}, {})
    await furnish(courtyard, anna)
    other: LikeKind = "photo" if kind == "post" else "post"
    assert await remove(courtyard, boris, kind, anna) == 0
    assert [await add(courtyard, boris, kind, anna) for _ in range(2)] == [1, 1]
    assert await liked(courtyard, anna, boris, kind, anna)
    assert not await liked(courtyard, anna, boris, other, anna)
    assert not await liked(courtyard, anna, anna, kind, anna)
    assert await add(courtyard, anna, kind, anna) == 2
    assert [await remove(courtyard, boris, kind, anna) for _ in range(2)] == [1, 1]
    assert not await liked(courtyard, boris, boris, kind, anna)
    assert await add(courtyard, boris, other, anna) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_many_at_once_are_counted_right(courtyard: Courtyard, settle: Settle, kind: LikeKind) -> None:
    ids = await settle(*[{}] * 8)
    await furnish(courtyard, ids[0])
    counts = await asyncio.gather(*(add(courtyard, one, kind, ids[0]) for one in ids * 2))
    assert max(counts) == 8
    assert await add(courtyard, ids[0], kind, ids[0]) == 8
    await asyncio.gather(*(remove(courtyard, one, kind, ids[0]) for one in ids[1:] * 2))
    assert await remove(courtyard, ids[0], kind, ids[0]) == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_there_cannot_be_liked(
    courtyard: Courtyard, settle: Settle, kind: LikeKind
) -> None:
    anna, boris = await settle({}, {})
    await furnish(courtyard, anna)
    await courtyard.database.write(lambda tx: wall.delete_post(tx, anna, anna, 1, now=NOW))
    missing = [(anna, 2), (boris, 1), (999, 1), (-1, 1), (0, 0)]
    if kind == "post":
        missing.append((anna, 1))
    for owner, number in missing:
        for action in (add, remove):
            with pytest.raises(ItemNotFound):
                await action(courtyard, boris, kind, owner, number)
        with pytest.raises(ItemNotFound):
            await liked(courtyard, boris, boris, kind, owner, number)


async def test_whose_like_it_is_must_be_visible_too(courtyard: Courtyard, settle: Settle) -> None:
    anna, closed, deleted, viewer = await settle({}, {"is_closed": True}, {}, {})
    await furnish(courtyard, anna)
    for one in (closed, deleted):
        await add(courtyard, one, "post", anna)
    await courtyard.database.write(lambda tx: users.deactivate(tx, deleted, "deleted"))
    assert await liked(courtyard, closed, closed, "post", anna)
    for one, refusal in ((closed, ProfileClosed), (deleted, ProfileClosed), (999, UserNotFound)):
        with pytest.raises(refusal):
            await liked(courtyard, viewer, one, "post", anna)


async def test_who_has_repeated_a_post(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    named = {"platform": "", "is_friends_only": False, "now": NOW}
    number = await courtyard.database.write(lambda tx: wall.write_post(tx, anna, anna, "Ё", [], **named))  # type: ignore[arg-type]
    for who, at in ((boris, NOW), (clara, NOW + 1), (boris, NOW + 2)):
        await courtyard.database.write(
            lambda tx, who=who, at=at: wall.repost(tx, who, (anna, number), who, "", platform="", now=at)  # type: ignore[misc]
        )
    async with courtyard.database.read() as tx:
        total, ids, owners = await likes.list_copiers(tx, anna, "post", anna, number, offset=0, count=5)
        assert (total, ids, set(owners)) == (2, [boris, clara], {boris, clara})
        assert (await likes.list_copiers(tx, anna, "post", anna, number, offset=1, count=5))[1] == [clara]
