"""How a call of the server API is read and how its answer is written: HTTP 200 and JSON, whatever happens.

The original signs salt and timestamp only, and tells apart the variables of the address (which action, on what) and
those of the POST (the action's own).  Source: WS.WebTV's developers' page, users.get.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from dvor.dialects.webtv.errors import ErrorText, ServerApiRefusal
from dvor.methods.http import PRIVATE, Asked
from dvor.model.credentials import Signed

CONTENT_TYPE = "application/json; charset=utf-8"
_LIST_NAME = re.compile(r"(\w+)\[\d{0,4}\]", re.ASCII)


def read_signed(asked: Asked) -> Signed:
    """Return what a request is signed with; a refusal for the first part that is missing, the signature before all."""
    parts = [asked.query.get(name, "") for name in ("signature", "key", "timestamp", "salt")]
    for name, part in zip(("signature", "key", "timestamp", "salt"), parts, strict=True):
        if not part:
            raise ServerApiRefusal(f"missing_{name}")
    signature, key_id, timestamp, salt = parts
    return Signed(key_id, salt, timestamp, signature, _read_referer(asked.header(b"referer")))


def _read_referer(text: str) -> str | None:
    if not text:
        return None
    try:
        return urlsplit(text).hostname or ""
    except ValueError:
        return ""


def read_variables(form: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the POST; what PHP writes as `x[0]=1&x[1]=2` becomes the comma list `1,2`."""
    texts: dict[str, str] = {}
    for name, value in form.items():
        if match := _LIST_NAME.fullmatch(name):
            name = match[1]
            value = f"{texts[name]},{value}" if name in texts else value
        texts[name] = value
    return texts


def write_error(text: ErrorText) -> dict[str, str]:
    """Return the body of an error."""
    return {"error": text.error, "error_long": text.error_long}


def write_answer(body: object, *, is_head: bool = False) -> Response:
    """Return an answer or an error as it is sent."""
    response = Response(msgspec.json.encode(body), 200, PRIVATE, CONTENT_TYPE)
    if is_head:
        response.body = b""
    return response
