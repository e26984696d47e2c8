"""How VK draws photos."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.courtyard import Courtyard
from dvor.model.likes import ItemCounters
from dvor.model.photos import Photo

ALBUM_UPLOAD = "album photo "
"""How the purpose of an upload to an album begins; its owner and its number follow."""
CHAT_UPLOAD = "chat photo "
"""And of one for a chat; its number follows."""
URL_FROM = (5, 77)
"""From this version on the address of a size is called `url`."""


class PhotoSize(Struct, frozen=True, omit_defaults=True):
    """One size of a photo: VK's letter, width and height in pixels, its address (`src` before version 5.77)."""

    type: str
    width: int
    height: int
    url: str | UnsetType = UNSET
    src: str | UnsetType = UNSET


class Likes(Struct, frozen=True):
    """The likes of a photo, and the viewer's."""

    count: int
    user_likes: int


class Count(Struct, frozen=True):
    """How many there are."""

    count: int


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
    likes: Likes | UnsetType = UNSET
    comments: Count | UnsetType = UNSET
    reposts: Count | UnsetType = UNSET
    tags: Count | UnsetType = UNSET
    can_comment: int | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    photo_75: str | UnsetType = UNSET
    photo_130: str | UnsetType = UNSET
    photo_604: str | UnsetType = UNSET
    photo_807: str | UnsetType = UNSET
    photo_1280: str | UnsetType = UNSET
    photo_2560: str | UnsetType = UNSET
    pid: int | UnsetType = UNSET
    aid: int | UnsetType = UNSET
    src_small: str | UnsetType = UNSET
    src: str | UnsetType = UNSET
    src_big: str | UnsetType = UNSET
    src_xbig: str | UnsetType = UNSET
    src_xxbig: str | UnsetType = UNSET
    src_xxxbig: str | UnsetType = UNSET


NAMES = {
    "s": "photo_75",
    "m": "photo_130",
    "x": "photo_604",
    "y": "photo_807",
    "z": "photo_1280",
    "w": "photo_2560",
}
"""What the address of each size is called before 5.77."""
OLD_NAMES = {
    "s": "src_small",
    "m": "src",
    "x": "src_big",
    "y": "src_xbig",
    "z": "src_xxbig",
    "w": "src_xxxbig",
}
"""And before 5.0."""


def draw_photo(
    courtyard: Courtyard,
    photo: Photo,
    version: tuple[int, int],
    counters: ItemCounters | None = None,
    *,
    may_comment: bool | None = None,
    is_openvk: bool = False,
) -> PhotoObject:
    """Return a photo with the addresses of its sizes; with `may_comment` given, its counters too.

    In old versions, and in OpenVK's photos.*, each address is a member of its own as well.
    """
    more: dict[str, Any] = {}
    if may_comment is not None:
        likes, comments, reposts = (
            (counters.likes, counters.comments, counters.reposts) if counters else (0, 0, 0)
        )
        more |= {
            "likes": Likes(likes, int(counters is not None and counters.is_liked)),
            "comments": Count(comments),
            "reposts": Count(reposts),
            "tags": Count(photo.tags),
            "can_comment": int(may_comment),
        }
    if is_openvk or version < URL_FROM:
        more |= _name_sizes(courtyard, photo, NAMES)
    if is_openvk or version[0] < 5:
        more |= _name_sizes(courtyard, photo, OLD_NAMES) | {"pid": photo.id, "aid": photo.album_id}
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
        user_id=photo.user_id if photo.owner_id < 0 and photo.user_id > 0 else UNSET,
        has_tags=photo.tags > 0,
        **more,
    )


def _name_sizes(courtyard: Courtyard, photo: Photo, names: dict[str, str]) -> dict[str, Any]:
    named: dict[str, Any] = {
        names[size.type]: courtyard.file_url(size.file) for size in photo.sizes if size.type in names
    }
    if photo.sizes:
        named |= {"width": photo.sizes[-1].width, "height": photo.sizes[-1].height}
    return named
