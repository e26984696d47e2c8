"""Who is on photos, in which order they stand, and finding them by words."""

import random
from typing import Any

import pytest

from dvor.core import albums, deletion, photo_search, photo_tags, photos
from dvor.core.courtyard import Courtyard
from dvor.model.errors import AccessDenied, AlbumNotFound, InvalidParameter, PhotoNotFound, ProfileClosed
from dvor.model.photos import PLACE_STEP, Album, Audience, Photo, PhotoTag, find_place
from dvor.store.consistency import RULES
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle
from tests.core.test_albums import befriend, fill, make, upload

Key = tuple[int, int]


async def write(courtyard: Courtyard, work: Any) -> Any:
    """Write, and look whether everything still fits together."""
    done = await courtyard.database.write(work)
    async with courtyard.database.read() as tx:
        for rule in RULES:
            if "photo" in rule.name:
                assert not await tx.rows(rule.wrong, count=5), rule.name
    return done


async def save(courtyard: Courtyard, owner: int, name: str, text: str = "", now: int = NOW) -> Photo:
    saved: Photo = await write(
        courtyard,
        lambda tx: photos.save_photo(tx, owner, upload(name), text=text, access_key="", quota=0, now=now),
    )
    return saved


async def tag(courtyard: Courtyard, who: int, photo: Photo, user_id: int, **special: Any) -> None:
    key = (photo.owner_id, photo.id)
    values: dict[str, Any] = {"x": 10.0, "y": 10.0, "x2": 20.5, "y2": 30.0} | special
    new = PhotoTag(*key, user_id, who, is_confirmed=who == user_id, created_at=NOW, **values)
    await write(courtyard, lambda tx: photo_tags.tag_photo(tx, who, key, new))


async def on_photo(courtyard: Courtyard, viewer: int, photo: Photo) -> list[int]:
    async with courtyard.database.read() as tx:
        page = await photo_tags.list_tags(tx, viewer, (photo.owner_id, photo.id), "")
    return [one.user_id for one in page.tags]


async def of_person(courtyard: Courtyard, viewer: int, user_id: int) -> list[Key]:
    async with courtyard.database.read() as tx:
        page = await photo_tags.list_photos_of(tx, viewer, user_id, offset=0, count=9, is_rising=True)
    assert page.count == len(page.photos)
    return [(one.owner_id, one.id) for one in page.photos]


async def test_who_is_marked_agrees(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger = await settle({}, {}, {})
    await befriend(courtyard, anna, boris)
    photo = await save(courtyard, anna, "a")
    key = (anna, photo.id)
    await tag(courtyard, anna, photo, boris)
    await tag(courtyard, boris, photo, anna)
    assert [await on_photo(courtyard, one, photo) for one in (anna, boris, stranger)] == [
        [anna, boris],
        [anna, boris],
        [],
    ]
    assert await of_person(courtyard, boris, boris) == []
    async with courtyard.database.read() as tx:
        waiting = await photo_tags.list_new_tags(tx, boris, offset=0, count=9)
        assert [(one.photo_id, one.placer_id) for one in waiting.tags] == [(photo.id, anna)]
        assert await photo_tags.count_new_tags(tx, boris) == 1
    with pytest.raises(AccessDenied):
        await write(courtyard, lambda tx: photo_tags.confirm_tag(tx, anna, key, boris))
    for _ in range(2):
        await write(courtyard, lambda tx: photo_tags.confirm_tag(tx, boris, key, boris))
    assert await on_photo(courtyard, stranger, photo) == [boris]
    assert await of_person(courtyard, stranger, boris) == [key]
    async with courtyard.database.read() as tx:
        assert (await photos.get_photo(tx, stranger, key)).tags == 1
        assert await photo_tags.count_new_tags(tx, boris) == 0
    with pytest.raises(AccessDenied):
        await write(courtyard, lambda tx: photo_tags.remove_tag(tx, stranger, key, boris))
    await write(courtyard, lambda tx: photo_tags.remove_tag(tx, boris, key, anna))  # he set it
    await write(courtyard, lambda tx: photo_tags.remove_tag(tx, anna, key, boris))
    with pytest.raises(PhotoNotFound):
        await write(courtyard, lambda tx: photo_tags.remove_tag(tx, anna, key, boris))
    assert await on_photo(courtyard, anna, photo) == []


async def test_who_may_be_marked_where(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger = await settle({}, {}, {})
    await befriend(courtyard, anna, boris)
    photo = await save(courtyard, anna, "a")
    await tag(courtyard, anna, photo, boris)
    for who, whom in (
        (anna, stranger),
        (stranger, stranger),
        (boris, stranger),
        (anna, boris),
        (anna, 10**6),
    ):
        with pytest.raises(AccessDenied):
            await tag(courtyard, who, photo, whom)
    for corners in ({"x": 30.0}, {"y2": 5.0}, {"x2": 100.5}, {"x": -1.0}):
        with pytest.raises(InvalidParameter):
            await tag(courtyard, anna, photo, anna, **corners)
    [hidden] = await fill(courtyard, anna, await make(courtyard, anna, viewers=Audience.OWNER), "h")
    with pytest.raises(AccessDenied):
        await tag(courtyard, anna, hidden, boris)
    with pytest.raises(PhotoNotFound):
        await tag(courtyard, boris, hidden, boris)


async def test_only_what_the_viewer_sees_is_told_of(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger, closed = await settle({}, {}, {}, {"is_closed": True})
    await befriend(courtyard, anna, boris)
    [shown] = await fill(courtyard, anna, await make(courtyard, anna, viewers=Audience.FRIENDS), "s")
    await tag(courtyard, boris, shown, boris)
    assert await of_person(courtyard, anna, boris) == [(anna, shown.id)]
    assert await of_person(courtyard, boris, boris) == [(anna, shown.id)]
    assert await of_person(courtyard, stranger, boris) == []
    with pytest.raises(ProfileClosed):
        await of_person(courtyard, stranger, closed)
    await write(courtyard, lambda tx: deletion.delete_person(tx, boris))
    assert await on_photo(courtyard, anna, shown) == []


async def order_of(courtyard: Courtyard, owner: int, album: Album) -> list[int]:
    async with courtyard.database.read() as tx:
        page = await photos.list_photos(tx, owner, owner, [album.id], offset=0, count=99, is_rising=True)
    return [one.id for one in page.photos]


async def test_photos_stand_as_their_owner_wants(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    album, other = await make(courtyard, anna), await make(courtyard, anna)
    expected = [one.id for one in await fill(courtyard, anna, album, *"abcdef")]
    [elsewhere] = await fill(courtyard, anna, other, "x")
    dice = random.Random(5)
    for _ in range(60):
        moved, beside = dice.sample(expected, 2)
        is_before = dice.random() < 0.5

        async def work(
            tx: Transaction, moved: int = moved, beside: int = beside, is_before: bool = is_before
        ) -> None:
            await albums.reorder_photo(tx, anna, anna, moved, beside, is_before=is_before)

        await write(courtyard, work)
        expected.remove(moved)
        expected.insert(expected.index(beside) + (not is_before), moved)
        assert await order_of(courtyard, anna, album) == expected
    for photo_id, beside in ((expected[0], expected[0]), (expected[0], elsewhere.id), (expected[0], 999)):
        with pytest.raises(PhotoNotFound):
            await write(
                courtyard,
                lambda tx, photo_id=photo_id, beside=beside: albums.reorder_photo(
                    tx, anna, anna, photo_id, beside, is_before=True
                ),
            )
    with pytest.raises(AccessDenied):
        await write(
            courtyard,
            lambda tx: albums.reorder_photo(tx, boris, anna, expected[0], expected[1], is_before=True),
        )


async def test_albums_stand_as_their_owner_wants(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    made = [(await make(courtyard, anna)).id for _ in range(4)]

    async def listed() -> list[int]:
        async with courtyard.database.read() as tx:
            page = await albums.list_albums(
                tx, anna, anna, [], offset=0, count=9, with_system=False, with_covers=False
            )
        return [one.id for one in page.albums]

    one, two, three, four = made
    assert await listed() == [four, three, two, one]
    await write(courtyard, lambda tx: albums.reorder_album(tx, anna, anna, one, four, is_before=True))
    assert await listed() == [one, four, three, two]
    await write(courtyard, lambda tx: albums.reorder_album(tx, anna, anna, four, two, is_before=False))
    assert await listed() == [one, three, two, four]
    with pytest.raises(AlbumNotFound):
        await write(courtyard, lambda tx: albums.reorder_album(tx, anna, anna, one, 10**6, is_before=True))


def test_there_is_room_between_most_places() -> None:
    assert find_place(None, PLACE_STEP) == 0
    assert find_place(3, None) == 3 + PLACE_STEP
    assert find_place(4, 8) == 6
    assert find_place(4, 5) is None


async def test_photos_are_found_by_words(courtyard: Courtyard, settle: Settle) -> None:
    anna, closed = await settle({}, {"is_closed": True})
    first = await save(courtyard, anna, "a", "Ёлка во дворе")
    second = await save(courtyard, anna, "b", "Две ёлки", NOW + 5)
    await save(courtyard, closed, "c", "Моя ёлка")

    async def found(question: str, viewer: int = 0, **special: Any) -> list[int]:
        asked = {"since": 0, "until": NOW + 99, "by_likes": False, "offset": 0, "count": 9} | special
        async with courtyard.database.read() as tx:
            page = await photo_search.search_photos(tx, viewer, question, **asked)
        assert page.count == len(page.photos)
        return [one.id for one in page.photos if one.owner_id == anna]

    assert await found("елк") == [second.id, first.id]
    assert await found("двор елка") == [first.id]
    assert await found("елк", since=NOW + 1) == [second.id]
    assert await found("елк", until=NOW + 1) == [first.id]
    await write(courtyard, lambda tx: photos.edit_photo(tx, anna, (anna, first.id), "Сосна"))
    assert (await found("елк"), await found("сосн")) == ([second.id], [first.id])
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, (anna, second.id), now=NOW))
    assert await found("елк") == []
    await write(courtyard, lambda tx: photos.restore_photo(tx, anna, (anna, second.id)))
    assert await found("елк") == [second.id]
    with pytest.raises(InvalidParameter):
        await found("...")
