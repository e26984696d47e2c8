"""The pictures of the demo community."""

import io

from PIL import Image, ImageDraw


def draw_portrait(color: str) -> bytes:
    """Return a picture of a person: a head and shoulders in a colour, as PNG."""
    image = Image.new("RGB", (604, 604), color)
    draw = ImageDraw.Draw(image)
    draw.ellipse((197, 120, 407, 330), fill="#fbfaf7")
    draw.ellipse((92, 362, 512, 782), fill="#fbfaf7")
    return _png(image)


def draw_courtyard() -> bytes:
    """Return a picture of a courtyard: sky, houses, a lawn and a tree, as PNG."""
    image = Image.new("RGB", (1280, 800), "#9cc4de")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1280, 800), fill="#6a9a4a")
    for left, color in ((60, "#c98d5a"), (480, "#d8b08c"), (900, "#b8744a")):
        draw.rectangle((left, 180, left + 340, 560), fill=color)
        for column in range(4):
            for row in range(4):
                x, y = left + 30 + column * 76, 215 + row * 82
                draw.rectangle((x, y, x + 46, y + 52), fill="#fff4c9")
    draw.rectangle((620, 500, 650, 680), fill="#5a3a1f")
    draw.ellipse((520, 330, 750, 560), fill="#3f7a35")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
