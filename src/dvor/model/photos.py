"""Photos: a picture in several sizes, owned by a user or a community."""

from msgspec import Struct

WALL_ALBUM, PROFILE_ALBUM, MESSAGE_ALBUM = -7, -6, -3
"""VK's numbers of the albums that hold pictures posted on a wall, pictures of their owner, and pictures in messages."""
LISTED_ALBUMS = {"wall": WALL_ALBUM, "profile": PROFILE_ALBUM}
"""The albums that others may look through, by VK's names."""


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
