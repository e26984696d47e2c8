"""Logs: one JSON object a line on stderr (or lines for a terminal), with a request id and without secrets."""

import json
import logging
import re
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from math import isfinite
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from dvor.config import LogFormat, LogLevel

MASK = "***"
LINE_LIMIT = 16_000
"""Characters of one value that a line keeps; a request may carry megabytes."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Set once a request; every line logged while it is answered carries it."""

_SECRET_KEYS = frozenset({"code", "key", "authorization", "proxyauthorization", "cookie", "setcookie"})
_SECRET_KINDS_OF_KEYS = (
    "apikey",
    "accesskey",
    "authkey",
    "masterkey",
    "securekey",
    "secretkey",
    "privatekey",
)
_SECRET_ENDINGS = ("token", "secret", "password", "passwd", "codeverifier", *_SECRET_KINDS_OF_KEYS)

_NAME = r"""(?:[\w-]*(?:token|secret|password|passwd|[_-]key|code_verifier)|code|key|authorization|cookie)"""
_STRING = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_ASSIGNED = re.compile(
    # A parameter of a URL or form, or a field in a repr: name=value.
    rf"""((?<![\w-]){_NAME}=)(?:{_STRING}|[^&#\s"'<>]+)""",
    re.IGNORECASE,
)
_ENCODED = re.compile(
    # The same inside a parameter, percent-encoded: the value ends at an encoded & or #.
    rf"((?:(?<![\w-])|(?<=%26)|(?<=%3F)|(?<=%23)){_NAME}%3D)(?:(?!%26|%23)[^&#\s\"'<>])+",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    # A member of a JSON object or a Python dict: "name": "value".
    rf"""((["']){_NAME}\2\s*:\s*)(?:{_STRING}|[-\w.]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_USER_INFO = re.compile(r"(://[^\s/?#:@\"']*):[^\s/?#@\"']+@")


def new_request_id() -> str:
    """Makes an id for a request: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def set_up_logs(level: LogLevel, form: LogFormat, stream: TextIO | None = None) -> None:
    """Sends structlog and the standard library's logging (uvicorn's too) to `stream`, by default stderr.

    May be called again, and then replaces what it set up.
    """
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    stream = stream if stream is not None else sys.stderr
    handler = _LineHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_processors(form, stream.isatty())))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    logging.getLogger("alembic").setLevel(
        logging.WARNING
    )  # it tells of every step, the store of all together
    # uvicorn must be run with log_config=None; a configuration it made earlier is undone here.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


class _LineHandler(logging.StreamHandler[TextIO]):
    """Says only that a line could not be written: the standard handler would print its text unmasked."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is the standard library's
        with suppress(OSError, ValueError):
            reason = type(sys.exc_info()[1]).__name__
            line = {"level": "error", "logger": record.name, "event": f"a log line was lost: {reason}"}
            self.stream.write(_to_json(line) + self.terminator)


def mask_text(text: str) -> str:
    """Masks the secrets inside a URL, a form, JSON or a header that stands in a text."""
    text = _ASSIGNED.sub(rf"\1{MASK}", text)
    text = _ENCODED.sub(rf"\1{MASK}", text)
    text = _QUOTED.sub(rf'\1"{MASK}"', text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    return _USER_INFO.sub(rf"\1:{MASK}@", text)


def mask(value: object, depth: int = 0) -> object:
    """Copies a value with its secrets masked, by key and inside texts; the copy is plain JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # A number of thousands of digits cannot be written in decimal.
        return value if value.bit_length() <= 64 else hex(value)[:LINE_LIMIT]
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, str):
        return _clean(value)
    if depth >= 8:
        return "…"
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        return mask_members(value, depth + 1)
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item, depth + 1) for item in value]
    if isinstance(value, bytes | bytearray):
        return _clean(bytes(value[:LINE_LIMIT]).decode("utf-8", "backslashreplace"))
    return _clean(repr(value))


def mask_members(members: Mapping[Any, object], depth: int = 0) -> dict[str, object]:
    """Masks what stands under the name of a secret as a whole, and the rest by its content."""
    masked: dict[str, object] = {}
    for key, value in members.items():
        name = _clean(str(key))
        masked[name] = MASK if is_secret(name) and value not in (None, "") else mask(value, depth)
    return masked


@lru_cache(maxsize=1024)
def is_secret(key: str) -> bool:
    """Whether a value under this name is a secret; spelling with _, - or capitals makes no difference."""
    plain = key.replace("_", "").replace("-", "").lower()
    return plain in _SECRET_KEYS or plain.endswith(_SECRET_ENDINGS)


def _clean(text: str) -> str:
    if len(text) > LINE_LIMIT:
        text = f"{text[:LINE_LIMIT]}… ({len(text)} characters)"
    # A lone surrogate cannot be written in UTF-8.
    return mask_text(text.encode("utf-8", "backslashreplace").decode())


def _processors(form: LogFormat, colors: bool) -> list[Processor]:
    processors: list[Processor] = [
        _add_origin,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _mask_event,
    ]
    if form == "json":
        return [*processors, _put_in_order, structlog.processors.JSONRenderer(serializer=_to_json)]
    console = structlog.dev.ConsoleRenderer(
        colors=colors, timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )
    return [*processors, _escape_controls, console]


def _add_origin(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    record = event["_record"]
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    if identifier := request_id.get():
        event.setdefault("request_id", identifier)
    return event


def _mask_event(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    return mask_members(event)


def _put_in_order(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    first = {
        key: event.pop(key) for key in ("time", "level", "logger", "request_id", "event") if key in event
    }
    return first | dict(event)


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _escape_controls(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keeps a caller's text from forging lines or driving the terminal; traces keep their line ends."""
    for key, value in event.items():
        if isinstance(value, str) and key not in ("exception", "stack"):
            event[key] = _CONTROLS.sub(lambda found: repr(found[0])[1:-1], value)
        elif isinstance(value, str):
            event[key] = value.replace("\x1b", "\\x1b")
    return event


def _to_json(event: EventDict, **_: object) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
