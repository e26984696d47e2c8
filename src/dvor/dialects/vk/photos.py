"""photos.*: the three steps of uploading a picture, and looking at photos."""

import re
from typing import Annotated

from msgspec import Struct

from dvor.core.albums import find_shown_albums, get_album
from dvor.core.files import make_address, read_receipt
from dvor.core.groups import get_managed_group
from dvor.core.photos import (
    count_reactions,
    get_photos,
    list_photos,
    may_comment,
    save_photo,
    show_owner_photo,
)
from dvor.core.privacy import check_open, load_owner, load_owners
from dvor.core.views import note_views
from dvor.dialects.vk.photo_objects import PhotoObject, draw_photo
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied, InvalidParameter, PostForbidden
from dvor.model.groups import Role
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID, OwnerId
from dvor.model.photos import LISTED_ALBUMS, MESSAGE_ALBUM, PROFILE_ALBUM, WALL_ALBUM, Photo
from dvor.model.tokens import Scope

WALL_UPLOAD, MESSAGE_UPLOAD, OWNER_UPLOAD = "wall photo", "message photo", "owner photo"
ALBUMS = {WALL_UPLOAD: WALL_ALBUM, MESSAGE_UPLOAD: MESSAGE_ALBUM, OWNER_UPLOAD: PROFILE_ALBUM}
_PHOTO = re.compile(r"(?:photo)?(-?\d{1,10})_(\d{1,15})(?:_(\w{1,64}))?", re.ASCII)
GroupFor = Annotated[
    int, doc("The community that it is for; 0 for oneself.", ge=-MAX_USER_ID, le=MAX_USER_ID)
]


class UploadServer(Struct, frozen=True):
    """Where to POST a picture as multipart/form-data, within ten minutes."""

    upload_url: str
    album_id: int
    user_id: int


def _server(call: Call, purpose: str, owner_id: int) -> UploadServer:
    address = make_address(call.courtyard, call.owner_id, f"{purpose} {owner_id}")
    url = f"{call.courtyard.public_url}/upload/photo/{address}"
    return UploadServer(url, ALBUMS[purpose], call.user_id)


async def _save(
    call: Call, purpose: str, owner_id: int, photo: str, signature: str, caption: str = ""
) -> Photo:
    courtyard = call.courtyard
    upload = read_receipt(courtyard, call.owner_id, f"{purpose} {owner_id}", photo, signature)
    return await save_photo(
        call.tx,
        call.owner_id,
        upload,
        owner_id=owner_id,
        album_id=ALBUMS[purpose],
        text=caption,
        access_key=make_key(call, upload.id),
        quota=courtyard.settings.file_quota,
        now=call.now,
    )


def make_key(call: Call, upload_id: str) -> str:
    """Return the key of the photo that an upload becomes."""
    return call.courtyard.master_key.sign("photo access", upload_id.encode())[:9].hex()


class ForGroup(Params, kw_only=True):
    """Parameters that may name a community."""

    group_id: GroupFor = 0


@method("photos.getWallUploadServer", scope=Scope.PHOTOS)
async def get_wall_upload_server(call: Call, params: ForGroup) -> UploadServer:
    """Returns the address to which a picture for a wall is sent.

    VK: photos.getWallUploadServer.
    """
    return _server(call, WALL_UPLOAD, await _read_wall(call, params.group_id))


async def _read_wall(call: Call, group_id: int) -> int:
    """Return the owner of the wall that a picture is for; `GroupNotFound`, `PostForbidden`."""
    if not group_id:
        return call.user_id
    owner = await load_owner(call.tx, call.user_id, -abs(group_id))
    if not owner.takes_posts and not owner.is_managed:
        raise PostForbidden(str(group_id))
    return -abs(group_id)


class SavePhoto(ForGroup, kw_only=True):
    """Parameters of the methods that make a photo of an upload."""

    photo: Annotated[str, doc("`photo` of the upload's answer.")]
    hash: Annotated[str, doc("`hash` of the upload's answer.")]
    server: Annotated[str, doc("`server` of the upload's answer; not needed.")] = ""
    user_id: Annotated[int, doc("The user whose wall it is for; one's own.", ge=0)] = 0
    caption: Annotated[str, doc("Words to go with the picture.", max_length=2048)] = ""


@method(
    "photos.saveWallPhoto",
    scope=Scope.PHOTOS,
    writes=True,
    is_repeatable=True,
    not_yet=("latitude", "longitude"),
)
async def save_wall_photo(call: Call, params: SavePhoto) -> list[PhotoObject]:
    """Makes a photo of an uploaded picture; saving the same upload again gives the same photo.

    VK: photos.saveWallPhoto.
    """
    owner_id = await _read_wall(call, params.group_id)
    photo = await _save(call, WALL_UPLOAD, owner_id, params.photo, params.hash, params.caption)
    return [draw_photo(call.courtyard, photo, call.version)]


class MessageUpload(ForGroup, kw_only=True):
    """Parameters of photos.getMessagesUploadServer."""

    peer_id: Annotated[int, doc("The conversation that it is for; not needed.")] = 0


@method("photos.getMessagesUploadServer", scope=Scope.MESSAGES, for_groups=True)
async def get_messages_upload_server(call: Call, params: MessageUpload) -> UploadServer:
    """Returns the address to which a picture for a message is sent.

    VK: photos.getMessagesUploadServer.
    """
    return _server(call, MESSAGE_UPLOAD, call.owner_id)


@method("photos.saveMessagesPhoto", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def save_messages_photo(call: Call, params: SavePhoto) -> list[PhotoObject]:
    """Makes a photo for a message of an uploaded picture; nobody finds it but in messages.

    VK: photos.saveMessagesPhoto.
    """
    photo = await _save(call, MESSAGE_UPLOAD, call.owner_id, params.photo, params.hash)
    return [draw_photo(call.courtyard, photo, call.version)]


class OwnerUpload(Params):
    """Parameters of photos.getOwnerPhotoUploadServer."""

    owner_id: Annotated[OwnerId, doc("The user, or minus a community's id; 0 for oneself.")] = 0


@method("photos.getOwnerPhotoUploadServer", scope=Scope.PHOTOS)
async def get_owner_photo_upload_server(call: Call, params: OwnerUpload) -> UploadServer:
    """Returns the address to which a new picture of a person or a community is sent.

    VK: photos.getOwnerPhotoUploadServer.
    """
    return _server(call, OWNER_UPLOAD, await _read_owner(call, params.owner_id))


async def _read_owner(call: Call, owner_id: int) -> int:
    """Return whose picture may be changed; `AccessDenied`, `GroupNotFound`."""
    if owner_id < 0:
        await get_managed_group(call.tx, call.user_id, -owner_id, Role.ADMINISTRATOR)
    elif owner_id not in (0, call.user_id):
        raise AccessDenied("another's picture")
    return owner_id or call.user_id


class SaveOwnerPhoto(Params):
    """Parameters of photos.saveOwnerPhoto."""

    photo: Annotated[str, doc("`photo` of the upload's answer.")]
    hash: Annotated[str, doc("`hash` of the upload's answer.")]
    server: Annotated[str, doc("`server` of the upload's answer; not needed.")] = ""
    owner_id: Annotated[OwnerId, doc("As with photos.getOwnerPhotoUploadServer.")] = 0


class SavedOwnerPhoto(Struct, frozen=True):
    """The new picture."""

    saved: int
    photo_hash: str
    photo_src: str
    photo_src_big: str
    photo_src_small: str
    photo_id: int


@method("photos.saveOwnerPhoto", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def save_owner_photo(call: Call, params: SaveOwnerPhoto) -> SavedOwnerPhoto:
    """Makes an uploaded picture the one of the caller, or of a community that he administers.

    VK: photos.saveOwnerPhoto.
    """
    owner_id = await _read_owner(call, params.owner_id)
    photo = await _save(call, OWNER_UPLOAD, owner_id, params.photo, params.hash)
    await show_owner_photo(call.tx, photo, call.user_id, call.now)
    small, big = (call.courtyard.file_url(photo.sizes[place].file) for place in (0, -1))
    return SavedOwnerPhoto(1, params.hash, big, big, small, photo.id)


class PhotoList(Struct, frozen=True):
    """Photos; `count` is how many there are in all."""

    count: int
    items: list[PhotoObject]


async def draw_photos(call: Call, found: list[Photo], *, extended: bool) -> list[PhotoObject]:
    """Return photos, `extended` with their counters and whether the caller may comment on them."""
    if not extended:
        is_openvk = not call.is_versioned
        return [draw_photo(call.courtyard, one, call.version, is_openvk=is_openvk) for one in found]
    counters = await count_reactions(call.tx, call.owner_id, found)
    owners = await load_owners(call.tx, call.owner_id, {one.owner_id for one in found})
    return [
        draw_photo(
            call.courtyard,
            one,
            call.version,
            counters.get((one.owner_id, one.id)),
            may_comment=one.owner_id in owners and may_comment(one, owners[one.owner_id]),
            is_openvk=not call.is_versioned,
        )
        for one in found
    ]


class ListPhotos(Params, kw_only=True):
    """What photos.get and photos.getAll have in common."""

    owner_id: Annotated[OwnerId, doc("Whose photos; 0 for the caller's own.")] = 0
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    extended: Annotated[bool, doc("Give likes, comments and reposts.")] = False
    photo_sizes: Annotated[bool, doc("No difference: sizes are always given.")] = True


class GetPhotos(ListPhotos, kw_only=True):
    """Parameters of photos.get."""

    album_id: Annotated[
        str, doc("An album's number; `wall`, `profile` or `saved`, or -7, -6 and -15.", max_length=32)
    ] = "wall"
    photo_ids: Annotated[list[str], doc("Only these numbers.", max_length=1000)] = []
    rev: Annotated[bool, doc("The newest first.")] = False
    count: Annotated[int, doc("How many to return; 50, without `v` 10.", ge=0, le=1000)] | None = None


@method("photos.get", not_yet=("feed", "feed_type"))
async def get(call: Call, params: GetPhotos) -> PhotoList:
    """Returns the photos of an album, the oldest first.

    VK: photos.get.
    """
    owner_id = params.owner_id or call.user_id
    album_id = read_album(params.album_id)
    if album_id > 0:
        await get_album(call.tx, call.user_id, owner_id, album_id)
    if params.photo_ids:
        check_open(await load_owner(call.tx, call.user_id, owner_id))
        keys = [(owner_id, int(one), "") for one in params.photo_ids if one.isdecimal() and len(one) < 16]
        found = [
            one
            for one in await get_photos(call.tx, call.user_id, keys)
            if album_id in (one.album_id, WALL_ALBUM)
        ]
        return PhotoList(len(found), await draw_photos(call, found, extended=params.extended))
    default = 50 if call.is_versioned else 10
    page = await list_photos(
        call.tx,
        call.user_id,
        owner_id,
        [album_id],
        offset=params.offset,
        count=default if params.count is None else params.count,
        is_rising=not params.rev,
    )
    return PhotoList(page.count, await draw_photos(call, page.photos, extended=params.extended))


def read_album(text: str) -> int:
    """Return the number of an album that is there for everybody, or of one's own; `InvalidParameter`."""
    names = LISTED_ALBUMS | {str(number): number for number in LISTED_ALBUMS.values()}
    if text in names:
        return names[text]
    if text.isdecimal() and text.isascii() and 0 < int(text) <= MAX_NUMBER:
        return int(text)
    raise InvalidParameter("album_id", "is neither a number nor wall, profile or saved")


class GetAllPhotos(ListPhotos, kw_only=True):
    """Parameters of photos.getAll."""

    count: Annotated[int, doc("How many to return; 20, without `v` 100.", ge=0, le=1000)] | None = None
    no_service_albums: Annotated[bool, doc("Leave out those of the wall and the profile.")] = False
    need_hidden: Annotated[bool, doc("No difference: no photo is hidden from the list.")] = False
    skip_hidden: Annotated[bool, doc("No difference: no photo is hidden from the list.")] = False


@method("photos.getAll")
async def get_all(call: Call, params: GetAllPhotos) -> PhotoList:
    """Returns the photos of a person or a community, newest first, from all albums that the caller sees.

    VK: photos.getAll.
    """
    owner_id = params.owner_id or call.user_id
    default = 20 if call.is_versioned else 100
    page = await list_photos(
        call.tx,
        call.user_id,
        owner_id,
        await find_shown_albums(call.tx, call.user_id, owner_id, with_system=not params.no_service_albums),
        offset=params.offset,
        count=default if params.count is None else params.count,
        is_rising=False,
    )
    return PhotoList(page.count, await draw_photos(call, page.photos, extended=params.extended))


class GetPhotosById(Params):
    """Parameters of photos.getById."""

    photos: Annotated[list[str], doc("Up to 100 photos: `1_2,1_3_ACCESSKEY`.", max_length=100)]
    extended: Annotated[bool, doc("Give likes, comments and reposts.")] = False
    photo_sizes: Annotated[bool, doc("No difference: sizes are always given.")] = True


@method("photos.getById", for_groups=True)
async def get_by_id(call: Call, params: GetPhotosById) -> list[PhotoObject]:
    """Returns photos by their ids; those that are gone or hidden are left out.

    VK: photos.getById.
    """
    if not params.photos:
        raise InvalidParameter("photos")
    matches = [match for text in params.photos if (match := _PHOTO.fullmatch(text))]
    keys = [(int(match[1]), int(match[2]), match[3] or "") for match in matches]
    found = await get_photos(call.tx, call.owner_id, keys)
    opened = [(photo.owner_id, photo.id) for photo in found]
    note_views(call.courtyard, call.user_id, "photo", opened, call.now)
    return await draw_photos(call, found, extended=params.extended)
