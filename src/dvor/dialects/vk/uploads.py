"""The doors `/upload/photo/<address>` and `/upload/doc/<address>`: a file comes in, a receipt goes out."""

import structlog
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.files import UploadAddress, keep_document, keep_picture, keep_pictures, read_address
from dvor.dialects.vk import wire
from dvor.dialects.vk.errors import INTERNAL_ERROR, TEXTS, code_of, text_of
from dvor.dialects.vk.photo_objects import ALBUM_UPLOAD, CHAT_UPLOAD
from dvor.methods.dispatch import CountCall
from dvor.model.errors import InvalidParameter, InvalidUpload, Refusal

ALBUM_FILES = 5
"""How many pictures an album takes at once (VK's figure); more are not looked at."""
SERVER_NUMBER = 1
"""VK numbers its upload servers; this is the only one here."""

_log = structlog.get_logger("dvor.vk")


class UploadEndpoint:
    """Takes pictures and documents as multipart/form-data: the first file, for an album the first five, whatever
    their fields are called.
    """

    def __init__(self, courtyard: Courtyard, count_call: CountCall) -> None:
        self._courtyard = courtyard
        self._count_call = count_call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one upload."""
        if scope["method"] == "OPTIONS":
            await wire.send_preflight(scope, send)
            return
        try:
            address = read_address(self._courtyard, scope["path"].rpartition("/")[2])
            is_document = address.purpose.startswith("doc ")
            if is_document is not scope["path"].startswith("/upload/doc/"):
                raise InvalidUpload("the upload address is one for something else")
            files = await self._read_files(scope, receive)
            answer = await self._keep(address, files, is_document=is_document)
        except (wire.ClientGone, ClientDisconnect):
            return
        except Refusal as refusal:
            self._count_call("vk", "upload", "refused", 0)
            code = code_of(refusal, {})
            text = text_of(code, refusal, is_versioned=True)
            await wire.send_json(send, 400, wire.error_body(code, text, {}, "upload", is_versioned=True))
            return
        except Exception:
            _log.exception("an upload failed")
            self._count_call("vk", "upload", "failed", 0)
            body = wire.error_body(INTERNAL_ERROR, TEXTS[INTERNAL_ERROR], {}, "upload", is_versioned=True)
            await wire.send_json(send, 400, body)
            return
        self._count_call("vk", "upload", "ok", 0)
        await wire.send_json(send, 200, answer)

    async def _keep(
        self, address: UploadAddress, files: list[tuple[str, bytes]], *, is_document: bool
    ) -> dict[str, object]:
        """Keep what was sent and return VK's answer, which the client hands on to the method that saves."""
        name, data = files[0]
        if address.purpose.startswith(ALBUM_UPLOAD):
            contents = [content for _, content in files[:ALBUM_FILES]]
            body, signature = await keep_pictures(self._courtyard, address, contents)
            album_id = int(address.purpose.rpartition(" ")[2])
            kept = {"server": SERVER_NUMBER, "photos_list": body, "hash": signature}
            return kept | {"aid": album_id, "album_id": album_id}
        if is_document:
            is_sound = " audio_message " in address.purpose
            body, signature = await keep_document(self._courtyard, address, data, name, is_sound=is_sound)
            return {"file": f"{body}.{signature}"}
        body, signature = await keep_picture(self._courtyard, address, data)
        if address.purpose.startswith(CHAT_UPLOAD):
            return {"response": f"{body}.{signature}"}
        return {"server": SERVER_NUMBER, "photo": body, "hash": signature}

    async def _read_files(self, scope: Scope, receive: Receive) -> list[tuple[str, bytes]]:
        """Return names and bytes of the files of a multipart body, one at least; `InvalidUpload`, `BodyTooLarge`."""
        if scope["method"] != "POST":
            raise InvalidParameter("request", "a file is sent with POST")
        body = await wire.read_body(receive, self._courtyard.settings.upload_limit)

        async def replay() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            async with Request(scope, replay).form(max_files=10, max_fields=100) as form:
                files = [
                    (value.filename or "", await value.read())
                    for _, value in form.multi_items()
                    if isinstance(value, UploadFile)
                ]
        except wire.UNREADABLE_FORM as error:
            raise InvalidUpload("the multipart body cannot be read") from error
        if not files:
            raise InvalidUpload("no file was sent")
        return files
