"""Photos: a picture in several sizes, owned by a user or a community."""

from msgspec import Struct

WALL_ALBUM = -7
"""VK's number of the album that holds pictures posted on a wall."""


class PictureSize(Struct, frozen=True):
    """One rendering: VK's letter for the size, the kept file, width and height in pixels."""

    type: str
    file: str
    width: int
    height: int


class Photo(Struct, frozen=True):
    """A photo as stored; `access_key` opens it to whoever holds it."""

    owner_id: int
    id: int
    user_id: int
    album_id: int
    text: str
    access_key: str
    sizes: list[PictureSize]
    created_at: int
