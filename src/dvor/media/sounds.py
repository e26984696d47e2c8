"""Sounds: the length and the shape of a voice message, read from its Ogg pages without decoding it."""

import itertools
import struct
from collections.abc import Iterator

from msgspec import Struct

from dvor.model.errors import InvalidSound

WAVEFORM_VALUES = 128
WAVEFORM_HEIGHT = 31
"""VK draws a voice message as so many bars of at most this height."""
MAX_SECONDS = 3600
_OPUS_RATE = 48_000
_PAGE = struct.Struct("<4sBBqIIIB")
_NO_POSITION = -1


class Sound(Struct, frozen=True):
    """A voice message: whole seconds, and bars that follow how much there is to hear."""

    duration: int
    waveform: list[int]


def measure_sound(data: bytes) -> Sound:
    """Return the length and the shape of an Ogg file with Opus or Vorbis; `InvalidSound`.

    The bars are the sizes of the packets: both codecs spend more bytes on what is louder and richer.
    """
    position, packets = _NO_POSITION, list[int]()
    first, pending = b"", 0
    for granule, sizes, body in _read_pages(data):
        first = first or body
        if granule != _NO_POSITION:
            position = granule
        for size, is_complete in sizes:
            pending += size
            if is_complete:
                packets.append(pending)
                pending = 0
    rate, skipped, headers = _read_header(first)
    duration = (position - skipped) / rate
    if not 0 < duration <= MAX_SECONDS:
        raise InvalidSound("the sound is empty or too long")
    return Sound(max(1, round(duration)), _draw_bars(packets[headers:]))


def _read_pages(data: bytes) -> Iterator[tuple[int, list[tuple[int, bool]], bytes]]:
    """Yield of each page its position, the sizes of the packets (or their parts), and its body."""
    place = 0
    while place < len(data):
        if len(data) - place < _PAGE.size:
            raise InvalidSound("the sound is cut off")
        magic, _, _, granule, _, _, _, segments = _PAGE.unpack_from(data, place)
        start = place + _PAGE.size + segments
        laces = data[place + _PAGE.size : start]
        if magic != b"OggS" or len(laces) < segments:
            raise InvalidSound("a voice message is an Ogg file")
        end = start + sum(laces)
        if end > len(data):
            raise InvalidSound("the sound is cut off")
        yield granule, _join(laces), data[start:end]
        place = end


def _join(laces: bytes) -> list[tuple[int, bool]]:
    sizes, size = [], 0
    for lace in laces:
        size += lace
        if lace < 255:
            sizes.append((size, True))
            size = 0
    return [*sizes, (size, False)] if size else sizes


def _read_header(body: bytes) -> tuple[int, int, int]:
    """Return the rate of positions, how many of them are skipped, and how many packets are headers."""
    if body.startswith(b"OpusHead") and len(body) >= 19:
        return _OPUS_RATE, int.from_bytes(body[10:12], "little"), 2
    if body.startswith(b"\x01vorbis") and len(body) >= 16:
        rate = int.from_bytes(body[12:16], "little")
        if rate:
            return rate, 0, 3
    raise InvalidSound("a voice message is Opus or Vorbis in an Ogg file")


def _draw_bars(packets: list[int]) -> list[int]:
    if not packets:
        raise InvalidSound("the sound is empty")
    bars = min(len(packets), WAVEFORM_VALUES)
    edges = [place * len(packets) // bars for place in range(bars + 1)]
    means = [sum(packets[a:b]) / (b - a) for a, b in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    return [round(WAVEFORM_HEIGHT * (one - low) / (high - low or 1)) for one in means]
