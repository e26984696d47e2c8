"""photos.*: the three steps of putting a picture on a wall."""

from typing import Annotated

from msgspec import UNSET, Struct, UnsetType

from dvor.core.courtyard import Courtyard
from dvor.core.files import make_address, read_receipt
from dvor.core.photos import save_photo
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import GroupNotFound
from dvor.model.photos import WALL_ALBUM, Photo
from dvor.model.tokens import Scope

WALL_UPLOAD = "wall photo"
URL_FROM = (5, 77)
"""From this version on the address of a size is called `url`."""


class PhotoSize(Struct, frozen=True, omit_defaults=True):
    """One size of a photo: VK's letter, width and height in pixels, its address (`src` before version 5.77)."""

    type: str
    width: int
    height: int
    url: str | UnsetType = UNSET
    src: str | UnsetType = UNSET


class PhotoObject(Struct, frozen=True, omit_defaults=True):
    """A photo."""

    id: int
    owner_id: int
    album_id: int
    date: int
    text: str
    sizes: list[PhotoSize]
    access_key: str | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    has_tags: bool | UnsetType = UNSET


def draw_photo(courtyard: Courtyard, photo: Photo, version: tuple[int, int]) -> PhotoObject:
    """Return a photo with the addresses of its sizes."""
    address = "url" if version >= URL_FROM else "src"
    sizes = [
        PhotoSize(size.type, size.width, size.height, **{address: courtyard.file_url(size.file)})
        for size in photo.sizes
    ]
    return PhotoObject(
        id=photo.id,
        owner_id=photo.owner_id,
        album_id=photo.album_id,
        date=photo.created_at,
        text=photo.text,
        sizes=sizes,
        access_key=photo.access_key,
        has_tags=False,
    )


class UploadServer(Struct, frozen=True):
    """Where to POST a picture as multipart/form-data, within ten minutes."""

    upload_url: str
    album_id: int
    user_id: int


class GetWallUploadServer(Params):
    """Parameters of photos.getWallUploadServer."""

    group_id: Annotated[int, doc("The community whose wall it is for; 0 for one's own.")] = 0


@method("photos.getWallUploadServer", scope=Scope.PHOTOS)
async def get_wall_upload_server(call: Call, params: GetWallUploadServer) -> UploadServer:
    """Returns the address to which a picture for a wall is sent.

    VK: photos.getWallUploadServer.
    """
    if params.group_id:
        raise GroupNotFound(str(abs(params.group_id)))
    address = make_address(call.courtyard, call.user_id, WALL_UPLOAD)
    return UploadServer(f"{call.courtyard.public_url}/upload/photo/{address}", WALL_ALBUM, call.user_id)


class SaveWallPhoto(Params):
    """Parameters of photos.saveWallPhoto."""

    photo: Annotated[str, doc("`photo` of the upload's answer.")]
    hash: Annotated[str, doc("`hash` of the upload's answer.")]
    server: Annotated[str, doc("`server` of the upload's answer; not needed.")] = ""
    user_id: Annotated[int, doc("The user whose wall it is for; one's own.", ge=0)] = 0
    group_id: Annotated[int, doc("The community whose wall it is for; 0 for none.")] = 0
    caption: Annotated[str, doc("Words to go with the picture.", max_length=2048)] = ""


@method(
    "photos.saveWallPhoto",
    scope=Scope.PHOTOS,
    writes=True,
    is_repeatable=True,
    not_yet=("latitude", "longitude"),
)
async def save_wall_photo(call: Call, params: SaveWallPhoto) -> list[PhotoObject]:
    """Makes a photo of an uploaded picture; saving the same upload again gives the same photo.

    VK: photos.saveWallPhoto.
    """
    if params.group_id:
        raise GroupNotFound(str(abs(params.group_id)))
    courtyard = call.courtyard
    upload = read_receipt(courtyard, call.user_id, WALL_UPLOAD, params.photo, params.hash)
    access_key = courtyard.master_key.sign("photo access", upload.id.encode())[:9].hex()
    quota = courtyard.settings.file_quota
    photo = await save_photo(
        call.tx, call.user_id, upload, text=params.caption, access_key=access_key, quota=quota, now=call.now
    )
    return [draw_photo(courtyard, photo, call.version)]
