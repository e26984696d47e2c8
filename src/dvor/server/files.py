"""Kept files over HTTP: pictures under the name of their content, documents under the key that opens them."""

import re
from pathlib import Path

from starlette.responses import FileResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.documents import open_document
from dvor.model.documents import Document
from dvor.model.errors import DocumentNotFound
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID

PICTURE_NAME = re.compile(
    r"/files/(?P<name>[0-9a-f]{64})|/content/uploads/photos/(?P<photo>[0-9a-f]{64})\.jpg"
)
DOCUMENT_NAME = re.compile(r"/documents/(-?\d{1,10})_(\d{1,16})_(\w{1,64})(?:/.*)?", re.ASCII | re.DOTALL)
JPEG_START = b"\xff\xd8\xff"
MEDIA_TYPES = {
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "gif": "image/gif",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
}
"""What a document is said to be; all else is bytes, so that no page and no script is served from here."""
DOCUMENT_HEADERS = {
    "cache-control": "private, no-cache",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
}


class PictureEndpoint:
    """Serves pictures; the content never changes under its name."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        match = PICTURE_NAME.fullmatch(scope["path"])
        path = self._courtyard.files.path(match["name"] or match["photo"]) if match else None
        if path is None or scope["method"] not in ("GET", "HEAD") or not _is_picture(path):
            await not_found(scope, receive, send)
            return
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
        }
        await FileResponse(path, headers=headers, media_type="image/jpeg")(scope, receive, send)


def _is_picture(path: Path) -> bool:
    """Say whether a file is there and is one of our pictures: documents lie beside them and need their key."""
    try:
        with path.open("rb") as file:
            return file.read(len(JPEG_START)) == JPEG_START
    except OSError:
        return False


class DocumentEndpoint:
    """Serves documents to be saved, never to be run: what people send is not to be trusted."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        document = await self._find(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        path = self._courtyard.files.path(document.file) if document else None
        if document is None or path is None or not path.exists():
            await not_found(scope, receive, send)
            return
        response = FileResponse(
            path,
            headers=DOCUMENT_HEADERS,
            media_type=MEDIA_TYPES.get(document.ext, "application/octet-stream"),
            filename=_file_name(document),
            content_disposition_type="attachment",
        )
        await response(scope, receive, send)

    async def _find(self, path: str) -> Document | None:
        match = DOCUMENT_NAME.fullmatch(path)
        if match is None:
            return None
        key = int(match[1]), int(match[2])
        if abs(key[0]) > MAX_USER_ID or key[1] > MAX_NUMBER:
            return None
        async with self._courtyard.database.read() as tx:
            try:
                return await open_document(tx, key, match[3])
            except DocumentNotFound:
                return None


def _file_name(document: Document) -> str:
    """Return the title as a file's name, with its ending; what would break a header is left out."""
    name = "".join(one for one in document.title if one.isprintable() and one not in '/\\:*?"<>|') or "file"
    has_ending = not document.ext or name.lower().endswith(f".{document.ext}")
    return name if has_ending else f"{name}.{document.ext}"


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that there is nothing here."""
    await JSONResponse({"error": "not_found"}, 404)(scope, receive, send)
