"""Files: bytes kept under the SHA-256 of their content."""

from msgspec import Struct


class KeptFile(Struct, frozen=True):
    """A file that is on disk and accounted for."""

    name: str
    size: int
    created_at: int


class UploadedPicture(Struct, frozen=True):
    """The renderings of one uploaded picture, and how many bytes they take together."""

    sizes: list[dict[str, str | int]]
    size: int
