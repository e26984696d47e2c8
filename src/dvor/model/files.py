"""Files: bytes kept under the SHA-256 of their content."""

from msgspec import Struct

from dvor.model.photos import PictureSize


class UploadedPicture(Struct, frozen=True):
    """An uploaded picture that is on disk and not yet a photo: its sizes, and the bytes of each file by name.

    `id` is random: it tells one upload from another of the same picture.
    """

    id: str
    sizes: list[PictureSize]
    files: dict[str, int]
