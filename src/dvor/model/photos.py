"""Photos: a picture in several sizes, owned by a user or a community, and the albums that hold photos."""

import enum

from msgspec import Struct

SAVED_ALBUM, WALL_ALBUM, PROFILE_ALBUM, MESSAGE_ALBUM = -15, -7, -6, -3
"""VK's numbers of the albums that hold copies of others' photos, pictures posted on a wall, pictures of their owner,
and pictures in messages."""
LISTED_ALBUMS = {"wall": WALL_ALBUM, "profile": PROFILE_ALBUM, "saved": SAVED_ALBUM}
"""The albums that everybody has and others may look through, by VK's names."""
MAX_ALBUMS = 10_000
MAX_ALBUM_PHOTOS = 10_000
"""How many albums an owner may have, and how many photos an album holds (VK's figures)."""
MAX_ALBUM_TITLE = 255
MAX_ALBUM_TEXT = 4096


class Audience(enum.IntEnum):
    """Who sees an album or comments in it, with VK's old numbers."""

    EVERYBODY = 0
    FRIENDS = 1
    OWNER = 3


class PictureSize(Struct, frozen=True):
    """One rendering: VK's letter for the size, the kept file, width and height in pixels."""

    type: str
    file: str
    width: int
    height: int


class Photo(Struct, frozen=True):
    """A photo as stored; `access_key` opens it to whoever holds it, `tags` are the people who agree to be on it.

    The last members are its album's: who sees it, who comments on it, and whether nobody does.
    """

    owner_id: int
    id: int
    user_id: int
    album_id: int
    text: str
    access_key: str
    sizes: list[PictureSize]
    created_at: int
    deleted_at: int = 0
    tags: int = 0
    viewers: int = 0
    commenters: int = 0
    is_uncommented: bool = False

    @property
    def is_listed(self) -> bool:
        """Say whether it lies in an album that can be looked through; a message's does not."""
        return self.album_id > 0 or self.album_id in LISTED_ALBUMS.values()


class PhotoTag(Struct, frozen=True):
    """A person who is on a photo, in the rectangle from (x, y) to (x2, y2), in per cent.

    He is marked once on it, by `placer_id`; until he agrees (`is_confirmed`), few know of it.
    """

    owner_id: int
    photo_id: int
    user_id: int
    placer_id: int
    x: float
    y: float
    x2: float
    y2: float
    is_confirmed: bool
    created_at: int


PLACE_STEP = 1 << 20
"""How far apart the places of photos and albums stand that were never moved: a number times this."""


def find_place(low: int | None, high: int | None) -> int | None:
    """Return a place between two others (None: the end of the list), or None if there is no room."""
    if low is None:
        return (high or 0) - PLACE_STEP
    if high is None:
        return low + PLACE_STEP
    return (low + high) // 2 if high - low > 1 else None


class NewAlbum(Struct, frozen=True, kw_only=True):
    """What makes an album.  A community's has no audience of its own; its managers alone may fill it, or all members."""

    owner_id: int
    title: str
    description: str = ""
    viewers: int = Audience.EVERYBODY
    commenters: int = Audience.EVERYBODY
    is_for_managers: bool = True
    is_uncommented: bool = False


class Album(NewAlbum, frozen=True, kw_only=True):
    """An album as stored; `cover_id` is a photo of it, 0 for the last one.  The highest `place` comes first."""

    id: int
    cover_id: int = 0
    created_at: int = 0
    updated_at: int = 0
    place: int = 0


class AlbumChange(Struct, frozen=True, kw_only=True):
    """What to change of an album; None leaves it as it is."""

    title: str | None = None
    description: str | None = None
    viewers: int | None = None
    commenters: int | None = None
    is_for_managers: bool | None = None
    is_uncommented: bool | None = None


class AlbumSize(Struct, frozen=True):
    """How many photos are in an album, and the number of the last one."""

    album_id: int
    count: int
    last_id: int
