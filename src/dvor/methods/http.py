"""Doors that are no methods: reading what they are asked, and writing their short answers.

Log-in travels through them, so no answer is kept by anybody and no address is told to the next site.
"""

import base64
import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import msgspec
import structlog
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request as FormRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dvor.model.errors import InvalidParameter, Refusal

MAX_FIELDS = 1000
PRIVATE = {
    "cache-control": "no-store",
    "pragma": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

UNREADABLE_FORM = (MultiPartException, FormParserError, UnicodeError)
"""What Starlette raises at a multipart body that is none."""

_log = structlog.get_logger("dvor.doors")


class ClientGone(Exception):
    """The client went away before its request was complete: nothing is done and nothing answered."""


class BodyTooLarge(InvalidParameter):
    """The body of a request is larger than the settings allow."""

    def __init__(self, limit: int) -> None:
        super().__init__("request", f"larger than {limit} bytes")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its parameters (the body's win over the query's), and which names came more than once."""

    scope: Scope
    query: Mapping[str, str]
    form: Mapping[str, str]
    repeated: frozenset[str]

    @property
    def texts(self) -> Mapping[str, str]:
        """All parameters, wherever they stood."""
        return {**self.query, **self.form}

    @property
    def method(self) -> str:
        """GET, POST …"""
        return str(self.scope["method"])

    @property
    def address(self) -> str:
        """Whence the request comes."""
        client = self.scope.get("client")
        return client[0] if client else ""

    def header(self, name: bytes) -> str:
        """Return a header, empty if it is not there."""
        return header(self.scope, name)

    @property
    def bearer(self) -> str:
        """The token of the Authorization header."""
        kind, _, token = self.header(b"authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    @property
    def basic(self) -> tuple[str, str] | None:
        """The name and secret of the Authorization header, each form-encoded within (RFC 6749, 2.3.1)."""
        kind, _, encoded = self.header(b"authorization").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")


Answer = Callable[[Asked], Awaitable[Response]]
Refuse = Callable[[Refusal], Response]


class Door:
    """One address, answered by a function; what is refused, also while reading, is written by `refuse`."""

    def __init__(
        self,
        answer: Answer,
        refuse: Refuse,
        *,
        limit: int,
        methods: Sequence[str] = ("GET", "POST"),
        is_shared: bool = False,
    ) -> None:
        self._answer = answer
        self._refuse = refuse
        self._limit = limit
        self._methods = methods
        self._is_shared = is_shared
        """Whether pages of other sites may read the answers (CORS)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            response = await self._respond(scope, receive)
        except ClientGone:
            return
        if self._is_shared:
            response.headers["access-control-allow-origin"] = "*"
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        if method == "OPTIONS" and self._is_shared:
            return _preflight(scope, self._methods)
        if method not in self._methods:
            allowed = {"allow": ", ".join(self._methods)}
            return json_answer(
                {"error": "invalid_request", "error_description": "method not allowed"}, 405, allowed
            )
        try:
            return await self._answer(await read_asked(scope, receive, self._limit))
        except Refusal as refusal:
            return self._refuse(refusal)
        except ClientGone:
            raise
        except Exception:
            _log.exception("a door failed", path=scope["path"][:200])
            return json_answer({"error": "server_error", "error_description": "internal error"}, 500)


def _preflight(scope: Scope, methods: Sequence[str]) -> Response:
    headers = {"access-control-allow-methods": ", ".join(methods), "access-control-max-age": "86400"}
    if asked := header(scope, b"access-control-request-headers"):
        headers["access-control-allow-headers"] = asked
    return Response(status_code=204, headers=headers)


def header(scope: Scope, name: bytes) -> str:
    """Return a request header, empty if it is not there."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return ""


async def read_asked(scope: Scope, receive: Receive, limit: int) -> Asked:
    """Read query and form (urlencoded, multipart or JSON); `InvalidParameter` for what is no text, `ClientGone`."""
    query, repeated = _read_pairs(scope["query_string"])
    form: dict[str, str] = {}
    if scope["method"] not in ("GET", "HEAD"):
        body = await read_body(receive, limit)
        kind = header(scope, b"content-type").partition(";")[0].strip().lower()
        if kind == "application/json":
            form = _read_json(body)
        elif kind == "multipart/form-data" and body:
            pairs, _ = await read_multipart(scope, body)
            form, more = _read_texts(pairs)
            repeated |= more
        else:
            form, more = _read_pairs(body)
            repeated |= more
    return Asked(scope, query, form, frozenset(repeated | (query.keys() & form.keys())))


def _read_pairs(body: bytes) -> tuple[dict[str, str], set[str]]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeError as error:
        raise InvalidParameter("request", "a parameter is not UTF-8 text") from error
    except ValueError as error:
        raise InvalidParameter("request", f"more than {MAX_FIELDS} parameters") from error
    return _read_texts(pairs)


async def read_multipart(scope: Scope, body: bytes) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """Return the fields of a multipart form, and its files that are not empty; `InvalidParameter`."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        async with FormRequest(scope, receive).form(
            max_files=10, max_fields=MAX_FIELDS, max_part_size=len(body)
        ) as form:
            pairs, files = [], {}
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    pairs.append((name, value))
                elif data := await value.read():
                    files[name] = data
    except UNREADABLE_FORM as error:
        raise InvalidParameter("request", "the multipart body cannot be read") from error
    place = 0
    for _, value in pairs:
        # Starlette reads what is no UTF-8 as Latin-1; the fields stand in order, so that the body is gone through once
        place = body.find(value.encode(), place)
        if place < 0:
            raise InvalidParameter("request", "a parameter is not UTF-8 text")
    return pairs, files


def _read_texts(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], set[str]]:
    texts: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        _check_text(name, value)
        if name in texts:
            repeated.add(name)
        texts[name] = value
    return texts, repeated


def _read_json(body: bytes) -> dict[str, str]:
    try:
        values = msgspec.json.decode(body or b"{}", type=dict[str, str | int | None])
        texts = {name: str(value) for name, value in values.items() if value is not None}
        "".join(name + value for name, value in texts.items()).encode()  # a lone surrogate stops here
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidParameter("request", "the JSON body cannot be read") from error
    for name, value in texts.items():
        _check_text(name, value)
    return texts


def _check_text(name: str, value: str) -> None:
    if "\0" in value or "\0" in name:
        raise InvalidParameter(name.replace("\0", "") or "request", "holds a NUL character")


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return a whole body; `BodyTooLarge`, `ClientGone`."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as JSON that nobody keeps."""
    content = msgspec.json.encode(body)
    return Response(content, status, {**PRIVATE, **(headers or {})}, "application/json")


def redirect(address: str) -> Response:
    """Send the browser on with a GET; the address is already encoded."""
    return Response(b"", 303, {**PRIVATE, "location": address})


def page(title: str, text: str, status: int = 400) -> Response:
    """Return a page of a title and a sentence, for a person who cannot be sent anywhere."""
    content = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>"
        '<link rel="stylesheet" href="/static/page.css"></head>'
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></main></body></html>"
    )
    return Response(
        content, status, {**PRIVATE, "content-security-policy": PAGE_POLICY}, "text/html; charset=utf-8"
    )


Doors = dict[str, ASGIApp]
"""What a dialect answers beside its methods: applications by path."""
