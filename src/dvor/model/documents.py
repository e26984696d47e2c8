"""Documents: files of any kind that people keep and send."""

from typing import Literal

from msgspec import Struct

from dvor.model.photos import PictureSize

DocumentKind = Literal["doc", "audio_message"]
"""What a document is to a message: a file, or something said."""

MAX_TITLE = 128
MAX_TAGS = 256
"""Characters of a title, and of all tags together (VK's and OpenVK's figures)."""

TEXT, ARCHIVE, ANIMATION, IMAGE, AUDIO, VIDEO, BOOK, OTHER = range(1, 9)
"""VK's numbers of the types of documents."""
TYPE_NAMES = {
    TEXT: "Text files",
    ARCHIVE: "Archives",
    ANIMATION: "GIF",
    IMAGE: "Images",
    AUDIO: "Audio files",
    VIDEO: "Videos",
    BOOK: "E-books",
    OTHER: "Other files",
}
_ENDINGS = {
    TEXT: "txt doc docx rtf odt pdf xls xlsx ods csv ppt pptx odp md log tex xml json html htm",
    ARCHIVE: "zip rar 7z gz tar tgz bz2 xz zst",
    ANIMATION: "gif",
    IMAGE: "jpg jpeg png bmp webp tif tiff svg psd heic",
    AUDIO: "mp3 ogg oga opus wav flac m4a aac wma mid",
    VIDEO: "mp4 avi mkv mov webm mpg mpeg wmv flv 3gp m4v",
    BOOK: "epub fb2 mobi djvu azw3",
}
_TYPES = {ending: number for number, endings in _ENDINGS.items() for ending in endings.split()}


class Preview(Struct, frozen=True, omit_defaults=True):
    """What is shown of a document before it is opened: a picture in sizes, or the length and shape of a sound.

    `duration` is in whole seconds; `waveform` has values from 0 to 31.
    """

    sizes: list[PictureSize] = []
    duration: int = 0
    waveform: list[int] = []


class UploadedDocument(Struct, frozen=True):
    """An uploaded file that is on disk and not yet a document.

    `id` is random: it tells one upload from another of the same file; `files` has the bytes of each kept file by name,
    the pictures of the preview among them.
    """

    id: str
    title: str
    ext: str
    size: int
    file: str
    preview: Preview
    files: dict[str, int]


DocumentOrder = Literal["newest", "title", "size"]


class Document(Struct, frozen=True, kw_only=True):
    """A document as stored; `access_key` opens it to whoever holds it.

    `type` has VK's numbers; what is not `is_listed` was sent to a wall or in a message and is in nobody's list.
    `bytes` is what its owner is charged for.
    """

    owner_id: int
    id: int
    user_id: int
    kind: DocumentKind
    type: int
    title: str
    ext: str
    size: int
    bytes: int
    file: str
    preview: Preview
    tags: list[str]
    access_key: str
    is_listed: bool
    created_at: int
    deleted_at: int


def part_name(name: str) -> tuple[str, str]:
    """Return the title that an uploaded file's name gives, and the ending of it in small letters."""
    printable = "".join(one for one in name.replace("\\", "/") if one.isprintable())
    title = printable.rpartition("/")[2].strip() or "file"
    _, dot, ending = title.rpartition(".")
    ext = ending.lower() if dot and ending.isalnum() and ending.isascii() and len(ending) <= 10 else ""
    return title[:MAX_TITLE], ext


def type_of(ext: str) -> int:
    """Return VK's number for a file's ending."""
    return _TYPES.get(ext, OTHER)
