"""Photos: numbered by owner, saved once per upload."""

import asyncio

import pytest

from dvor.model.photos import WALL_ALBUM, Photo, PictureSize
from dvor.store.database import Transaction
from dvor.store.photos import count_photos, find_upload, insert_photo, load_photos, next_photo_number
from tests.store.people import NOW, add_users

SIZES = [PictureSize("s", "a" * 64, 75, 50), PictureSize("x", "b" * 64, 604, 403)]


async def save(tx: Transaction, owner_id: int, upload_id: str) -> Photo:
    number = await next_photo_number(tx, owner_id)
    photo = Photo(owner_id, number, owner_id, WALL_ALBUM, "Кот на крыше", "0f" * 9, SIZES, NOW)
    await insert_photo(tx, photo, upload_id)
    return photo


async def test_photos_come_back_as_stored(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> list[Photo]:
        return [await save(tx, owner, upload) for owner, upload in ((anna, "1"), (anna, "2"), (boris, "1"))]

    photos = await database.write(work)
    assert [(photo.owner_id, photo.id) for photo in photos] == [(anna, 1), (anna, 2), (boris, 1)]
    async with database.read() as tx:
        keys = [(boris, 1), (anna, 2), (anna, 1), (anna, 3), (-5, 1), (anna, 1)]
        assert await load_photos(tx, keys) == {(photo.owner_id, photo.id): photo for photo in photos}
        assert await load_photos(tx, []) == {}
        assert [await count_photos(tx, one, [WALL_ALBUM]) for one in (anna, boris, 999)] == [2, 1, 0]


async def test_an_upload_becomes_one_photo(database) -> None:
    (anna,) = await add_users(database, 1)

    async def work(tx: Transaction) -> Photo:
        return await find_upload(tx, anna, "upload") or await save(tx, anna, "upload")

    first = await database.write(work)
    assert await database.write(work) == first

    async def again(tx: Transaction) -> Photo:
        return await save(tx, anna, "upload")

    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(again)
    async with database.read() as tx:
        assert await find_upload(tx, anna, "upload") == first
        assert await find_upload(tx, anna, "another") is None
        assert await count_photos(tx, anna, [WALL_ALBUM]) == 1


async def test_an_uploader_who_asks_twice_at_once_gets_one_photo(database) -> None:
    """The number is drawn first: its row stands for the owner, and the second asks only when the first is done."""
    (anna,) = await add_users(database, 1)

    async def work(tx: Transaction) -> int:
        number = await next_photo_number(tx, anna)
        found = await find_upload(tx, anna, "upload")
        if found:
            return found.id
        await insert_photo(tx, Photo(anna, number, anna, WALL_ALBUM, "", "", SIZES, NOW), "upload")
        return number

    assert len(set(await asyncio.gather(*(database.write(work) for _ in range(10))))) == 1
