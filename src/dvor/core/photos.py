"""Photos: what an upload becomes, which photos a viewer sees, and changing, deleting and restoring them."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.events import tell
from dvor.core.privacy import Community, Owner, check_open, load_owner, load_owners
from dvor.core.secrets import opens
from dvor.model.errors import AccessDenied, InvalidParameter, InvalidUpload, PhotoNotFound, QuotaExceeded
from dvor.model.events import ItemEvent
from dvor.model.files import UploadedPicture
from dvor.model.likes import ItemCounters
from dvor.model.photos import (
    MAX_ALBUM_TEXT,
    PROFILE_ALBUM,
    SAVED_ALBUM,
    WALL_ALBUM,
    Audience,
    Photo,
    PictureSize,
)
from dvor.model.users import User
from dvor.model.words import fold_words
from dvor.store import photos as store
from dvor.store.albums import load_album
from dvor.store.database import Transaction
from dvor.store.files import add_bytes, insert_files, release_files, sum_bytes, use_files
from dvor.store.groups import change_group, load_groups
from dvor.store.likes import load_counters
from dvor.store.photo_tags import delete_tags
from dvor.store.photo_words import delete_photo_words, insert_photo_words
from dvor.store.photos import Key
from dvor.store.users import load_users, lock_owners, set_avatar

PURGED_AT_ONCE = 100
"""How many photos one transaction removes for good."""
Photos = dict[tuple[int, int], Photo]
SIDES = {"50": "s", "100": "m", "200": "p", "400": "x"}
"""Which size of a photo stands for a square of so many pixels."""


def audience_of(owner: Owner) -> Audience:
    """Return the narrowest audience that the viewer is in."""
    if isinstance(owner, Community):
        return Audience.EVERYBODY
    if owner.is_self:
        return Audience.OWNER
    return Audience.FRIENDS if owner.shows_friends_only else Audience.EVERYBODY


def is_shown(photo: Photo, owner: Owner | None) -> bool:
    """Say whether the viewer sees a photo by the rules of its owner and its album."""
    if owner is None or not owner.is_open or not photo.is_listed:
        return False
    return photo.viewers <= audience_of(owner)


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
        if saved.deleted_at:
            raise InvalidUpload("the photo is deleted")
        return saved
    await insert_files(tx, upload.files, now)
    if await add_bytes(tx, owner_id, sum(upload.files.values())) > quota > 0:
        raise QuotaExceeded(f"{quota} bytes")
    number = await store.next_photo_number(tx, owner_id)
    photo = Photo(owner_id, number, user_id, album_id, text, access_key, upload.sizes, now)
    await _insert(tx, photo, upload.id)
    return photo


async def _insert(tx: Transaction, photo: Photo, upload_id: str) -> None:
    await store.insert_photo(tx, photo, upload_id)
    await insert_photo_words(tx, (photo.owner_id, photo.id), _words(photo))


def _words(photo: Photo) -> list[str]:
    """Return the words by which a photo is found; that of a message by none."""
    return fold_words(photo.text) if photo.is_listed else []


async def copy_photo(
    tx: Transaction,
    user_id: int,
    key: tuple[int, int, str],
    access_key: str,
    *,
    quota: int,
    now: int,
) -> Photo:
    """Put a copy of a photo that the user sees among his saved ones; doing it again returns the same copy.

    `PhotoNotFound`, `QuotaExceeded`.
    """
    await lock_owners(tx, [user_id])
    found = await get_photos(tx, user_id, [key])
    if not found:
        raise PhotoNotFound(f"no photo {key[0]}_{key[1]}")
    [original] = found
    name = f"copy {original.owner_id}_{original.id}"
    copied = await store.find_upload(tx, user_id, name)
    if copied is not None:
        await _show_again(tx, copied)
        return copied
    names = {size.file for size in original.sizes}
    if await add_bytes(tx, user_id, await sum_bytes(tx, sorted(names))) > quota > 0:
        raise QuotaExceeded(f"{quota} bytes")
    await use_files(tx, names)
    number = await store.next_photo_number(tx, user_id)
    photo = Photo(user_id, number, user_id, SAVED_ALBUM, original.text, access_key, original.sizes, now)
    await _insert(tx, photo, name)
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
    """Return a page of an owner's photos in these albums, which the viewer sees; errors of `load_owner`, `check_open`."""
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
        is_seen = is_shown(photo, owners.get(owner_id)) or viewer_id in (owner_id, photo.user_id)
        if is_seen or opens(photo.access_key, access_key):
            seen.append(photo)
    return seen


async def load_avatar_photos(tx: Transaction, users: Collection[User]) -> dict[int, Photo]:
    """Return the photos that people show beside their names, if they are photos that one can open."""
    avatars = {user.id: user.avatar["max"] for user in users if "max" in user.avatar}
    newest = await store.load_newest(tx, sorted(avatars), PROFILE_ALBUM)
    return {one: photo for one, photo in newest.items() if photo.sizes[-1].file == avatars[one]}


async def get_photo(tx: Transaction, viewer_id: int, key: Key, access_key: str = "") -> Photo:
    """Return a photo that the viewer may see, or whose key he has; `PhotoNotFound`."""
    found = await get_photos(tx, viewer_id, [(*key, access_key)])
    if not found:
        raise PhotoNotFound(f"no photo {key[0]}_{key[1]}")
    return found[0]


async def count_reactions(tx: Transaction, viewer_id: int, photos: list[Photo]) -> dict[Key, ItemCounters]:
    """Return how often photos are liked, commented on and repeated, as far as they are."""
    return await load_counters(tx, "photo", sorted({(one.owner_id, one.id) for one in photos}), viewer_id)


def may_comment(photo: Photo, owner: Owner) -> bool:
    """Say whether the viewer may comment on a photo that he sees."""
    if not owner.takes_comments or photo.is_uncommented:
        return False
    return photo.commenters <= audience_of(owner)


async def edit_photo(tx: Transaction, user_id: int, key: Key, text: str) -> None:
    """Give a photo other words; `PhotoNotFound`, `AccessDenied`, `InvalidParameter`."""
    if len(text) > MAX_ALBUM_TEXT:
        raise InvalidParameter("caption", f"longer than {MAX_ALBUM_TEXT} characters")
    photo = await find_own_photo(tx, user_id, key)
    await store.set_text(tx, key, text)
    old, new = set(_words(photo)), set(_words(replace(photo, text=text)))
    await delete_photo_words(tx, key, old - new)
    await insert_photo_words(tx, key, new - old)


async def delete_photo(tx: Transaction, user_id: int, key: Key, *, now: int) -> None:
    """Delete a photo: it is shown nowhere any more; `PhotoNotFound`, `AccessDenied`.

    Until it can no longer be restored (`purge_photos`), it takes its space.
    """
    await hide_photo(tx, await find_own_photo(tx, user_id, key), now)


async def hide_photo(tx: Transaction, photo: Photo, now: int) -> None:
    """Show a photo nowhere any more."""
    key = (photo.owner_id, photo.id)
    await store.set_deleted(tx, key, now)
    await delete_photo_words(tx, key, _words(photo))


async def _show_again(tx: Transaction, photo: Photo) -> None:
    key = (photo.owner_id, photo.id)
    await store.set_deleted(tx, key, 0)
    await insert_photo_words(tx, key, _words(photo))


async def restore_photo(tx: Transaction, user_id: int, key: Key) -> None:
    """Show a photo again that was deleted not long ago, if its album is still there; `PhotoNotFound`, `AccessDenied`."""
    photo = await find_own_photo(tx, user_id, key, is_deleted=True)
    if photo.album_id > 0 and await load_album(tx, photo.owner_id, photo.album_id) is None:
        raise PhotoNotFound("its album is deleted")
    await _show_again(tx, photo)


async def purge_photos(tx: Transaction, before: int) -> int:
    """Remove some photos for good that were deleted before a time, and give their space back; return how many."""
    keys = await store.list_deleted(tx, before, PURGED_AT_ONCE)
    await lock_owners(tx, sorted({owner_id for owner_id, _ in keys}))
    found = await store.load_photos(tx, sorted(keys), with_deleted=True)
    for key, photo in sorted(found.items()):
        if 0 < photo.deleted_at < before:
            names = {size.file for size in photo.sizes}
            await add_bytes(tx, photo.owner_id, -await sum_bytes(tx, sorted(names)))
            await store.delete_photo(tx, key)
            await delete_tags(tx, key)
            await release_files(tx, names)
    return len(found)


async def find_own_photo(tx: Transaction, user_id: int, key: Key, *, is_deleted: bool = False) -> Photo:
    """Return a photo that the user may change: who made it, its owner, or a community's editor.

    The owner's row stays locked.  `PhotoNotFound`, `AccessDenied`.
    """
    await lock_owners(tx, [key[0]])
    photo = (await store.load_photos(tx, [key], with_deleted=True)).get(key)
    if photo is None or bool(photo.deleted_at) is not is_deleted:
        raise PhotoNotFound(f"no photo {key[0]}_{key[1]}")
    if user_id not in (photo.owner_id, photo.user_id):
        owner = (await load_owners(tx, user_id, [key[0]])).get(key[0])
        if owner is None or not owner.is_edited:
            raise AccessDenied("another's photo")
    return photo


def make_avatar(sizes: list[PictureSize]) -> dict[str, str]:
    """Return the files of a picture by the sides of the squares that they stand for."""
    files = {size.type: size.file for size in sizes}
    largest = sizes[-1].file
    return {side: files.get(letter, largest) for side, letter in SIDES.items()} | {"max": largest}


async def show_owner_photo(tx: Transaction, photo: Photo, user_id: int, now: int) -> None:
    """Make a photo the picture beside its owner's name; a community's bots hear who did it."""
    avatar = make_avatar(photo.sizes)
    await use_files(tx, set(avatar.values()))
    await change_avatar(tx, photo.owner_id, avatar)
    if photo.owner_id < 0:
        changed = ItemEvent(photo.owner_id, photo.id, user_id)
        await tell(tx, "group_change_photo", {photo.owner_id: changed}, now)


async def change_avatar(tx: Transaction, owner_id: int, avatar: dict[str, str]) -> None:
    """Give an owner other files, which count this use, for his picture; those from before lose theirs."""
    if owner_id > 0:
        user = (await load_users(tx, [owner_id])).get(owner_id)
        before = user.avatar if user else {}
        await set_avatar(tx, owner_id, avatar)
    else:
        group = (await load_groups(tx, [-owner_id])).get(-owner_id)
        before = group.avatar if group else {}
        await change_group(tx, -owner_id, {"avatar": avatar})
    await release_files(tx, set(before.values()))
