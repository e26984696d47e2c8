"""What Pillow does: reading pictures without trust, and writing them anew."""

import io

from PIL import Image, ImageCms, ImageFile

from dvor.media.pictures import LARGEST, Box, Picture, Rendering, fit, sizes_of
from dvor.model.errors import InvalidPicture

# The limit is ours, and is checked before anything is decoded; Pillow's own only warns.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
_LONGEST_RATIO = 20
# A progressive JPEG may ask to be gone over any number of times; libjpeg-turbo's own tools stop at 500.
_JPEG_SCANS = 500
_QUALITY = 87
_ORIENTATION_TAG = 0x0112
_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset({5, 6, 7, 8})


def check_and_render(data: bytes, *, pixels: int) -> Picture:
    """Do what `pictures.check_and_render` says."""
    image = _open(data, pixels)
    try:
        turn = _turn_of(image)
        width, height = (image.height, image.width) if turn in _LYING else image.size
        _decode(image, turn in _LYING)
        upright = _to_srgb(_reduce(_flatten(image), turn), image.info.get("icc_profile"))
    except MemoryError:
        raise
    except Exception as error:  # damaged pictures make decoders fail in any way, and each means the same
        raise InvalidPicture("the picture is damaged or cut off") from error
    return Picture(width, height, tuple(_render(upright, width, height)))


def _open(data: bytes, pixels: int) -> ImageFile.ImageFile:
    """Reads the head of a picture and refuses by it; no pixel is decoded yet."""
    try:
        opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    except MemoryError:
        raise
    except Exception as error:  # a damaged head makes the readers fail in any way, and each means the same
        raise InvalidPicture("not a JPEG, PNG, GIF, WebP or BMP picture") from error
    width, height = opened.size
    if width < 1 or height < 1:
        raise InvalidPicture("the picture is empty")
    if width * height > pixels:
        raise InvalidPicture(f"the picture has more than {pixels} pixels")
    if max(width, height) > _LONGEST_RATIO * min(width, height):
        raise InvalidPicture(f"the picture is longer than {_LONGEST_RATIO}:1")
    if opened.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > _JPEG_SCANS:
        raise InvalidPicture(f"the picture has more than {_JPEG_SCANS} scans")
    # Without its last bytes a PNG can be decoded all the same.
    if opened.format == "PNG" and b"IEND" not in data:
        raise InvalidPicture("the picture is damaged or cut off")
    return opened


def _turn_of(image: Image.Image) -> int:
    """The Exif orientation, 1 to 8; 1 when there is none or it cannot be read."""
    try:
        turn = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # Exif is written by cameras, and read by a parser that trusts them
        return 1
    return turn if turn in _ORIENTATIONS else 1


def _decode(image: ImageFile.ImageFile, lying: bool) -> None:
    box = (LARGEST.height, LARGEST.width) if lying else (LARGEST.width, LARGEST.height)
    scale = min(1.0, box[0] / image.width, box[1] / image.height)
    # A JPEG can be decoded at a half, a quarter or an eighth, which saves most of the time and memory.
    image.draft(None, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    image.load()


def _flatten(image: Image.Image) -> Image.Image:
    """Brings a picture to eight bits without transparency: RGB, L or CMYK."""
    if image.mode.startswith("I;16"):
        # A plain conversion would not scale, but cut at 255.
        return image.convert("I").point([value // 256 for value in range(65536)], "L")
    if image.has_transparency_data:
        opaque = Image.new("RGB", image.size, "white")
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        opaque.paste(layer, mask=layer)
        return opaque
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _reduce(image: Image.Image, turn: int) -> Image.Image:
    """Shrinks to the largest size and turns upright."""
    lying = turn in _LYING
    box = Box("w", LARGEST.height, LARGEST.width) if lying else LARGEST
    reduced = image.resize(fit(*image.size, box), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return reduced.transpose(_ORIENTATIONS[turn]) if turn in _ORIENTATIONS else reduced


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    converted = _by_profile(image, profile) or image.convert("RGB")
    # Pillow would copy a comment from here into the JPEG.
    converted.info = {}
    return converted


def _by_profile(image: Image.Image, profile: object) -> Image.Image | None:
    """Applies an ICC profile; None if there is none, or a damaged one, or one for another kind of picture."""
    if not isinstance(profile, bytes):
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


_SRGB = ImageCms.createProfile("sRGB")


def _render(upright: Image.Image, width: int, height: int) -> list[Rendering]:
    """Renders every size, equal ones once; each from the smallest image that is still twice as large."""
    whole = [upright]
    made: dict[tuple[int, int, int], bytes] = {}
    renderings: list[Rendering] = []
    for size in reversed(sizes_of(width, height)):
        key = (size.cut, size.width, size.height)
        if key not in made:
            source = next((image for image in reversed(whole) if image.height >= 2 * size.height), upright)
            cut = size.cut * source.width / width
            small = source.resize(
                (size.width, size.height),
                Image.Resampling.LANCZOS,
                box=(cut, 0, source.width - cut, source.height),
                reducing_gap=3.0,
            )
            if not size.cut:
                whole.append(small)
            made[key] = _encode(small)
        renderings.append(Rendering(size.type, size.width, size.height, made[key]))
    return renderings[::-1]


def _encode(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def cut_squares(picture: Picture, sides: tuple[int, ...]) -> dict[int, bytes]:
    """Do what `pictures.cut_squares` says."""
    with Image.open(io.BytesIO(picture.renderings[-1].data)) as largest:
        side = min(largest.size)
        left, top = (largest.width - side) // 2, (largest.height - side) // 2
        box = (left, top, left + side, top + side)
        return {
            wanted: _encode(largest.resize((wanted, wanted), Image.Resampling.LANCZOS, box=box))
            for wanted in sides
        }
