"""How a VK request is read and how an answer or an error is written.

Two forms of the API live under the same addresses and are told apart by the parameter `v` (and its absence): VK's own
(HTTP 200 always, the error inside an envelope) and OpenVK's (HTTP 400, the error bare).  The body of an error carries
both, so that a client finds the one it knows.  Sources: OpenVK cff21778; dev.vk.com, API requests.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from dvor.methods.http import UNREADABLE_FORM as UNREADABLE_FORM
from dvor.methods.http import BodyTooLarge as BodyTooLarge
from dvor.methods.http import ClientGone as ClientGone
from dvor.methods.http import header as header
from dvor.methods.http import read_body as read_body
from dvor.methods.http import read_multipart
from dvor.model.errors import InvalidParameter

OPENVK_VERSION = (5, 9999)
"""What OpenVK assumes of a client that names no version."""
MAX_FIELDS = 1000
MAX_ECHO = 1024
"""Characters of a parameter that an error repeats."""

SECRETS = frozenset(
    {
        "access_token",
        "password",
        "client_secret",
        "code",
        "secret",
        "captcha_key",
        "key",
        "sig",
        "hash",
        "sid",
    }
)
JSON_HEADERS = [
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
]
_VERSION = re.compile(r"(\d{1,4})(?:\.(\d{1,4}))?", re.ASCII)


def read_query(scope: Scope) -> dict[str, str]:
    """Return the parameters of the query string."""
    return parse_form(scope["query_string"])


def parse_form(body: bytes) -> dict[str, str]:
    """Return urlencoded parameters; `InvalidParameter` for what is no text.

    A later one of the same name wins, and PHP's `x[]=1&x[]=2` becomes the comma list `1,2`.
    """
    if not body:
        return {}
    try:
        text = body.decode()
        if "%" not in text and "+" not in text and text.count("&") < MAX_FIELDS:
            # nothing is escaped, as in most requests: splitting is all there is to do
            parts = (part.partition("=") for part in text.split("&") if part)
            return _texts([(name, value) for name, _, value in parts])
        return _texts(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS))
    except UnicodeError as error:
        raise InvalidParameter("request", "a parameter is not UTF-8 text") from error
    except ValueError as error:
        raise InvalidParameter("request", f"more than {MAX_FIELDS} parameters") from error


def refuse_nul(name: str, value: str) -> None:
    """Refuse what PostgreSQL cannot keep: `InvalidParameter`."""
    if "\0" in value or "\0" in name:
        raise InvalidParameter(name.replace("\0", "") or "request", "holds a NUL character")


def _texts(pairs: list[tuple[str, str]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in pairs:
        refuse_nul(name, value)
        if name.endswith("[]"):
            name = name[:-2]
            value = f"{texts[name]},{value}" if name in texts else value
        texts[name] = value
    return texts


async def read_parameters(
    scope: Scope, receive: Receive, limit: int, query: dict[str, str]
) -> dict[str, str]:
    """Return the parameters of query and body together, the body's winning; forms, multipart forms and JSON objects."""
    texts, _ = await read_parameters_and_files(scope, receive, limit, query)
    return texts


async def read_parameters_and_files(
    scope: Scope, receive: Receive, limit: int, query: dict[str, str]
) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the parameters as `read_parameters` does, and the files of a multipart form by their fields' names."""
    if scope["method"] in ("GET", "HEAD"):
        return query, {}
    body = await read_body(receive, limit)
    if is_multipart(scope):
        pairs, files = await read_multipart(scope, body)
        return query | _texts(pairs), files
    if _content_kind(scope) == "application/json":
        return query | _parse_json(body), {}
    return query | parse_form(body), {}


def is_multipart(scope: Scope) -> bool:
    """Say whether a request's body is a multipart form, which may bring files."""
    return _content_kind(scope) == "multipart/form-data"


def _content_kind(scope: Scope) -> str:
    return header(scope, b"content-type").partition(";")[0].strip().lower()


def _parse_json(body: bytes) -> dict[str, str]:
    """Read a JSON object as parameters: lists as comma lists, true and false as 1 and 0, objects as JSON."""
    if not body.strip():
        return {}
    try:
        values = msgspec.json.decode(body, type=dict[str, Any])
        pairs = [(name, _json_text(value)) for name, value in values.items() if value is not None]
        "".join(name + value for name, value in pairs).encode()  # a lone surrogate stops here
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidParameter("request", "the JSON body cannot be read") from error
    return _texts(pairs)


def _json_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return ",".join(map(_json_text, value))
    return msgspec.json.encode(value).decode()


def bearer_token(scope: Scope) -> str:
    """Return the token of the Authorization header."""
    kind, _, token = header(scope, b"authorization").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def read_version(texts: Mapping[str, str]) -> tuple[tuple[int, int], bool]:
    """Return the API version asked for, and whether VK's form of the API is wanted.

    No version, or OpenVK's own name for none (5.9999), means OpenVK's form.
    """
    match = _VERSION.match(texts.get("v", ""))
    if match is None:
        return OPENVK_VERSION, False
    version = int(match[1]), int(match[2] or 0)
    return version, version != OPENVK_VERSION


def error_body(
    code: int, text: str, texts: Mapping[str, str], method: str, *, is_versioned: bool, **extra: Any
) -> dict[str, Any]:
    """Return the body of an error in both forms, with what was asked and without its secrets."""
    echo = [
        {"key": name, "value": "***" if name in SECRETS else value[:MAX_ECHO]}
        for name, value in texts.items()
        if name != "access_token"
    ]
    own = [{"key": "method", "value": method}, {"key": "oauth", "value": "1" if is_versioned else 1}]
    asked = [*own, *echo] if is_versioned else [*reversed(echo), *own]
    error = {"error_code": code, "error_msg": text, "request_params": asked} | extra
    return {"error": error} | error


async def send_json(send: Send, status: int, body: Any, *, head_only: bool = False) -> None:
    """Send a value as JSON."""
    content = msgspec.json.encode(body)
    headers = [*JSON_HEADERS, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head_only else content})


async def send_preflight(scope: Scope, send: Send) -> None:
    """Answer the question of a browser whether it may call from another site: it may."""
    asked = header(scope, b"access-control-request-headers").encode("latin-1", "replace")
    headers = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-max-age", b"86400"),
        (b"content-length", b"0"),
    ]
    if asked:
        headers.append((b"access-control-allow-headers", asked))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
