"""Photos: what an upload becomes, and which photos a viewer sees in posts and messages."""

import hmac

from msgspec import Struct

from dvor.core.privacy import check_open, load_owner, load_owners
from dvor.model.errors import QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import LISTED_ALBUMS, WALL_ALBUM, Photo
from dvor.store import photos as store
from dvor.store.database import Transaction
from dvor.store.files import add_bytes, insert_files
from dvor.store.groups import change_group
from dvor.store.users import lock_owners, set_avatar

Photos = dict[tuple[int, int], Photo]
SIDES = {"50": "s", "100": "m", "200": "p", "400": "x"}
"""Which size of a photo stands for a square of so many pixels."""


async def save_photo(
    tx: Transaction,
    user_id: int,
    upload: UploadedPicture,
    *,
    owner_id: int = 0,
    album_id: int = WALL_ALBUM,
    text: str,
    access_key: str,
    quota: int,
    now: int,
) -> Photo:
    """Make a photo of an uploaded picture; saving the same upload again returns the same photo.

    `owner_id` is a community that the user uploads for, 0 for himself; `quota` the owner's space for files in bytes,
    0 for no limit.
    """
    owner_id = owner_id or user_id
    await lock_owners(tx, [owner_id])
    saved = await store.find_upload(tx, owner_id, upload.id)
    if saved is not None:
        return saved
    await insert_files(tx, upload.files, now)
    if await add_bytes(tx, owner_id, sum(upload.files.values())) > quota > 0:
        raise QuotaExceeded(f"{quota} bytes")
    number = await store.next_photo_number(tx, owner_id)
    photo = Photo(owner_id, number, user_id, album_id, text, access_key, upload.sizes, now)
    await store.insert_photo(tx, photo, upload.id)
    return photo


class PhotoPage(Struct, frozen=True):
    """Photos in order; `count` is how many there are in all."""

    count: int
    photos: list[Photo]


async def list_photos(
    tx: Transaction,
    viewer_id: int,
    owner_id: int,
    albums: list[int],
    *,
    offset: int,
    count: int,
    is_rising: bool,
) -> PhotoPage:
    """Return a page of an owner's photos in these albums; errors of `load_owner` and `check_open`."""
    check_open(await load_owner(tx, viewer_id, owner_id))
    total = await store.count_photos(tx, owner_id, albums)
    return PhotoPage(total, await store.list_photos(tx, owner_id, albums, offset, count, is_rising=is_rising))


async def get_photos(tx: Transaction, viewer_id: int, keys: list[tuple[int, int, str]]) -> list[Photo]:
    """Return those of the photos that the viewer may see, or for which he has the access key, in the order asked for.

    Pictures in messages are seen with their key alone.
    """
    found = await store.load_photos(tx, sorted({(owner_id, photo_id) for owner_id, photo_id, _ in keys}))
    owners = await load_owners(tx, viewer_id, {owner_id for owner_id, _ in found})
    seen = []
    for owner_id, photo_id, access_key in keys:
        photo = found.get((owner_id, photo_id))
        if photo is None:
            continue
        owner = owners.get(owner_id)
        is_listed = owner is not None and owner.is_open and photo.album_id in LISTED_ALBUMS.values()
        has_key = bool(access_key) and hmac.compare_digest(access_key, photo.access_key)
        if is_listed or has_key or viewer_id in (owner_id, photo.user_id):
            seen.append(photo)
    return seen


async def show_owner_photo(tx: Transaction, photo: Photo) -> None:
    """Make a photo the picture beside its owner's name."""
    files = {size.type: size.file for size in photo.sizes}
    largest = photo.sizes[-1].file
    avatar = {side: files.get(letter, largest) for side, letter in SIDES.items()} | {"max": largest}
    if photo.owner_id > 0:
        await set_avatar(tx, photo.owner_id, avatar)
    else:
        await change_group(tx, -photo.owner_id, {"avatar": avatar})
