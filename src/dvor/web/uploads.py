"""Forms that bring a file: multipart/form-data, read into the fields and the file's bytes."""

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Receive, Scope

from dvor.methods.http import Asked, header, read_asked, read_body
from dvor.model.errors import InvalidUpload

MAX_FIELDS = 20


async def read_upload(scope: Scope, receive: Receive, limit: int) -> tuple[Asked, bytes]:
    """Return a request and the first file that it brings; `InvalidUpload`, `BodyTooLarge`, `ClientGone`."""
    body = await read_body(receive, limit)

    async def replay() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    if not header(scope, b"content-type").lower().startswith("multipart/form-data"):
        return await read_asked(scope, replay, limit), b""
    fields, data = {}, b""
    try:
        async with Request(scope, replay).form(max_files=1, max_fields=MAX_FIELDS) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    data = await value.read()
                else:
                    fields[name] = value
    except (MultiPartException, AssertionError, KeyError, ValueError) as error:
        raise InvalidUpload("the multipart body cannot be read") from error
    asked = await read_asked({**scope, "method": "GET"}, replay, limit)
    return Asked(scope, asked.query, fields, frozenset()), data
