"""Pictures: the address, the upload, the receipt."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from dvor.cli.drawings import draw_courtyard
from dvor.core.files import make_address
from tests.dialects.vk.conftest import NOW, CastClient


def bomb() -> bytes:
    """A small PNG that says it is 60,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


async def upload(
    client: CastClient, data: bytes, field: str = "photo", who: str = "anna"
) -> tuple[int, dict[str, Any]]:
    """Ask for an address and send a picture there."""
    server = await client.get("photos.getWallUploadServer", who)
    answer = await client.http.post(server["upload_url"], files={field: ("a.png", data, "image/png")})
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()


@pytest.mark.parametrize("field", ["photo", "file", "file0", "file1", "photo1", "whatever"])
async def test_any_field_is_taken(cast_client: CastClient, field: str) -> None:
    status, receipt = await upload(cast_client, draw_courtyard(), field)
    assert status == 200
    assert isinstance(receipt["photo"], str)
    [photo] = await cast_client.get("photos.saveWallPhoto", photo=receipt["photo"], hash=receipt["hash"])
    letters = [size["type"] for size in photo["sizes"]]
    assert letters[:2] == ["s", "m"]
    picture = await cast_client.http.get(photo["sizes"][-1]["url"])
    assert Image.open(io.BytesIO(picture.content)).size == (
        photo["sizes"][-1]["width"],
        photo["sizes"][-1]["height"],
    )


async def test_saving_twice_makes_one_photo(cast_client: CastClient) -> None:
    _, receipt = await upload(cast_client, draw_courtyard())
    asked = {"photo": receipt["photo"], "hash": receipt["hash"]}
    assert await cast_client.get("photos.saveWallPhoto", **asked) == await cast_client.get(
        "photos.saveWallPhoto", **asked
    )
    assert await cast_client.refuse("photos.saveWallPhoto", "boris", **asked) == 121


@pytest.mark.parametrize(
    "data", [b"", b"no picture", bomb(), draw_courtyard()[:2000]], ids=["empty", "text", "bomb", "cut"]
)
async def test_what_is_no_picture(cast_client: CastClient, data: bytes) -> None:
    status, body = await upload(cast_client, data)
    assert (status, body["error_code"]) == (400, 129)


async def test_addresses_are_ours_and_end(cast_client: CastClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = make_address(cast_client.courtyard, 1, "wall photo")
    files = {"photo": ("a.png", draw_courtyard(), "image/png")}
    for wrong in ("zzz", address[:-3] + "AAA", "%00"):
        answer = await cast_client.http.post(f"/upload/photo/{wrong}", files=files)
        assert (answer.status_code, answer.json()["error_code"]) == (400, 121)
    answer = await cast_client.http.get(f"/upload/photo/{address}")
    assert answer.json()["error_code"] == 100
    answer = await cast_client.http.post(f"/upload/photo/{address}", content=b"zzz")
    assert answer.json()["error_code"] == 121
    monkeypatch.setattr(cast_client.courtyard, "clock", lambda: NOW + 601)
    answer = await cast_client.http.post(f"/upload/photo/{address}", files=files)
    assert answer.json()["error_code"] == 121
