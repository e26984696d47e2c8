"""Pictures: uploaded bytes are checked without trust and rendered anew as JPEG in VK's sizes."""

from msgspec import Struct


class Rendering(Struct, frozen=True):
    """A picture in one size: VK's letter, width and height in pixels, and the JPEG."""

    type: str
    width: int
    height: int
    data: bytes


class Picture(Struct, frozen=True):
    """An accepted picture: its own width and height, upright, and its renderings, from small to large."""

    width: int
    height: int
    renderings: tuple[Rendering, ...]


class Size(Struct, frozen=True):
    """What a rendering will be: so many pixels to cut off at the left and at the right, then width and height."""

    type: str
    cut: int
    width: int
    height: int


class Box(Struct, frozen=True):
    """What a size must fit into; `above` is the box that the original must not fit into for this size to exist."""

    type: str
    width: int
    height: int
    crops: bool = False
    above: tuple[int, int] | None = None


# https://dev.vk.com/en/reference/objects/photo-sizes.  It bounds o, p, q and r by their larger side, but VK's
# answers bound them by width (a portrait of 3:4 has r as 510×680); the height of a strip is bounded by us.
_BOXES = (
    Box("s", 75, 75),
    Box("m", 130, 130),
    Box("o", 130, 130 * 4, crops=True),
    Box("p", 200, 200 * 4, crops=True),
    Box("q", 320, 320 * 4, crops=True),
    Box("r", 510, 510 * 4, crops=True),
    Box("x", 604, 604),
    Box("y", 807, 807, above=(604, 604)),
    Box("z", 1080, 1024, above=(807, 807)),
    Box("w", 2560, 2048, above=(1080, 1024)),
)
LARGEST = _BOXES[-1]


def check_and_render(data: bytes, *, pixels: int) -> Picture:
    """Renders a JPEG, PNG, GIF (its first frame), WebP or BMP upright, on white, in sRGB, without metadata.

    Takes up to some seconds of CPU and 10 bytes of memory a pixel: run it in a thread, few at a time.
    Raises InvalidPicture for what is no picture, is cut off, has more than `pixels` or is longer than 20:1.
    """
    from dvor.media import rendering  # Pillow takes memory and a moment to load: not before the first picture

    return rendering.check_and_render(data, pixels=pixels)


def cut_squares(picture: Picture, sides: tuple[int, ...]) -> dict[int, bytes]:
    """Returns the middle of a picture as squares of these sides, in pixels; a small picture is enlarged."""
    from dvor.media import rendering

    return rendering.cut_squares(picture, sides)


def sizes_of(width: int, height: int) -> list[Size]:
    """The sizes in which a picture is kept, small to large; none is larger than the picture, and w, z and y
    are left out when a smaller one already is the whole picture.
    """
    sizes = []
    for box in _BOXES:
        if box.above and width <= box.above[0] and height <= box.above[1]:
            continue
        cut = max(0, width - round(height * 3 / 2)) // 2 if box.crops else 0
        sizes.append(Size(box.type, cut, *fit(width - 2 * cut, height, box)))
    return sizes


def fit(width: int, height: int, box: Box) -> tuple[int, int]:
    """Return what width and height become within a box; nothing is enlarged."""
    scale = min(1.0, box.width / width, box.height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
