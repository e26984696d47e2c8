"""Photos: what an upload becomes, and which photos a viewer sees where."""

import asyncio
from typing import Any

import pytest

from dvor.core import attachments, friends, photos, privacy
from dvor.core.courtyard import Courtyard
from dvor.core.deletion import delete_person
from dvor.core.profiles import change_avatar
from dvor.model.attachments import Attachment
from dvor.model.errors import AccessDenied, QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import WALL_ALBUM, Photo, PictureSize
from dvor.store.files import find_files, used_bytes
from dvor.store.photos import count_photos, load_photos
from dvor.store.users import load_users
from tests.core.conftest import NOW, Settle
from tests.core.test_files import picture

ONE, TWO = "1" * 64, "2" * 64


def upload(upload_id: str, *names: str, size: int = 100) -> UploadedPicture:
    """Return an uploaded picture of some files."""
    sizes = [PictureSize("s", name, 75, 50) for name in names]
    return UploadedPicture(upload_id, sizes, dict.fromkeys(names, size))


async def save(courtyard: Courtyard, owner: int, picture: UploadedPicture, **special: Any) -> Photo:
    """Make a photo."""
    params: dict[str, Any] = {"text": "", "access_key": "", "quota": 0, "now": NOW} | special
    return await courtyard.database.write(lambda tx: photos.save_photo(tx, owner, picture, **params))


async def test_a_photo_is_as_it_was_saved(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    picture = upload("u", ONE, TWO)
    photo = await save(courtyard, anna, picture, text="Кошка", access_key="key")
    assert photo == Photo(anna, 1, anna, WALL_ALBUM, "Кошка", "key", picture.sizes, NOW)
    async with courtyard.database.read() as tx:
        assert await load_photos(tx, [(anna, 1)]) == {(anna, 1): photo}
        assert await find_files(tx, [ONE, TWO, "3" * 64]) == {ONE, TWO}
        assert await used_bytes(tx, anna) == 200


async def test_saving_an_upload_twice_makes_one_photo(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    picture = upload("u", ONE)
    saved = await asyncio.gather(
        *(save(courtyard, anna, picture, access_key=str(number)) for number in range(8))
    )
    assert len(set(map(repr, saved))) == 1
    assert (await save(courtyard, anna, picture, now=NOW + 9, quota=1)) == saved[0], (
        "even when space is used up"
    )
    assert (await save(courtyard, anna, upload("v", ONE))).id == 2, (
        "the same picture uploaded again is another"
    )
    assert (await save(courtyard, boris, picture)).id == 1
    async with courtyard.database.read() as tx:
        assert [await count_photos(tx, one, [WALL_ALBUM]) for one in (anna, boris)] == [2, 1]
        assert [await used_bytes(tx, one) for one in (anna, boris)] == [200, 100]


async def test_the_quota_is_the_owner_s(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await save(courtyard, anna, upload("u", ONE, size=60), quota=100)
    with pytest.raises(QuotaExceeded):
        await save(courtyard, anna, upload("v", TWO, size=41), quota=100)
    await save(courtyard, boris, upload("v", TWO, size=41), quota=100)
    await save(courtyard, anna, upload("w", TWO, size=40), quota=100)
    async with courtyard.database.read() as tx:
        assert await used_bytes(tx, anna) == 100, "a refused photo costs nothing"
        assert await count_photos(tx, anna, [WALL_ALBUM]) == 2


async def test_uploads_at_once_do_not_outgrow_the_quota(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    outcomes = await asyncio.gather(
        *(save(courtyard, anna, upload(str(number), ONE, size=30), quota=100) for number in range(8)),
        return_exceptions=True,
    )
    saved = [outcome for outcome in outcomes if isinstance(outcome, Photo)]
    assert sorted(photo.id for photo in saved) == [1, 2, 3]
    assert all(isinstance(outcome, Photo | QuotaExceeded) for outcome in outcomes)


VIEWERS = ("nobody", "stranger", "friend", "blocked", "owner")


@pytest.mark.parametrize("is_closed", [False, True])
async def test_whose_photos_are_seen_where(courtyard: Courtyard, settle: Settle, is_closed: bool) -> None:
    owner, stranger, friend, blocked, host = await settle({"is_closed": is_closed}, {}, {}, {}, {})
    for pair in ((owner, friend), (friend, owner)):
        await courtyard.database.write(lambda tx, pair=pair: friends.add_friend(tx, *pair, text="", now=NOW))  # type: ignore[misc]
    await courtyard.database.write(lambda tx: privacy.block(tx, owner, blocked, NOW))
    await save(courtyard, owner, upload("u", ONE))
    picture = [Attachment("photo", owner, 1), Attachment("photo", owner, 2), Attachment("photo", 999, 1)]
    ids = {"nobody": 0, "stranger": stranger, "friend": friend, "blocked": blocked, "owner": owner}
    for viewer in VIEWERS:
        sees = viewer in ("friend", "owner") or (viewer in ("nobody", "stranger") and not is_closed)
        async with courtyard.database.read() as tx:
            for hosts, shown in (({host}, sees), ({owner}, True), ({host, owner}, True), (set[int](), sees)):
                seen = await attachments.load_attached(tx, ids[viewer], [(hosts, picture)])
                assert set(seen.photos) == ({(owner, 1)} if shown else set()), (viewer, hosts)
            twice = await attachments.load_attached(tx, ids[viewer], [({host}, picture), ({owner}, picture)])
            assert set(twice.photos) == {(owner, 1)}
            check = attachments.check_attachments(tx, ids[viewer], picture[:1])
            if sees:
                await check
            else:
                with pytest.raises(AccessDenied):
                    await check
            with pytest.raises(AccessDenied):
                await attachments.check_attachments(tx, ids[viewer], picture)
            await attachments.check_attachments(tx, ids[viewer], [])


@pytest.mark.parametrize("kind", ["video", "doc", "wall", ""])
async def test_only_photos_are_attached_as_photos(courtyard: Courtyard, settle: Settle, kind: str) -> None:
    (anna,) = await settle({})
    await save(courtyard, anna, upload("u", ONE))
    async with courtyard.database.read() as tx:
        with pytest.raises(AccessDenied):
            await attachments.check_attachments(tx, anna, [Attachment(kind, anna, 1)])


async def test_a_picture_that_nobody_shows_any_more_is_forgotten(
    courtyard: Courtyard, settle: Settle
) -> None:
    (anna,) = await settle({})
    await change_avatar(courtyard, anna, picture())
    async with courtyard.database.read() as tx:
        first = set((await load_users(tx, [anna]))[anna].avatar.values())
        assert await find_files(tx, sorted(first)) == first
    for _ in range(2):
        await change_avatar(courtyard, anna, picture(300, 200))
    async with courtyard.database.read() as tx:
        second = set((await load_users(tx, [anna]))[anna].avatar.values())
        assert await find_files(tx, sorted(first | second)) == second
    await courtyard.database.write(lambda tx: delete_person(tx, anna))
    async with courtyard.database.read() as tx:
        assert await find_files(tx, sorted(second)) == set()
