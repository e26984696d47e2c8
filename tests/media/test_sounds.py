"""Voice messages: their length and shape, read from Ogg pages."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvor.media.sounds import measure_sound
from dvor.model.errors import InvalidSound

HEAD = b"OpusHead" + bytes([1, 1]) + struct.pack("<HIhB", 312, 48_000, 0, 0)


def lace(size: int) -> bytes:
    return b"\xff" * (size // 255) + bytes([size % 255])


def page(granule: int, *packets: bytes) -> bytes:
    """An Ogg page of whole packets."""
    laces = b"".join(lace(len(one)) for one in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, granule, 1, 0, 0, len(laces))
    return head + laces + b"".join(packets)


def opus(*sizes: int, seconds: float = 2) -> bytes:
    """An Opus file of packets of these sizes."""
    body = page(round(seconds * 48_000) + 312, *(b"x" * size for size in sizes))
    return page(0, HEAD) + page(0, b"OpusTags") + body


def test_the_length_is_that_of_the_last_position() -> None:
    assert measure_sound(opus(10, 20, seconds=7)).duration == 7
    assert measure_sound(opus(10, seconds=0.02)).duration == 1


def test_the_bars_follow_the_packets() -> None:
    assert measure_sound(opus(10, 300, 600, 10)).waveform == [0, 15, 31, 0]
    assert measure_sound(opus(10, 10)).waveform == [0, 0]


def test_a_packet_may_go_on_in_the_next_page() -> None:
    cut = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, -1, 1, 0, 0, 1) + b"\xff" + b"x" * 255
    data = page(0, HEAD) + page(0, b"OpusTags") + cut + page(48_312, b"x" * 45, b"x" * 150, b"x")
    sound = measure_sound(data)
    assert (sound.duration, sound.waveform) == (1, [31, 15, 0])


def test_many_packets_make_128_bars() -> None:
    data = page(0, HEAD) + page(0, b"OpusTags")
    for number in range(10):
        data += page((number + 1) * 48_000, *(b"x" * (20 + number) for _ in range(50)))
    waveform = measure_sound(data).waveform
    assert len(waveform) == 128
    assert waveform == sorted(waveform)
    assert (waveform[0], waveform[-1]) == (0, 31)


def test_vorbis_has_its_own_rate() -> None:
    head = b"\x01vorbis" + struct.pack("<IBI", 0, 1, 16_000) + bytes(14)
    data = page(0, head) + page(0, b"\x03vorbis", b"\x05vorbis") + page(48_000, b"x", b"xx")
    assert measure_sound(data).duration == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3",
        b"OggS",
        opus(10)[:-1],
        opus(),
        opus(10, seconds=0),
        opus(10, seconds=4000),
        page(0, b"zzz") + page(48_000, b"x"),
        page(0, b"\x01vorbis" + bytes(23)) + page(48_000, b"x"),
    ],
)
def test_what_is_no_sound(data: bytes) -> None:
    with pytest.raises(InvalidSound):
        measure_sound(data)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_damage_is_refused_and_nothing_else_happens(noise: bytes, place: int) -> None:
    whole = opus(10, 20, 30)
    try:
        sound = measure_sound(whole[:place] + noise + whole[place + len(noise) :])
    except InvalidSound:
        return
    assert sound.duration > 0
    assert all(0 <= one <= 31 for one in sound.waveform)
