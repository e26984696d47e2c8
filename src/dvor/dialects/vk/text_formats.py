"""`format_data`: which parts of a message are bold, italic, underlined, or lead somewhere.

Members: dev.vk.com, "Personal message"; offsets and lengths count UTF-16 code units, as vkbottle 4.11 and vkx 0.2 do.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from dvor.model.errors import InvalidParameter
from dvor.model.messages import Span

KINDS = frozenset({"bold", "italic", "underline", "url"})
VERSION = "1"
MAX_BYTES = 16_384


class FormatItem(Struct, frozen=True):
    """A part of the text and how it looks; `url` is where a part of that type leads."""

    type: str
    offset: Annotated[int, Meta(ge=0, le=MAX_BYTES)]
    length: Annotated[int, Meta(gt=0, le=MAX_BYTES)]
    url: Annotated[str, Meta(max_length=2048)] | None = None


class FormatData(Struct, frozen=True):
    """The parameter `format_data`."""

    items: Annotated[list[FormatItem], Meta(max_length=200)]
    version: Annotated[int, Meta(ge=1, le=1)] = 1


_decoder = msgspec.json.Decoder(FormatData, strict=False)


def read_formats(text: str, message: str) -> list[Span]:
    """Return the parts that look otherwise; none of them if one is of an unknown type, as with VK.  `InvalidParameter`."""
    if not text or text == "null":
        return []
    if len(text.encode()) > MAX_BYTES:
        raise InvalidParameter("format_data", f"longer than {MAX_BYTES} bytes")
    try:
        items = _decoder.decode(text).items
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameter("format_data", str(error)) from error
    end = len(message.encode("utf-16-le")) // 2
    for item in items:
        if item.offset + item.length > end:
            raise InvalidParameter("format_data", "a part goes beyond the text")
        if item.type == "url" and not (item.url or "").startswith(("http://", "https://")):
            raise InvalidParameter("format_data", "url must begin with http:// or https://")
    if not KINDS.issuperset(item.type for item in items):
        return []
    return [
        Span(item.type, item.offset, item.length, item.url or "" if item.type == "url" else "")
        for item in items
    ]


def draw_formats(spans: list[Span]) -> dict[str, Any]:
    """Return a message's `format_data`."""
    items: list[dict[str, Any]] = []
    for span in spans:
        item: dict[str, Any] = {"type": span.kind, "offset": span.offset, "length": span.length}
        items.append(item | ({"url": span.url} if span.url else {}))
    return {"version": VERSION, "items": items}
