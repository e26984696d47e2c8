"""Photo albums: who sees, fills and changes them, and what becomes of the photos in them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dvor.core import albums, comments, friends, groups, likes, photos, users
from dvor.core.attachments import load_attached
from dvor.core.courtyard import Courtyard
from dvor.core.events import read_news
from dvor.model.attachments import Attachment
from dvor.model.errors import (
    AccessDenied,
    AlbumNotFound,
    CommentForbidden,
    InvalidParameter,
    InvalidUpload,
    ItemNotFound,
    PhotoNotFound,
    ProfileClosed,
    QuotaExceeded,
)
from dvor.model.files import UploadedPicture
from dvor.model.groups import GroupAccess, NewGroup
from dvor.model.photos import WALL_ALBUM, Album, AlbumChange, Audience, NewAlbum, Photo, PictureSize
from dvor.store.consistency import RULES
from dvor.store.database import Transaction
from dvor.store.files import find_files, used_bytes
from tests.core.conftest import NOW, Settle, told

Work = Callable[[Transaction], Awaitable[Any]]


def upload(name: str, size: int = 10) -> UploadedPicture:
    file = (name.encode().hex() * 64)[:64]
    return UploadedPicture(name, [PictureSize("s", file, 75, 50)], {file: size})


async def write(courtyard: Courtyard, work: Work) -> Any:
    """Write, and look whether everything still fits together."""
    done = await courtyard.database.write(work)
    async with courtyard.database.read() as tx:
        for rule in RULES:
            if "album" in rule.sentence or "comment" in rule.sentence:
                assert not await tx.rows(rule.wrong, count=5), rule.name
    return done


async def make(courtyard: Courtyard, who: int, owner: int = 0, **special: Any) -> Album:
    params: dict[str, Any] = {"owner_id": owner or who, "title": "Двор"} | special
    new = NewAlbum(**params)
    made: Album = await write(courtyard, lambda tx: albums.create_album(tx, who, new, now=NOW))
    return made


async def fill(courtyard: Courtyard, who: int, album: Album, *names: str, quota: int = 0) -> list[Photo]:
    uploads = [(upload(name), "key") for name in names]
    saved: list[Photo] = await write(
        courtyard,
        lambda tx: albums.fill_album(
            tx, who, album.owner_id, album.id, uploads, text="", quota=quota, now=NOW + 1
        ),
    )
    return saved


async def listed(courtyard: Courtyard, viewer: int, owner: int, **more: Any) -> albums.AlbumPage:
    asked: dict[str, Any] = {"offset": 0, "count": 10, "with_system": False, "with_covers": True} | more
    ids = asked.pop("album_ids", [])
    async with courtyard.database.read() as tx:
        return await albums.list_albums(tx, viewer, owner, ids, **asked)


async def befriend(courtyard: Courtyard, one: int, other: int) -> None:
    for pair in ((one, other), (other, one)):
        await courtyard.database.write(lambda tx, pair=pair: friends.add_friend(tx, *pair, text="", now=NOW))  # type: ignore[misc]


async def found_group(
    courtyard: Courtyard, creator: int, *members: int, access: GroupAccess = GroupAccess.OPEN
) -> int:
    new = NewGroup(name="Сад", access=access)
    group_id = await courtyard.database.write(lambda tx: groups.create_group(tx, creator, new, now=NOW))
    for one in members:
        await courtyard.database.write(lambda tx, one=one: groups.join_group(tx, one, group_id, now=NOW))  # type: ignore[misc]
    return -group_id


async def test_an_album_fills_and_shows_its_last_or_its_cover(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    album = await make(courtyard, anna, description="О нём")
    one, two = await fill(courtyard, anna, album, "one", "two")
    assert await fill(courtyard, anna, album, "one", "two") == [one, two], "saving twice makes one"
    page = await listed(courtyard, anna, anna)
    assert (page.count, page.sizes[album.id].count, page.covers[album.id].id) == (1, 2, two.id)
    assert page.albums[0].updated_at == NOW + 1
    await write(courtyard, lambda tx: albums.make_cover(tx, anna, anna, album.id, one.id))
    assert (await listed(courtyard, anna, anna)).covers[album.id].id == one.id
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, (anna, one.id), now=NOW))
    page = await listed(courtyard, anna, anna)
    assert (page.sizes[album.id].count, page.covers[album.id].id) == (1, two.id)
    with pytest.raises(InvalidUpload):
        await fill(courtyard, anna, album, "one")
    with pytest.raises(QuotaExceeded):
        await fill(courtyard, anna, album, "three", quota=19)


@pytest.mark.parametrize("audience", list(Audience))
async def test_who_sees_an_album(courtyard: Courtyard, settle: Settle, audience: Audience) -> None:
    anna, friend, stranger = await settle({}, {}, {})
    await befriend(courtyard, anna, friend)
    album = await make(courtyard, anna, viewers=audience)
    [photo] = await fill(courtyard, anna, album, "one")
    item = Attachment("photo", anna, photo.id)
    sees = {
        anna: True,
        friend: audience <= Audience.FRIENDS,
        stranger: audience is Audience.EVERYBODY,
        0: audience is Audience.EVERYBODY,
    }
    for viewer, may in sees.items():
        assert (await listed(courtyard, viewer, anna)).count == int(may), viewer
        async with courtyard.database.read() as tx:
            assert await albums.count_albums(tx, viewer, anna) == int(may)
            assert (album.id in await albums.find_shown_albums(tx, viewer, anna)) is may
            assert bool(await photos.get_photos(tx, viewer, [(anna, photo.id, "")])) is may
            assert await photos.get_photos(tx, viewer, [(anna, photo.id, "key")])
            assert (await load_attached(tx, viewer, [(set(), [item])])).has(item) is may
            assert (await load_attached(tx, viewer, [({anna}, [item])])).has(item), "who shows it shows it"
            if may:
                assert (
                    await albums.get_album(tx, viewer, anna, album.id)
                    == (await listed(courtyard, anna, anna)).albums[0]
                )
            else:
                with pytest.raises(AlbumNotFound):
                    await albums.get_album(tx, viewer, anna, album.id)
                with pytest.raises(PhotoNotFound):
                    await photos.get_photo(tx, viewer, (anna, photo.id))
                with pytest.raises(ItemNotFound):
                    await likes.check_visible(tx, viewer, "photo", anna, photo.id)
    async with courtyard.database.read() as tx:
        counted = await users.count_for_user(tx, anna, NOW)
    is_open = int(audience is Audience.EVERYBODY)
    assert (counted.albums, counted.photos) == (is_open, is_open)


async def test_a_closed_profile_hides_albums(courtyard: Courtyard, settle: Settle) -> None:
    anna, friend, stranger = await settle({"is_closed": True}, {}, {})
    await befriend(courtyard, anna, friend)
    await make(courtyard, anna)
    assert (await listed(courtyard, friend, anna)).count == 1
    for viewer in (stranger, 0):
        with pytest.raises(ProfileClosed):
            await listed(courtyard, viewer, anna)


async def test_pages_of_albums(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    made = [(await make(courtyard, anna, title=str(number))).id for number in range(5)]
    page = await listed(courtyard, anna, anna, offset=1, count=2)
    assert (page.count, [one.id for one in page.albums]) == (5, [made[3], made[2]])
    page = await listed(courtyard, anna, anna, with_system=True)
    assert (page.count, [one.id for one in page.system]) == (8, [-7, -6, -15])
    page = await listed(courtyard, anna, anna, with_system=True, album_ids=[-6, made[1], 999])
    assert (page.count, [one.id for one in (*page.system, *page.albums)]) == (2, [-6, made[1]])


async def test_only_the_owner_changes_albums(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    album = await make(courtyard, anna)
    [photo] = await fill(courtyard, anna, album, "one")
    key = (anna, photo.id)
    works: list[Work] = [
        lambda tx: albums.edit_album(tx, boris, anna, album.id, AlbumChange(title="x"), now=NOW),
        lambda tx: albums.delete_album(tx, boris, anna, album.id, now=NOW),
        lambda tx: albums.check_upload(tx, boris, anna, album.id),
        lambda tx: albums.move_photos(tx, boris, anna, album.id, [photo.id], now=NOW),
        lambda tx: albums.make_cover(tx, boris, anna, album.id, photo.id),
        lambda tx: albums.create_album(tx, boris, NewAlbum(owner_id=anna, title="x"), now=NOW),
        lambda tx: photos.edit_photo(tx, boris, key, "x"),
        lambda tx: photos.delete_photo(tx, boris, key, now=NOW),
    ]
    for work in works:
        with pytest.raises(AccessDenied):
            await write(courtyard, work)
    for title in ("", " ", "x" * 256):
        with pytest.raises(InvalidParameter):
            await make(courtyard, anna, title=title)
    await write(
        courtyard,
        lambda tx: albums.edit_album(tx, anna, anna, album.id, AlbumChange(title="Сад", viewers=1), now=NOW),
    )
    [changed] = (await listed(courtyard, anna, anna)).albums
    assert (changed.title, changed.viewers, changed.commenters) == ("Сад", Audience.FRIENDS, 0)


async def test_photos_move(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    one, two = await make(courtyard, anna), await make(courtyard, anna)
    first, second = await fill(courtyard, anna, one, "first", "second")
    sent = await courtyard.database.write(
        lambda tx: photos.save_photo(
            tx, anna, upload("sent"), album_id=-3, text="", access_key="", quota=0, now=NOW
        )
    )
    await write(courtyard, lambda tx: albums.make_cover(tx, anna, anna, one.id, first.id))
    await write(courtyard, lambda tx: albums.move_photos(tx, anna, anna, two.id, [first.id], now=NOW))
    page = await listed(courtyard, anna, anna)
    assert {number: size.count for number, size in page.sizes.items()} == {one.id: 1, two.id: 1}
    assert page.covers[one.id].id == second.id, "the cover went away with its photo"
    for wrong in ([sent.id], [first.id, 999]):
        with pytest.raises(PhotoNotFound):
            await write(
                courtyard,
                lambda tx, wrong=wrong: albums.move_photos(tx, anna, anna, two.id, wrong, now=NOW),  # type: ignore[misc]
            )
    with pytest.raises(AlbumNotFound):
        await write(courtyard, lambda tx: albums.move_photos(tx, anna, anna, 999, [first.id], now=NOW))
    with pytest.raises(PhotoNotFound):
        await write(courtyard, lambda tx: albums.make_cover(tx, anna, anna, one.id, first.id))


async def test_what_is_deleted_is_nowhere_until_it_is_restored(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    album = await make(courtyard, anna)
    one, two = await fill(courtyard, anna, album, "one", "two")
    key = (anna, one.id)
    await write(courtyard, lambda tx: likes.add_like(tx, anna, "photo", *key, now=NOW))
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, key, now=NOW))
    async with courtyard.database.read() as tx:
        assert await photos.get_photos(tx, anna, [(*key, "key")]) == []
        item = Attachment("photo", *key)
        assert not (await load_attached(tx, anna, [({anna}, [item])])).has(item)
    with pytest.raises(PhotoNotFound):
        await write(courtyard, lambda tx: photos.delete_photo(tx, anna, key, now=NOW))
    await write(courtyard, lambda tx: photos.restore_photo(tx, anna, key))
    async with courtyard.database.read() as tx:
        counters = await photos.count_reactions(tx, anna, [one, two])
    assert (counters[key].likes, counters[key].is_liked, (anna, two.id) in counters) == (1, True, False)
    await write(courtyard, lambda tx: albums.delete_album(tx, anna, anna, album.id, now=NOW))
    with pytest.raises(PhotoNotFound, match="album"):
        await write(courtyard, lambda tx: photos.restore_photo(tx, anna, key))
    with pytest.raises(AlbumNotFound):
        await fill(courtyard, anna, album, "three")


async def test_filling_and_deleting_at_once_leaves_nothing_between(
    courtyard: Courtyard, settle: Settle
) -> None:
    (anna,) = await settle({})
    album = await make(courtyard, anna)
    outcomes = await asyncio.gather(
        *(fill(courtyard, anna, album, f"p{number}") for number in range(6)),
        write(courtyard, lambda tx: albums.delete_album(tx, anna, anna, album.id, now=NOW)),
        return_exceptions=True,
    )
    assert all(isinstance(one, list | AlbumNotFound) or one is None for one in outcomes), outcomes
    await courtyard.database.write(lambda tx: photos.purge_photos(tx, NOW + 9))
    async with courtyard.database.read() as tx:
        assert await used_bytes(tx, anna) == 0


async def test_what_was_deleted_a_day_ago_is_gone_for_good(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    album = await make(courtyard, anna)
    one, two = await fill(courtyard, anna, album, "one", "two")
    again = UploadedPicture("again", one.sizes, {one.sizes[0].file: 10})
    await courtyard.database.write(
        lambda tx: photos.save_photo(tx, anna, again, text="", access_key="", quota=0, now=NOW)
    )
    names = [photo.sizes[0].file for photo in (one, two)]
    await write(courtyard, lambda tx: photos.show_owner_photo(tx, two, anna, NOW))
    for photo in (one, two):
        await write(
            courtyard,
            lambda tx, photo=photo: photos.delete_photo(tx, anna, (anna, photo.id), now=NOW),  # type: ignore[misc]
        )
    assert await write(courtyard, lambda tx: photos.purge_photos(tx, NOW)) == 0
    assert await write(courtyard, lambda tx: photos.purge_photos(tx, NOW + 1)) == 2
    async with courtyard.database.read() as tx:
        assert await find_files(tx, names) == set(names), "another photo and her picture show them"
        assert await used_bytes(tx, anna) == 10
    with pytest.raises(PhotoNotFound):
        await write(courtyard, lambda tx: photos.restore_photo(tx, anna, (anna, one.id)))
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, (anna, 3), now=NOW))
    assert await write(courtyard, lambda tx: photos.purge_photos(tx, NOW + 1)) == 1
    async with courtyard.database.read() as tx:
        assert await find_files(tx, names) == {names[1]}


async def test_a_community_s_albums(courtyard: Courtyard, settle: Settle) -> None:
    anna, member, stranger = await settle({}, {}, {})
    owner = await found_group(courtyard, anna, member)
    closed = await make(courtyard, anna, owner, viewers=Audience.OWNER)
    shared = await make(courtyard, anna, owner, is_for_managers=False)
    assert closed.viewers == Audience.EVERYBODY, "a community's album has its readers"
    for who in (member, stranger):
        with pytest.raises(AccessDenied):
            await make(courtyard, who, owner)
        with pytest.raises(AccessDenied):
            await fill(courtyard, who, closed, "x")
    with pytest.raises(AccessDenied):
        await fill(courtyard, stranger, shared, "x")
    [photo] = await fill(courtyard, member, shared, "one")
    assert (photo.owner_id, photo.user_id) == (owner, member)
    async with courtyard.database.read() as tx:
        [event] = (await read_news(tx, owner, 0)).events[-1:]
        assert (event.kind, told(event).item_id, told(event).actor_id) == ("photo_new", photo.id, member)
    before = event.number
    await fill(courtyard, member, shared, "one")
    async with courtyard.database.read() as tx:
        assert (await read_news(tx, owner, before)).events == [], "told once"
    key = (owner, photo.id)
    with pytest.raises(AccessDenied):
        await write(courtyard, lambda tx: photos.edit_photo(tx, stranger, key, "x"))
    for who in (member, anna):
        await write(courtyard, lambda tx, who=who: photos.edit_photo(tx, who, key, "Моё"))  # type: ignore[misc]


async def test_who_comments_on_photos(courtyard: Courtyard, settle: Settle) -> None:
    anna, friend, stranger = await settle({}, {}, {})
    await befriend(courtyard, anna, friend)
    album = await make(courtyard, anna, commenters=Audience.FRIENDS)
    [photo] = await fill(courtyard, anna, album, "one")

    def comment(who: int, owner: int = anna, number: int = photo.id) -> Awaitable[Any]:
        return write(
            courtyard,
            lambda tx: comments.write_comment(tx, who, (owner, "photo", number), "Ах", [], now=NOW),
        )

    await comment(friend)
    with pytest.raises(CommentForbidden):
        await comment(stranger)
    with pytest.raises(PhotoNotFound):
        await comment(anna, anna, 999)
    owner = await found_group(courtyard, anna, friend)
    silent = await make(courtyard, anna, owner, is_uncommented=True)
    [quiet] = await fill(courtyard, anna, silent, "two")
    with pytest.raises(CommentForbidden):
        await comment(anna, owner, quiet.id)
    change = AlbumChange(is_uncommented=False)
    await write(courtyard, lambda tx: albums.edit_album(tx, anna, owner, silent.id, change, now=NOW))
    await comment(stranger, owner, quiet.id)


async def test_a_key_opens_the_comments_of_a_hidden_photo(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    album = await make(courtyard, anna, viewers=Audience.OWNER)
    [photo] = await fill(courtyard, anna, album, "one")
    key: comments.ItemKey = (anna, "photo", photo.id)

    async def texts(access_key: str) -> list[str]:
        async with courtyard.database.read() as tx:
            asked: dict[str, Any] = {"offset": 0, "count": 9, "is_rising": True, "thread_count": 0}
            page = await comments.list_comments(tx, boris, key, thread_id=0, access_key=access_key, **asked)
            return [one.text for one in page.comments]

    await write(
        courtyard,
        lambda tx: comments.write_comment(tx, boris, key, "Ах", [], access_key="key", now=NOW),
    )
    assert await texts("key") == ["Ах"]
    for wrong in ("", "no"):
        with pytest.raises(PhotoNotFound):
            await texts(wrong)
        with pytest.raises(PhotoNotFound):
            await write(
                courtyard,
                lambda tx, wrong=wrong: comments.write_comment(  # type: ignore[misc]
                    tx, boris, key, "Ох", [], access_key=wrong, now=NOW
                ),
            )


async def test_all_comments_of_albums(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    one = await make(courtyard, anna)
    hidden = await make(courtyard, anna, viewers=Audience.OWNER)
    [shown] = await fill(courtyard, anna, one, "one")
    [kept] = await fill(courtyard, anna, hidden, "two")
    for number, photo in enumerate((shown, kept, shown)):
        await write(
            courtyard,
            lambda tx, photo=photo, number=number: comments.write_comment(  # type: ignore[misc]
                tx, anna, (anna, "photo", photo.id), str(number), [], now=NOW
            ),
        )

    async def texts(viewer: int, **more: int) -> list[str]:
        async with courtyard.database.read() as tx:
            ids = await albums.find_shown_albums(tx, viewer, anna)
            asked = {"offset": 0, "count": 10} | more
            page = await comments.list_all_comments(tx, viewer, anna, ids, **asked)
            return [str(page.count), *(one.text for one in page.comments)]

    assert await texts(anna) == ["3", "2", "1", "0"]
    assert await texts(boris) == ["2", "2", "0"]
    assert await texts(boris, offset=1, count=1) == ["2", "0"]
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, (anna, shown.id), now=NOW))
    assert await texts(anna) == ["1", "1"]


def test_the_album_of_the_wall_is_listed() -> None:
    photo = Photo(1, 1, 1, WALL_ALBUM, "", "", [], 0)
    assert photo.is_listed
    assert not Photo(1, 1, 1, -3, "", "", [], 0).is_listed


async def test_a_copy_is_one_s_own(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    album = await make(courtyard, anna, viewers=Audience.OWNER)
    [photo] = await fill(courtyard, anna, album, "one")

    def copy(access_key: str = "key", quota: int = 0) -> Awaitable[Any]:
        asked = (anna, photo.id, access_key)
        return write(courtyard, lambda tx: photos.copy_photo(tx, boris, asked, "mine", quota=quota, now=NOW))

    with pytest.raises(PhotoNotFound):
        await copy("no")
    with pytest.raises(QuotaExceeded):
        await copy(quota=9)
    copied = await copy()
    assert (copied.owner_id, copied.album_id, copied.sizes, copied.access_key) == (
        boris,
        -15,
        photo.sizes,
        "mine",
    )
    assert (await copy()).id == copied.id
    await write(courtyard, lambda tx: photos.delete_photo(tx, boris, (boris, copied.id), now=NOW))
    assert (await copy()).id == copied.id
    await write(courtyard, lambda tx: photos.delete_photo(tx, anna, (anna, photo.id), now=NOW))
    await write(courtyard, lambda tx: photos.purge_photos(tx, NOW + 1))
    async with courtyard.database.read() as tx:
        assert len(await photos.get_photos(tx, anna, [(boris, copied.id, "")])) == 1, (
            "a copy stays, for all to see"
        )
        assert await find_files(tx, [photo.sizes[0].file])
        assert [await used_bytes(tx, one) for one in (anna, boris)] == [0, 10]
