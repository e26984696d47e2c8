"""photos.*: copying, changing, deleting, restoring and moving photos."""

import re
from typing import Annotated, Literal

from dvor.core import albums, photos
from dvor.dialects.vk.photo_albums import AlbumId, OwnerOf, PhotoId
from dvor.dialects.vk.photos import make_key
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter
from dvor.model.tokens import Scope

_KEY = re.compile(r"(?:photo)?(-?\d{1,10})_(\d{1,15})", re.ASCII)


class OnePhoto(Params, kw_only=True):
    """Parameters that name a photo."""

    owner_id: OwnerOf = 0
    photo_id: PhotoId


class CopyPhoto(OnePhoto, kw_only=True):
    """Parameters of photos.copy."""

    access_key: Annotated[str, doc("The key of a photo that is not shown to everybody.", max_length=64)] = ""


@method("photos.copy", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def copy(call: Call, params: CopyPhoto) -> int:
    """Puts a copy of a photo into the album `saved`, and returns its number there; once, however often it is asked.

    VK: photos.copy.
    """
    owner_id = params.owner_id or call.user_id
    copied = await photos.copy_photo(
        call.tx,
        call.user_id,
        (owner_id, params.photo_id, params.access_key),
        make_key(call, f"copy {call.user_id} {owner_id}_{params.photo_id}"),
        quota=call.courtyard.settings.file_quota,
        now=call.now,
    )
    return copied.id


class EditPhoto(OnePhoto, kw_only=True):
    """Parameters of photos.edit."""

    caption: Annotated[str, doc("The words; without `v` none leave them.", max_length=2048)] = ""


@method(
    "photos.edit",
    scope=Scope.PHOTOS,
    writes=True,
    is_repeatable=True,
    not_yet=("latitude", "longitude", "place_str", "foursquare_id", "delete_place"),
)
async def edit(call: Call, params: EditPhoto) -> Literal[1]:
    """Changes the words that go with a photo.

    VK: photos.edit.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    if params.caption or call.is_versioned:
        await photos.edit_photo(call.tx, call.user_id, key, params.caption)
    else:
        await photos.find_own_photo(call.tx, call.user_id, key)
    return 1


class DeletePhotos(Params, kw_only=True):
    """Parameters of photos.delete."""

    owner_id: OwnerOf = 0
    photo_id: PhotoId = 0
    photos: Annotated[list[str], doc("Several photos instead: `1_2,1_3`.", max_length=100)] = []


@method("photos.delete", scope=Scope.PHOTOS, writes=True)
async def delete(call: Call, params: DeletePhotos) -> Literal[1]:
    """Deletes photos, all that are named or none.

    VK: photos.delete.
    """
    keys = [(params.owner_id or call.user_id, params.photo_id)] if params.photo_id else []
    for text in params.photos:
        match = _KEY.fullmatch(text)
        if match is None:
            raise InvalidParameter("photos", f"{text[:64]!r} is no photo (1_2)")
        keys.append((int(match[1]), int(match[2])))
    if not keys:
        raise InvalidParameter("photo_id")
    for key in sorted(set(keys)):
        await photos.delete_photo(call.tx, call.user_id, key, now=call.now)
    return 1


@method("photos.restore", scope=Scope.PHOTOS, writes=True)
async def restore(call: Call, params: OnePhoto) -> Literal[1]:
    """Shows a photo again that was deleted within the last day, if its album is still there.

    VK: photos.restore.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    await photos.restore_photo(call.tx, call.user_id, key)
    return 1


class MovePhotos(Params, kw_only=True):
    """Parameters of photos.move."""

    owner_id: OwnerOf = 0
    target_album_id: AlbumId
    photo_id: PhotoId = 0
    photo_ids: Annotated[list[PhotoId], doc("Several photos instead.", max_length=100)] = []


@method("photos.move", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def move(call: Call, params: MovePhotos) -> Literal[1]:
    """Puts photos into another album of the same owner.

    VK: photos.move.
    """
    photo_ids = [*params.photo_ids, *([params.photo_id] if params.photo_id else [])]
    if not photo_ids:
        raise InvalidParameter("photo_ids")
    owner_id = params.owner_id or call.user_id
    await albums.move_photos(call.tx, call.user_id, owner_id, params.target_album_id, photo_ids, now=call.now)
    return 1
