"""How VK draws photos."""

from msgspec import UNSET, Struct, UnsetType

from dvor.core.courtyard import Courtyard
from dvor.model.photos import Photo

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
